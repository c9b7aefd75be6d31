"""The kit in a real browser under the product's policy: looks, keyboard, dialogs, polling, accessibility."""

import re
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.ui.conftest import Site
from tests.ui.sample import kit_page, render, render_file

pytestmark = pytest.mark.browser
AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js"))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FIVE_TRIES = """() => new Promise(done => {
  let tries = 0;
  document.addEventListener('htmx:beforeRequest', () => { if (++tries === 5) done(); });
})"""
WIDTHS = {"desktop": (1440, 900), "phone": (390, 844), "narrow": (320, 700)}


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A desktop page; the test fails when the console reports an error or a policy violation."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    context.close()
    assert said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", WIDTHS)
def test_no_serious_violation_and_no_sideways_scrolling(
    browser: Browser, site: Site, size: str, scheme: str
) -> None:
    width, height = WIDTHS[size]
    address = site.write("kit.html", kit_page(theme=scheme))
    context = browser.new_context(
        viewport={"width": width, "height": height}, has_touch=size != "desktop", bypass_csp=True
    )
    opened = context.new_page()
    opened.goto(address)
    assert opened.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    opened.add_script_tag(path=AXE)
    found = opened.evaluate(
        "rules => axe.run({runOnly: rules}).then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))",
        RULES,
    )
    context.close()
    assert found == []


def test_a_dialog_opens_by_link_sends_once_closes_and_says_what_happened(page: Page, site: Site) -> None:
    confirm = render(
        '{% include "components/confirm.html" %}', title="Revoke it?", action="/go", verb="Revoke"
    )
    site.write("fragment.html", confirm.replace('<form method="post"', '<form method="post" hx-post="/go"'))
    page.goto(site.write("kit.html", kit_page()))
    page.get_by_role("link", name="Revoke 7K4MPXWCD1").click()
    dialog = page.get_by_role("dialog", name="Revoke it?")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Revoke").dblclick()
    expect(dialog).to_be_hidden()
    expect(page.locator("#toasts .toast")).to_have_text(re.compile("It is offline now."))
    assert site.asked.count("POST /go") == 1


def test_cancel_and_escape_close_a_dialog_and_give_the_focus_back(page: Page, site: Site) -> None:
    site.write(
        "fragment.html",
        render('{% include "components/confirm.html" %}', title="Revoke it?", action="/go", verb="Revoke"),
    )
    page.goto(site.write("kit.html", kit_page()))
    link = page.get_by_role("link", name="Revoke 7K4MPXWCD1")
    for leave in (
        lambda: page.keyboard.press("Escape"),
        lambda: page.get_by_role("dialog").get_by_text("Cancel").click(),
    ):
        link.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        leave()
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(link).to_be_focused()
    assert "POST /go" not in site.asked


def test_the_theme_is_kept_in_a_cookie(page: Page, site: Site) -> None:
    page.goto(site.write("kit.html", kit_page()))
    page.get_by_role("button", name="Switch light or dark theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert {"dark"} == {cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "theme"}


def test_a_hidden_tab_asks_nothing_and_catches_up_when_it_returns(page: Page, site: Site) -> None:
    panel = '<p id="live" hx-get="/live.html" hx-trigger="every 100ms" hx-swap="outerHTML">now</p>'
    site.write("live.html", panel)
    page.goto(site.write("kit.html", kit_page().replace("</main>", panel + "</main>")))
    with page.expect_response("**/live.html"):
        pass
    hide = "value => { Object.defineProperty(document, 'hidden', {value, configurable: true});"
    page.evaluate(hide + "document.dispatchEvent(new Event('visibilitychange')); }", True)
    page.evaluate(FIVE_TRIES)
    before = site.asked.count("GET /live.html")
    page.evaluate(FIVE_TRIES)
    assert site.asked.count("GET /live.html") == before
    with page.expect_response("**/live.html"):
        page.evaluate(hide + "document.dispatchEvent(new Event('visibilitychange')); }", False)


def test_the_error_summary_has_the_focus_and_the_search_key_finds_the_search(page: Page, site: Site) -> None:
    page.goto(site.write("kit.html", kit_page()))
    expect(page.locator("[data-focus]")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search vouchers")).to_be_focused()


def test_typing_in_the_search_swaps_the_list_and_names_the_address(page: Page, site: Site) -> None:
    site.folder.joinpath("vouchers").mkdir()
    site.write("vouchers/index.html", '<div id="list">one voucher</div>')
    page.goto(site.write("kit.html", kit_page()))
    page.get_by_role("searchbox", name="Search vouchers").fill("7K4M")
    expect(page.locator("#list")).to_have_text("one voucher")
    expect(page).to_have_url(re.compile(r"/vouchers/\?q=7K4M$"))


def test_everything_is_reached_on_a_phone_without_script(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    opened = context.new_page()
    opened.goto(site.write("kit.html", kit_page()))
    bar = opened.get_by_role("navigation", name="Main, phone")
    bar.get_by_text("More").click()
    expect(bar.get_by_role("link", name="Settings")).to_be_visible()
    opened.locator(".avatar").click()
    expect(opened.get_by_role("button", name="Sign out")).to_be_visible()
    context.close()


@pytest.mark.parametrize("name", ["errors/404", "errors/500", "public/landing"])
def test_pages_outside_the_shell_are_accessible_in_both_themes(
    browser: Browser, site: Site, name: str
) -> None:
    for scheme in ("light", "dark"):
        context = browser.new_context(viewport={"width": 390, "height": 844}, bypass_csp=True)
        opened = context.new_page()
        opened.goto(site.write("page.html", render_file(f"{name}.html", theme=scheme)))
        opened.add_script_tag(path=AXE)
        found = opened.evaluate(
            "rules => axe.run({runOnly: rules}).then(r => r.violations.map(v => v.id))", RULES
        )
        assert found == []
        assert opened.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        context.close()


def test_the_check_for_violations_can_fail(browser: Browser, site: Site) -> None:
    context = browser.new_context(bypass_csp=True)
    opened = context.new_page()
    opened.goto(site.write("bad.html", "<!doctype html><html lang=en><title>x</title><main><img src=x>"))
    opened.add_script_tag(path=AXE)
    found = opened.evaluate(
        "rules => axe.run({runOnly: rules}).then(r => r.violations.map(v => v.id))", RULES
    )
    context.close()
    assert "image-alt" in found
