"""J1: from a sign-up to the first router online, with everything that gets in the way on the way there."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from routers import rows, script
from routers.virtual import VirtualRouter
from tests.journeys.configuration import plain, theirs
from tests.journeys.owner import Owner
from tests.journeys.stack import Stack, until

pytestmark = [
    pytest.mark.browser, pytest.mark.journey, pytest.mark.timeout(600), pytest.mark.xdist_group("journeys-routers"),
]  # fmt: skip

AFTER_THE_PASTE = 60.0  # seconds until the router is online on the page: what the product promises
# Enrolment switches CoA on, a menu with one row.
INCOMING = "/radius/incoming"


@pytest.fixture(scope="module")
def mikrotik(town: Stack) -> Iterator[VirtualRouter]:
    """A router that has a life already: rules, a pool and a RADIUS server of somebody else."""
    address = town.environment["KMIKRO_RADIUS_ADDRESS"].rpartition(".")[0] + ".20"
    with VirtualRouter(address=address, identity="gate") as router:
        said = router.paste(
            '/ip firewall filter add chain=forward action=drop protocol=tcp dst-port=25 comment="no spam"\n'
            "/ip firewall filter add chain=input action=drop protocol=udp dst-port=161\n"
            "/ip pool add name=office ranges=10.99.0.10-10.99.0.99\n"
            "/radius add service=login address=10.1.1.1 secret=theirs comment=theirs\n"
            "/queue simple add name=boss target=10.99.0.10/32 max-limit=5M/5M\n"
        )
        assert said == "", said
        yield router


def test_from_sign_up_to_a_router_that_is_online(
    town: Stack, browser: Browser, mikrotik: VirtualRouter
) -> None:
    owner = Owner(town, browser, "first-router")
    before = plain(mikrotik)
    line = owner.add_router("Gate")
    page = owner.page
    expect(owner.steps).to_contain_text("Waiting for the router")

    # Device mode home: the router lets nobody fetch. The page says which button to press.
    mikrotik.device.mode.name = "home"
    assert "not allowed by device-mode" in mikrotik.paste(line)
    expect(owner.steps).to_contain_text("/system device-mode update mode=advanced")
    expect(owner.steps).to_contain_text("press the reset button")
    mikrotik.device.mode.name = ""

    # Something is in the way: every check with its fix is on the page, and nothing was changed.
    assert mikrotik.paste("/ip hotspot add name=theirs interface=bridge-lan disabled=no") == ""
    assert "A hotspot that is not ours runs on bridge-lan (theirs)" in mikrotik.paste(line)
    looked = owner.steps.locator("details")
    for title in ("RouterOS", "Device mode", "Clock", "Names", "Interfaces", "Networks", "Hotspot", "Other RADIUS servers", "FastTrack"):  # fmt: skip
        expect(looked).to_contain_text(title)
    expect(looked).to_contain_text("Remove it there or choose another interface")
    mikrotik.paste("/ip hotspot remove theirs")
    assert plain(mikrotik).tables | {"/file": []} == before.tables | {"/file": []}, (
        "a refused paste changed something"
    )

    # The terminal loses the connection half way: the script stops in the middle of what it writes.
    fetched, _semicolon, _rest = line.partition(";")
    assert mikrotik.paste(fetched).startswith("status=finished")
    whole = mikrotik.tree.find("/file", name=script.FILE)
    assert whole is not None
    text = whole["contents"]
    cut = text[: text.index("/ip firewall filter add")].rpartition("\n:if")[0]
    assert mikrotik.paste(cut) == ""
    assert mikrotik.tree.find("/user", name=rows.MARK) is not None, "it was cut before it wrote anything"
    assert mikrotik.tree.find("/ip/firewall/filter", comment=f"{rows.MARK}:coa") is None

    # The same line again: online on the page within the promised time.
    printed = mikrotik.paste(line)
    assert printed.startswith("status=finished"), printed
    until(
        lambda: "The router is ready" in owner.steps.inner_text(), "the router online on the page",
        within=AFTER_THE_PASTE,
    )  # fmt: skip
    expect(owner.steps).to_contain_text("It hears us and holds the same secret")
    assert mikrotik.door.sessions == [], "something was said in clear"

    # RADIUS the other way: the router asks us, and is answered.
    outcome = mikrotik.login(mikrotik.join("02:00:5E:00:53:11"), "nobody-here", "x")
    assert not outcome.ok
    assert "not responding" not in outcome.error, outcome.error
    owner.go("/logins/")
    owner.see("nobody-here")

    # Only a user who may do what we do, from our address alone.
    users = {row["name"]: row for row in mikrotik.tree.rows("/user")}
    assert users.keys() == {"admin", rows.MARK}
    us = town.environment["KMIKRO_RADIUS_ADDRESS"]
    assert (users[rows.MARK]["group"], users[rows.MARK]["address"]) == (rows.MARK, us)
    group = mikrotik.tree.find("/user/group", name=rows.MARK)
    assert group is not None
    granted = {word for word in group["policy"].split(",") if not word.startswith("!")}
    assert granted == set(script.POLICY.split(","))
    assert not granted & {"policy", "reboot", "ssh", "telnet", "winbox", "web", "local", "password", "sniff"}

    # A second use of the line is refused, and the page has no line any more.
    assert "Status 404" in mikrotik.paste(line)
    owner.go("/routers/")
    page.get_by_role("link", name="Gate").first.click()
    expect(page.locator("main")).to_contain_text("Online")

    # Nothing of others was touched: what was there is there, in its order, and the rest says that it is ours.
    for path, rows_before in before.tables.items():
        assert theirs(mikrotik, path) == rows_before, path
    singles = plain(mikrotik).singles
    assert {path for path in singles if singles[path] != before.singles[path]} == {INCOMING}
    assert owner.said == []
