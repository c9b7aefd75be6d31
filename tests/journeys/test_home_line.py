"""J3 and J6 without their payments: a home line that is heavy on fair use, is helped, ends, is renewed, is blocked; never redialled.

The operator is a browser, RADIUS and CoA are those of a running product. The virtual router has no PPPoE, so the line
signs in at its hotspot, as an account with a secret of its own; rates and CoA are those of any line.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from routers.virtual import VirtualRouter
from tests.journeys.owner import Owner, enrolled
from tests.journeys.stack import Stack, until

pytestmark = [
    pytest.mark.browser, pytest.mark.journey, pytest.mark.timeout(600), pytest.mark.xdist_group("journeys-routers"),
]  # fmt: skip
MAC = "02:00:5E:00:78:01"
FULL, SLOW, OVER = "5M/10M", "500k/1M", "128k/256k"


@pytest.fixture(scope="session")  # it stays for the others: dead routers cost the workers time
def mikrotik(town: Stack) -> Iterator[VirtualRouter]:
    address = town.environment["KMIKRO_RADIUS_ADDRESS"].rpartition(".")[0] + ".28"
    with VirtualRouter(address=address, identity="estate") as router:
        yield router


def sells(owner: Owner, name: str, down: str, up: str, unit: str = "mbps", months: str = "") -> str:
    """A plan; gives its number."""
    owner.go("/plans/new/")
    owner.fill(name=name, price="2500", download=down, upload=up, validity=months, devices="1")
    for field, value in (("download_unit", unit), ("upload_unit", unit), ("validity_unit", "months")):
        owner.page.locator(f"[name={field}]").select_option(value)
    owner.press("Create plan")
    expect(owner.page.locator("body")).to_contain_text(f"{name} is on sale.")
    owner.go("/plans/")
    owner.page.get_by_role("link", name=name, exact=True).first.click()
    owner.page.wait_for_url(re.compile(r"/plans/\d+/"))
    found = re.search(r"/plans/(\d+)/", owner.page.url)
    assert found
    return found[1]


def connects(owner: Owner, plan: str) -> tuple[str, str]:
    """An account for Jane; gives the address of its page and its secret, which is shown once."""
    owner.go("/subscribers/accounts/new/")
    owner.fill(name="Jane Wanjiku", username="jane.home")
    owner.page.locator("[name=plan]").select_option(plan)
    owner.press("Create account")
    secret = owner.page.locator("#secret")
    expect(secret).to_have_text(re.compile(r"^\s*[a-z2-9]{12}\s*$"))
    word = secret.inner_text().strip()
    owner.go("/subscribers/")
    owner.page.get_by_role("link", name=re.compile("Jane Wanjiku|jane.home")).first.click()
    owner.page.wait_for_url(re.compile(r"/subscribers/accounts/\d+/"))
    return re.sub(r"^https?://[^/]+", "", owner.page.url), word


def test_a_line_is_slowed_helped_ended_renewed_and_blocked_on_one_session(
    town: Stack, browser: Browser, mikrotik: VirtualRouter
) -> None:
    owner = Owner(town, browser, "estate-net")
    enrolled(owner, mikrotik, "Estate")
    mikrotik.paste("/ip hotspot profile set [find name=kmikro] radius-interim-update=2s")
    after = sells(owner, "Ended", "256", "128", unit="kbps")
    home = sells(owner, "Home 10", "10", "5", months="1")
    owner.go(f"/plans/{home}/rules/")
    owner.page.locator("[name=stages-0-after]").fill("0.02")
    owner.page.locator("[name=stages-0-download]").fill("1")
    owner.page.locator("[name=stages-0-upload]").fill("0.5")
    owner.page.locator("[name=end_plan_id]").select_option(after)
    owner.press("Save rules")
    expect(owner.page.locator("body")).to_contain_text("The rules of Home 10 are saved.")
    page, secret = connects(owner, home)

    # The line comes up at full speed, and twenty megabytes later at that of fair use.
    phone = mikrotik.join(MAC)
    outcome = mikrotik.login(phone, "jane.home", secret)
    assert outcome.session is not None, outcome.error
    session = outcome.session
    assert session.limits.rate == FULL
    phone.appetite, phone.moving = (200_000, 4_000_000), True
    until(lambda: session.limits.rate == SLOW, "the speed of fair use")
    phone.appetite = (1_000, 1_000)

    # More data for today brings the speed back.
    number = page.strip("/").rpartition("/")[2]
    owner.go(f"/subscribers/services/{number}/arrange/data/")
    owner.fill(octets="5")
    owner.press("Look at what it does")
    owner.press("Add data")
    until(lambda: session.limits.rate == FULL, "the full speed after more data")

    # It ends, and goes on as on the plan that comes after.
    zone = ZoneInfo("Africa/Nairobi")
    ends = (datetime.now(UTC) + timedelta(seconds=65)).astimezone(zone)
    owner.go(f"{page}terms/")
    owner.fill(expires_at=f"{ends:%Y-%m-%dT%H:%M}")
    owner.press("Save")
    until(lambda: session.limits.rate == OVER, "the speed after the end", within=150)

    # Renewed, it is as it was, and its next end is a month away.
    owner.go(f"{page}renew/")
    owner.see("Works again")
    owner.press("Renew")
    expect(owner.page.locator("body")).to_contain_text("jane.home is renewed until")
    until(lambda: session.limits.rate == FULL, "the full speed after the renewal")
    assert mikrotik.sessions == [session], "all of it without a new login"

    # Blocked, it is cut off and told why; unblocked, it comes back.
    owner.go(page)
    owner.page.get_by_role("link", name="Jane Wanjiku").first.click()
    owner.page.wait_for_url(re.compile(r"/subscribers/\d+/$"))
    person = re.sub(r"^https?://[^/]+", "", owner.page.url)
    owner.go(f"{person}do/block/")
    owner.press("Block", owner.page.locator("main"))
    until(lambda: not mikrotik.sessions, "the end of a blocked line")
    refused = mikrotik.login(mikrotik.join(MAC), "jane.home", secret)
    assert not refused.ok
    assert "paused" in refused.error, refused.error
    owner.go(f"{person}do/unblock/")
    owner.press("Unblock", owner.page.locator("main"))
    until(
        lambda: mikrotik.login(mikrotik.join(MAC), "jane.home", secret).ok, "the line after it was unblocked"
    )

    # Every step stands on one timeline.
    owner.go(f"{person}timeline/")
    for words in ("Account opened", "Data added", "Renewed", "Blocked", "Unblocked"):
        owner.see(words)
    assert owner.said == []
