"""J4: vouchers go to an agent, are worth nothing on the way, are sold, used, stolen; float and cash agree to the shilling.

The ISP serves the agent here, who has no login; what an agent's own login may is in the isolation matrix.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from routers.virtual import VirtualRouter
from tests.journeys.owner import Owner, enrolled
from tests.journeys.stack import Stack, until

pytestmark = [
    pytest.mark.browser, pytest.mark.journey, pytest.mark.timeout(600), pytest.mark.xdist_group("journeys-routers"),
]  # fmt: skip
BEGINS = """async path => {
    const answer = await fetch(path), octets = new Uint8Array(await answer.arrayBuffer());
    return [answer.status, String.fromCharCode(...octets.slice(0, 4))];
}"""
BUYER, THIEF = "02:00:5E:00:79:01", "02:00:5E:00:79:02"


@pytest.fixture(scope="session")  # it stays for the others: dead routers cost the workers time
def mikrotik(town: Stack) -> Iterator[VirtualRouter]:
    address = town.environment["KMIKRO_RADIUS_ADDRESS"].rpartition(".")[0] + ".29"
    with VirtualRouter(address=address, identity="duka") as router:
        yield router


def error(mikrotik: VirtualRouter, mac: str, code: str) -> str:
    outcome = mikrotik.login(mikrotik.join(mac), code, code)
    return "" if outcome.ok else outcome.error


def test_from_the_batch_to_the_cash_in_hand(town: Stack, browser: Browser, mikrotik: VirtualRouter) -> None:
    owner = Owner(town, browser, "duka-net")
    enrolled(owner, mikrotik, "Duka")
    codes = owner.vouchers("Day 50", price="50", count=40)
    batch = re.sub(r"^https?://[^/]+", "", owner.page.url).partition("?")[0]
    number = batch.strip("/").rpartition("/")[2]

    # It is printed for the counter and for the till roll, with a code to scan.
    for paper in ("a4", "roll58"):
        assert owner.page.evaluate(BEGINS, f"{batch}sheet.pdf?paper={paper}") == [200, "%PDF"], paper

    # Amina buys float for 5,000, and is given the batch: until she has it, its codes are worth nothing.
    owner.go("/agents/new/")
    owner.fill(name="Amina Hassan", commission="10")
    owner.press("Make agent")
    owner.page.wait_for_url(re.compile(r"/agents/\d+/"))
    agent = re.sub(r"^https?://[^/]+", "", owner.page.url)
    owner.go(f"{agent}top-up/")
    owner.fill(amount="5000")
    owner.page.locator("main form button.btn-primary").click()
    expect(owner.page.locator("body")).to_contain_text("KSh 5,000")
    owner.go(f"{agent}stock/")
    owner.page.locator("#batch").select_option(number)
    owner.press("Give it")
    expect(owner.page.locator("#list")).to_contain_text(f"Batch {number}")
    until(lambda: "paused" in error(mikrotik, THIEF, codes[0]), "a code on its way is refused")
    owner.go(f"{agent}stock/")
    owner.press("I have it")
    expect(owner.page.get_by_role("link", name="Return")).to_be_visible()

    # One is sold, and its buyer is online.
    owner.go(f"{agent}sell/")
    owner.page.get_by_role("radio", name="Day 50").first.check()
    owner.press("Sell and show the code")
    shown = owner.page.locator("[id^=code-]")
    expect(shown).to_have_count(1)
    code = re.sub(r"[^A-Z0-9]", "", shown.inner_text())
    assert code in codes
    until(lambda: not error(mikrotik, BUYER, code), "the buyer's login")
    assert [each.phone.mac for each in mikrotik.sessions] == [BUYER]
    expect(owner.page.locator("main")).to_contain_text("KSh 4,955")

    # The last twenty are stolen; one of them is online when they are made void.
    stolen = codes[20:40]
    until(lambda: not error(mikrotik, THIEF, stolen[5]), "the thief's login")
    assert len(mikrotik.sessions) == 2
    owner.go(f"{batch}void/")
    owner.page.get_by_role("radio", name="All that still work").check()
    owner.fill(first="21", last="40", reason="Stolen from the counter")
    expect(owner.page.locator("#preview")).to_contain_text("20 codes stop working for ever.")
    expect(owner.page.locator("#preview")).to_contain_text(
        "1 person is online with them and will be disconnected."
    )
    owner.press("Void these codes")
    until(lambda: [each.phone.mac for each in mikrotik.sessions] == [BUYER], "the end of the stolen session")
    assert error(mikrotik, THIEF, stolen[0])

    # The day's cash agrees with the float, and nobody owes for what is void.
    owner.go(f"{agent}days/")
    expect(owner.page.get_by_label("What is open")).to_contain_text(
        re.compile(r"Sales\s*−KSh\s50\s*KSh\s5 commission")
    )
    expect(owner.page.get_by_label("What is open")).to_contain_text(re.compile(r"Closing\s*KSh\s4,955"))
    expect(owner.page.locator("main")).not_to_contain_text("used and not sold")
    assert owner.said == []
