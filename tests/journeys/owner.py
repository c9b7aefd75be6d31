"""An ISP's owner at a browser: signs up, adds routers, and looks at what the product says of them."""

import re

from playwright.sync_api import Browser, Locator, Page, expect

from routers.virtual import VirtualRouter
from tests.journeys.stack import Stack, until

PASSWORD = "plenty of quiet rivers"
PATIENCE = 60_000  # milliseconds: a busy machine is slow, not wrong


class Owner:
    """Signed up and in; complaints of the console are kept in `said`."""

    def __init__(self, stack: Stack, browser: Browser, slug: str) -> None:
        expect.set_options(timeout=PATIENCE)
        self.home = f"http://{slug}.localhost:{stack.http_port}"
        self.said: list[str] = []
        self.context = browser.new_context(viewport={"width": 1440, "height": 900})
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda line: self.said.append(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        page = self.page
        page.goto(f"http://localhost:{stack.http_port}/sign-up/")
        self.fill(company=slug, slug=slug, name="Ana Njeri", email=f"ana@{slug}.example", password=PASSWORD)
        expect(page.locator("#slug-note")).to_contain_text(re.compile("free|available", re.IGNORECASE))
        page.locator("[name=terms]").check()
        self.press("Create workspace")
        expect(page.get_by_role("heading", name="Your workspace is ready")).to_be_visible()
        page.get_by_role("link", name="Go to your dashboard").click()
        page.wait_for_url(f"{self.home}/**")
        expect(page.locator("main")).to_be_visible()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").first.fill(value)

    def press(self, name: str, within: Locator | None = None) -> None:
        (within or self.page).get_by_role("button", name=name).first.click()

    def go(self, path: str) -> None:
        self.page.goto(f"{self.home}{path}")

    @property
    def steps(self) -> Locator:
        """The part of the enrolment page that follows the router."""
        return self.page.locator("#steps")

    def add_router(self, name: str, interface: str = "bridge-lan") -> str:
        """The line to paste, copied from the page; the page stays open."""
        self.go("/routers/add/")
        self.fill(name=name, interface=interface)
        self.press("Get the command")
        return self.command()

    def command(self) -> str:
        """The line on the page that is open."""
        line = self.page.locator("#command").inner_text().strip()
        assert "\n" not in line
        return line

    def number(self) -> str:
        """The router's number, out of the address of the page that is open."""
        found = re.search(r"/routers/(\d+)/", self.page.url)
        assert found is not None, self.page.url
        return found[1]

    def see(self, text: str | re.Pattern[str]) -> None:
        """Until the page shows it, by itself or when it is loaded again."""

        def shown() -> bool:
            if self.page.get_by_text(text).locator("visible=true").count():
                return True
            self.page.reload()
            return False

        until(shown, f"{text} on {self.page.url}")

    def vouchers(
        self, plan: str = "A day", *, length: str = "1", unit: str = "days", price: str = "20", count: int = 3
    ) -> list[str]:
        """A plan that lasts so long, and so many codes of it, by their serials; the batch's page stays open."""
        self.go("/plans/new/")
        self.fill(name=plan, price=price, validity=length)
        self.page.locator("[name=validity_unit]").select_option(unit)
        self.press("Create plan")
        expect(self.page.locator("body")).to_contain_text(f"{plan} is on sale.")
        self.go("/vouchers/")
        self.fill(count=str(count))
        self.page.get_by_role("radio", name=plan).first.check()
        self.press("Create vouchers")
        self.page.wait_for_url(re.compile(r"/vouchers/batches/\d+/"))
        codes = self.page.get_by_text(re.compile(r"^\s*\w{4}-\w{4}-\w{4}\s*$"))
        expect(codes).to_have_count(count)
        return [each.strip().replace("-", "") for each in codes.all_inner_texts()]


def enrolled(owner: Owner, mikrotik: VirtualRouter, name: str, interface: str = "bridge-lan") -> str:
    """Add a router and paste its line; gives its number once the page says that it is ready."""
    printed = mikrotik.paste(owner.add_router(name, interface))
    assert printed.startswith("status=finished"), printed
    number = owner.number()
    expect(owner.steps).to_contain_text("The router is ready")
    return number
