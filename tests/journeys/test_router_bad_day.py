"""J7, the router's part: a change that shuts us out takes itself back; then the power fails and comes back."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from routers.virtual import VirtualRouter
from tests.journeys.configuration import plain
from tests.journeys.owner import Owner, enrolled
from tests.journeys.stack import Stack, until

pytestmark = [
    pytest.mark.browser, pytest.mark.journey, pytest.mark.timeout(600), pytest.mark.xdist_group("journeys-routers"),
]  # fmt: skip

GONE = 120.0  # seconds of the router's own clock until a bad change is gone
DEBOUNCE = (
    180.0  # until the outage of a silent router is on the page: asked once a minute, silent for another
)
MAC = "02:00:5E:00:53:31"


@pytest.fixture(scope="module")
def mikrotik(town: Stack) -> Iterator[VirtualRouter]:
    address = town.environment["KMIKRO_RADIUS_ADDRESS"].rpartition(".")[0] + ".22"
    with VirtualRouter(address=address, identity="mast") as router:
        yield router


def test_a_bad_change_and_a_power_cut(town: Stack, browser: Browser, mikrotik: VirtualRouter) -> None:
    owner = Owner(town, browser, "bad-day")
    codes = owner.vouchers()
    number = enrolled(owner, mikrotik, "Mast")
    phone = mikrotik.join(MAC)
    assert mikrotik.login(phone, codes[0], codes[0]).ok
    _shuts_us_out(owner, mikrotik, number)
    _power_fails(owner, mikrotik, codes)
    assert owner.said == []


def _shuts_us_out(owner: Owner, mikrotik: VirtualRouter, number: str) -> None:
    """A hotspot on the port by which we come: RouterOS puts its rules before all others."""
    page, before = owner.page, plain(mikrotik).tables
    owner.go(f"/routers/{number}/offers/add/hotspot/")
    owner.fill(key="lobby", interface="ether1")
    owner.press("Save")
    page.wait_for_url(f"**/routers/{number}/offers/")
    owner.go(f"/routers/{number}/")
    page.get_by_role("link", name="Plan a change").first.click()
    owner.press("Plan it")
    live = page.locator("#live")
    expect(live).to_contain_text("shuts our own way to the router")
    live.locator("[name=yes]").check()
    clock, began = mikrotik.device.clock, mikrotik.device.clock.uptime()
    owner.press("Apply", live)
    until(lambda: lobby(mikrotik), "the bad change on the router")
    expect(live).to_contain_text("The router did not answer", timeout=120_000)

    # Nobody can reach it. Its own timer takes the change back, whatever we do.
    clock.advance(began + GONE - clock.uptime())
    until(lambda: not lobby(mikrotik), "the router going back by itself", within=10)
    assert clock.uptime() - began <= GONE + 10
    owner.press("Look now", live)
    expect(live).to_contain_text("Taken back")
    expect(live).to_contain_text("/ip hotspot add")  # what was changed
    expect(live).to_contain_text(re.compile("does not answer|did not answer|was lost"))  # and why it is gone
    now = plain(mikrotik).tables
    for path in before.keys() - {"/system/scheduler"}:
        assert now[path] == before[path], path
    assert len(mikrotik.sessions) == 1, "somebody was put offline"

    # The wish goes too, so that nobody writes it again.
    owner.go(f"/routers/{number}/offers/")
    page.get_by_role("link", name="Remove").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Remove offer").click()
    expect(page.locator("body")).to_contain_text("Removed.")


def _power_fails(owner: Owner, mikrotik: VirtualRouter, codes: list[str]) -> None:
    page = owner.page
    online = page.locator("tr", has_text=MAC)
    owner.go("/sessions/")
    expect(online).to_be_visible()
    mikrotik.power_off()
    owner.go("/routers/outages/")
    outage = page.locator("tr", has_text="Mast")
    until(lambda: page.reload() and outage.count() == 1, "the outage on the page", within=DEBOUNCE)
    expect(outage).to_contain_text("Not answering")
    owner.go("/routers/alerts/")
    expect(page.locator("main")).to_contain_text("Mast")

    # Back: the outage ends with its cause, the session from before is closed, and people sign in at once.
    mikrotik.power_on()
    phone = mikrotik.join(MAC)
    assert mikrotik.login(phone, codes[0], codes[0]).ok, "the session from before stood in the way"
    owner.go("/sessions/?state=ended")
    until(lambda: page.reload() and online.count() == 1, "the session from before among the ended ones")
    owner.go("/sessions/")
    expect(online).to_have_count(1)
    owner.go("/routers/outages/")
    until(
        lambda: page.reload() and "without power or restarted" in outage.inner_text(), "the end of the outage"
    )
    expect(outage).not_to_contain_text("Not answering")


def lobby(mikrotik: VirtualRouter) -> bool:
    return any(row["interface"] == "ether1" for row in mikrotik.tree.rows("/ip/hotspot"))
