"""J2 without its payment: a guest buys time with a voucher, keeps it on a phone that changes its MAC, and is told when it ends.

The guest's phone is a browser; the router, RADIUS and the portal are the real ones of a running product.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from routers.virtual import VirtualRouter
from tests.journeys.owner import PATIENCE, Owner, enrolled
from tests.journeys.stack import Stack, until

pytestmark = [
    pytest.mark.browser, pytest.mark.journey, pytest.mark.timeout(600), pytest.mark.xdist_group("journeys-routers"),
]  # fmt: skip
FIRST, SECOND = "02:00:5E:00:77:01", "06:00:5E:00:77:02"
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")  # it stays for the others: dead routers cost the workers time
def mikrotik(town: Stack) -> Iterator[VirtualRouter]:
    address = town.environment["KMIKRO_RADIUS_ADDRESS"].rpartition(".")[0] + ".27"
    with VirtualRouter(address=address, identity="kibanda") as router:
        yield router


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def joins(phone: Page, mikrotik: VirtualRouter, mac: str) -> None:
    """It comes to the Wi-Fi, and its captive sheet opens the portal."""
    phone.goto(f"http://{mikrotik.address}:{mikrotik.http_port}/virtual/join?mac={mac}")
    phone.wait_for_url("**/portal/**")


def types(phone: Page, code: str) -> None:
    phone.locator("[name=code]").first.fill(code)
    phone.get_by_role("button", name="Connect", exact=True).click()


def macs(mikrotik: VirtualRouter) -> list[str]:
    return [each.phone.mac for each in mikrotik.sessions]


def slip(code: str) -> str:
    """Two neighbours swapped."""
    at = next(at for at in range(len(code) - 1) if code[at] != code[at + 1])
    return code[:at] + code[at + 1] + code[at] + code[at + 2 :]


def test_a_pass_from_the_first_slip_to_its_end(
    town: Stack, browser: Browser, phone: Page, mikrotik: VirtualRouter
) -> None:
    owner = Owner(town, browser, "kibanda-net")
    enrolled(owner, mikrotik, "Kibanda")
    code = owner.vouchers()[0]
    short = owner.vouchers("A minute", length="1", unit="minutes")[0]

    # A slip in the code: the one voucher that was meant is offered.
    joins(phone, mikrotik, FIRST)
    types(phone, slip(code))
    expect(phone.locator("main")).to_contain_text("Did you mean")
    phone.get_by_role("button", name="Yes, connect").click()
    until(lambda: macs(mikrotik) == [FIRST], "the first session")
    expect(phone.locator("body")).to_contain_text(re.compile("You are (logged in|online)"))

    # The phone takes another MAC by itself, and its pass comes along.
    joins(phone, mikrotik, SECOND)
    types(phone, code)
    expect(phone.get_by_role("heading", name="Another device has this pass")).to_be_visible()
    phone.get_by_role("button", name="Move it here").click()
    until(lambda: macs(mikrotik) == [SECOND], "the pass on the second MAC, and on no other")
    expect(phone.locator("body")).to_contain_text(re.compile("You are (logged in|online)"))

    # What is over is ended on time, and the portal says so.
    minute = "02:00:5E:00:77:09"
    joins(phone, mikrotik, minute)
    types(phone, short)
    until(lambda: minute in macs(mikrotik), "the session of the minute")
    until(lambda: minute not in macs(mikrotik), "its end", within=150)
    joins(phone, mikrotik, minute)
    types(phone, short)
    expect(phone.get_by_role("alert")).to_contain_text("This voucher has ended.")
    assert macs(mikrotik) == [SECOND], "nobody else is touched"

    # The operator sees each of it: who is online, and which sessions there were before.
    owner.go("/sessions/")
    owner.see(SECOND)
    owner.go("/sessions/?state=ended")
    owner.see(FIRST)
    owner.see(minute)
    assert owner.said == []
