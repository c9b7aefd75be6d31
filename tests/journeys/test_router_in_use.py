"""J5, the router's part: a router that serves people already is looked at, partly taken over, changed and given back."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from routers.virtual import VirtualRouter
from tests.journeys.configuration import ours, plain, theirs
from tests.journeys.owner import Owner, enrolled
from tests.journeys.stack import Stack, until

pytestmark = [
    pytest.mark.browser, pytest.mark.journey, pytest.mark.timeout(600), pytest.mark.xdist_group("journeys-routers"),
]  # fmt: skip

EXISTING = """
/ip address add address=10.66.0.1/24 interface=ether4
/ip pool add name=homes ranges=10.70.0.2-10.70.0.99
/ppp profile add name=home-5M local-address=10.70.0.1 remote-address=homes rate-limit=5M/5M
/ppp secret add name=jane password=janes profile=home-5M service=pppoe
/ppp secret add name=omar password=omars profile=home-5M service=pppoe comment="paid until May"
/interface pppoe-server server add interface=ether3 service-name=homes default-profile=home-5M disabled=no
/ip hotspot user profile add name=guests rate-limit=2M/2M shared-users=5
/ip hotspot user add name=till password=till profile=guests
/ip hotspot add name=cafe interface=bridge-lan address-pool=hs-pool disabled=no
/queue simple add name=boss target=10.99.0.10/32 max-limit=5M/5M
/queue simple add name=office target=10.99.0.0/24 max-limit=20M/20M comment="do not touch"
/ip firewall filter add chain=forward action=drop protocol=tcp dst-port=25 comment="no spam"
"""


@pytest.fixture(scope="module")
def mikrotik(town: Stack) -> Iterator[VirtualRouter]:
    address = town.environment["KMIKRO_RADIUS_ADDRESS"].rpartition(".")[0] + ".21"
    with VirtualRouter(address=address, identity="old-gate") as router:
        said = router.paste(EXISTING)
        assert said == "", said
        yield router


PROPOSED = {
    "The addresses homes": "Take over",
    "The queue boss": "Take over",
    "The PPP secret jane": "Leave",
    "The hotspot user till": "Leave",
}


def row(name: str) -> str:
    """The selector of a row of others on the page."""
    return f'li:has(span.font-semibold:text-is("{name}"))'


def write(owner: Owner, number: str) -> str:
    """Write what the page of offers shows; gives what it showed, once the router's page shows how it went."""
    owner.go(f"/routers/{number}/offers/")
    owner.press("Read the router again")
    owner.see("Write it to the router")
    shown = owner.page.locator("section[aria-labelledby=pl]").inner_text()
    owner.press("Write it to the router")
    return shown


def test_a_router_that_serves_people_is_taken_over_and_given_back(
    town: Stack, browser: Browser, mikrotik: VirtualRouter
) -> None:
    guest = mikrotik.login(mikrotik.join("02:00:5E:00:53:21", "phone of a guest"), "till", "till").session
    assert guest is not None
    before = plain(mikrotik)
    owner = Owner(town, browser, "old-hand")
    page = owner.page
    number = enrolled(owner, mikrotik, "Old gate", interface="ether4")
    for path, rows in before.tables.items():
        assert theirs(mikrotik, path) == rows, path

    # A look: nothing but reading, and the page proposes what to take over and what to leave.
    said = len(mikrotik.commands)
    owner.go(f"/routers/{number}/others/")
    owner.press("Read the router again")
    owner.see("do not touch")
    assert {sent.verb for sent in mikrotik.commands[said:]} == {"print"}
    for name, word in PROPOSED.items():
        expect(page.locator(row(name))).to_contain_text(word)
    for box in page.locator("input[name=row]").all():
        box.uncheck()
    picked = {("/ip/pool", "homes"), ("/queue/simple", "boss"), ("/ppp/secret", "jane")}
    for name in ("The addresses homes", "The queue boss", "The PPP secret jane"):
        page.locator(row(name)).locator("input[name=row]").check()
    owner.press("Take over what is ticked")
    expect(page.locator("body")).to_contain_text("3 taken over")
    assert {sent.verb for sent in mikrotik.commands[said:]} == {"print"}, (
        "taking over wrote before it was said"
    )

    # Written: those three carry our mark, and everybody else's rows are what they were.
    assert "boss" in write(owner, number)
    until(
        lambda: len([r for r in mikrotik.tree.rows("/queue/simple") if ours(r)]) == 1, "our mark on the queue"
    )
    until(lambda: mikrotik.tree.find("/ppp/secret", name="jane", password="janes") is not None, "jane")
    untouched(before.tables, mikrotik, picked)
    assert mikrotik.sessions == [guest], "somebody was put offline"

    # What we keep is kept: somebody turns the boss's queue down, and it is put back.
    owner.go(f"/routers/{number}/")
    mikrotik.paste("/queue simple set boss max-limit=1M/1M")
    owner.press("Compare now")
    until(lambda: rate(mikrotik, "boss") == rate_of(before.tables, "boss"), "the boss's speed")

    # A change of ours beside it.
    owner.go(f"/routers/{number}/offers/add/queue/")
    owner.fill(key="shop", target="10.66.0.20/32", download="3M", upload="1M")
    owner.press("Save")
    page.wait_for_url(f"**/routers/{number}/offers/")
    write(owner, number)
    until(lambda: any("shop" in r["name"] for r in mikrotik.tree.rows("/queue/simple")), "the new queue")
    untouched(before.tables, mikrotik, picked)

    # Given back, one after the other, then everything of ours taken off.
    for _ in range(len(picked)):
        owner.go(f"/routers/{number}/others/")
        owner.press("Give back")
    write(owner, number)
    until(lambda: not [r for r in mikrotik.tree.rows("/ip/pool") if ours(r)], "the pool given back")
    until(lambda: rate(mikrotik, "boss") == rate_of(before.tables, "boss"), "the queue given back")
    owner.go(f"/routers/{number}/remove/")
    owner.press("Remove router", page.locator("main"))
    until(lambda: not mikrotik.tree.rows("/ip/hotspot/walled-garden/ip"), "our rows off the router")
    until(lambda: all(theirs(mikrotik, path) == rows for path, rows in before.tables.items()), "as it was")
    kept = {path: sorted(r.get("comment", r.get("name", "")) for r in rows if ours(r)) for path, rows in plain(mikrotik).tables.items()}  # fmt: skip
    assert {path for path, marks in kept.items() if marks} <= {"/user", "/user/group", "/certificate", "/ip/firewall/filter"}  # fmt: skip
    assert mikrotik.sessions == [guest], "somebody was put offline"
    assert owner.said == []


def untouched(
    tables: dict[str, list[dict[str, str]]], router: VirtualRouter, picked: set[tuple[str, str]]
) -> None:
    """Rows that were not picked are what they were, in their order."""
    for path, rows in tables.items():
        names = {name for menu, name in picked if menu == path}
        left = [r for r in theirs(router, path) if r.get("name") not in names]
        assert left == [r for r in rows if r.get("name") not in names], path


def rate(router: VirtualRouter, name: str) -> str | None:
    found = router.tree.find("/queue/simple", name=name)
    return found["max-limit"] if found else None


def rate_of(tables: dict[str, list[dict[str, str]]], name: str) -> str:
    return next(r["max-limit"] for r in tables["/queue/simple"] if r["name"] == name)
