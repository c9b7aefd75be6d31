"""The main job against the running processes: from a sign-up to a spent voucher that is refused, with the reason.

The test is an ISP's owner in one browser, a guest's phone in another, and somebody who pastes a line into a router.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from routers.virtual import VirtualRouter
from tests.journeys.stack import Stack, until

pytestmark = [pytest.mark.browser, pytest.mark.journey, pytest.mark.timeout(600)]

SLUG = "savanna-net"
PASSWORD = "plenty of quiet rivers"
MAC = "02:00:5E:00:53:01"
PHONE = {"width": 390, "height": 844}
PATIENCE = 60_000  # milliseconds: a busy machine is slow, not wrong


@pytest.fixture(scope="module")
def mikrotik(stack: Stack) -> Iterator[VirtualRouter]:
    """A router of the ISP, in this process and on its own address."""
    address = stack.environment["KMIKRO_RADIUS_ADDRESS"].rpartition(".")[0] + ".20"
    with VirtualRouter(address=address, identity="gate") as router:
        yield router


class Person:
    """Somebody with a browser; complaints of its console are kept."""

    def __init__(self, browser: Browser, name: str, said: list[str], **options: object) -> None:
        self.context: BrowserContext = browser.new_context(**options)  # type: ignore[arg-type]
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.page.on(
            "console", lambda line: said.append(f"{name}: {line.text}") if line.type == "error" else None
        )
        self.page.on("pageerror", lambda error: said.append(f"{name}: {error}"))


def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"[name={name}]").first.fill(value)


def online(mikrotik: VirtualRouter) -> bool:
    return len(mikrotik.sessions) == 1


def test_from_sign_up_to_a_spent_voucher(stack: Stack, browser: Browser, mikrotik: VirtualRouter) -> None:
    said: list[str] = []
    expect.set_options(timeout=PATIENCE)
    operator = Person(browser, "operator", said, viewport={"width": 1440, "height": 900})
    page, home = operator.page, f"http://{SLUG}.localhost:{stack.http_port}"

    # 1. An ISP signs up, accepts the Terms, sees the progress and enters its dashboard.
    page.goto(f"http://localhost:{stack.http_port}/sign-up/")
    fill(
        page,
        company="Savanna Net",
        slug=SLUG,
        name="Ana Njeri",
        email="ana@savanna.example",
        password=PASSWORD,
    )
    expect(page.locator("#slug-note")).to_contain_text(re.compile("free|available", re.IGNORECASE))
    page.locator("[name=terms]").check()
    page.get_by_role("button", name="Create workspace").click()
    expect(page.get_by_role("heading", name="Your workspace is ready")).to_be_visible()
    page.get_by_role("link", name="Go to your dashboard").click()
    page.wait_for_url(f"{home}/**")
    expect(page.locator("main")).to_be_visible()

    # 2. Adds a router, and gets one line.
    page.goto(f"{home}/routers/add/")
    fill(page, name="Gate")
    page.get_by_role("button", name="Get the command").click()
    command = page.locator("#command").inner_text().strip()
    assert "\n" not in command
    expect(page.locator("#steps")).to_contain_text("Waiting for the router")

    # 3. The line is pasted; the page follows, live, until the router is ready.
    printed = mikrotik.paste(command)
    assert printed.startswith("status=finished"), printed
    expect(page.locator("#steps")).to_contain_text("The router is ready")

    # 4. A plan with a small data limit, and a batch of vouchers with it.
    page.goto(f"{home}/plans/new/")
    fill(page, name="Four megabytes", price="20", validity="1", data_limit="4")
    page.locator("[name=data_limit_unit]").select_option("MB")
    page.get_by_role("button", name="Create plan").click()
    expect(page.locator("body")).to_contain_text("Four megabytes is on sale.")
    page.goto(f"{home}/vouchers/")
    page.locator("[name=count]").fill("3")
    page.locator("[name=plan]").first.check()
    page.get_by_role("button", name="Create vouchers").click()
    page.wait_for_url(re.compile(r"/vouchers/batches/\d+/"))
    codes = page.get_by_text(re.compile(r"^\s*\w{4}-\w{4}-\w{4}\s*$"))
    expect(codes).to_have_count(3)
    code = codes.first.inner_text().strip()

    # Reports every two seconds instead of every five minutes, as an impatient operator would set it.
    mikrotik.paste("/ip hotspot profile set [find name=kmikro] radius-interim-update=2s")

    # 5. A phone joins the Wi-Fi, lands in the portal, redeems the voucher and is online.
    guest = Person(browser, "guest", said, viewport=PHONE, is_mobile=True, has_touch=True)
    phone = guest.page
    phone.goto(f"http://{mikrotik.address}:{mikrotik.http_port}/virtual/join?mac={MAC}")
    phone.wait_for_url(f"{home}/portal/**")
    phone.locator("[name=code]").fill(code.lower())
    phone.get_by_role("button", name="Connect").click()
    until(lambda: online(mikrotik), "the session on the router")
    expect(phone.locator("body")).to_contain_text(re.compile("You are (logged in|online)"))

    # 6. The dashboard sees the session live, with its bytes moving.
    page.goto(f"{home}/sessions/")
    row = page.locator("tr", has_text=MAC)
    expect(row).to_be_visible()
    down = row.locator("td").nth(3)
    expect(down).to_have_text(re.compile(r"^\s*0\s"))
    device = mikrotik.hotspot.phones[MAC]
    device.appetite, device.moving = (20_000, 200_000), True
    expect(down).not_to_have_text(re.compile(r"^\s*0\s"))

    # 7. The operator disconnects it; the session ends.
    row.get_by_role("link", name="Disconnect").click()
    page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    until(lambda: not mikrotik.sessions, "the end of the session on the router")
    expect(row).to_have_count(0)
    page.goto(f"{home}/sessions/?state=ended")
    expect(page.locator("tr", has_text=MAC)).to_be_visible()

    # 8. The phone uses up the rest; the next login is refused, and both sides are told why.
    phone.goto(f"http://{mikrotik.address}:{mikrotik.http_port}/virtual/join?mac={MAC}")
    phone.wait_for_url(f"{home}/portal/**")
    portal = phone.url
    phone.locator("[name=code]").fill(code)
    phone.get_by_role("button", name="Connect").click()
    until(lambda: online(mikrotik), "the second session on the router")
    device.appetite = (100_000, 2_000_000)
    until(lambda: not mikrotik.sessions, "the end of the spent session")
    page.goto(f"{home}/sessions/?state=ended")
    until(
        lambda: page.reload() and page.locator("tr", has_text=MAC).count() == 2,
        "the second session among the ended ones",
    )
    phone.goto(portal)
    phone.locator("[name=code]").fill(code)
    phone.get_by_role("button", name="Connect").click()
    expect(phone.get_by_role("alert")).to_contain_text("used up")
    plain = code.replace("-", "")
    outcome = mikrotik.login(device, plain, plain)
    assert not outcome.ok
    assert "used up" in outcome.error, outcome.error
    page.goto(f"{home}/logins/?outcome=refused")
    refused = page.locator("tr", has_text=MAC).first
    expect(refused).to_contain_text(re.compile("Data used up"))
    refused.get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("All 4 MB of data are used.")
    # The refused code was answered with 422, which a browser notes; nothing else is to be complained of.
    assert [line for line in said if "status of 422" not in line] == []

    # And all of it goes away.
    stack.down()
    until(lambda: not stack.left(), "the end of every process", within=20)
