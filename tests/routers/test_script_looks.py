"""What the block sees before it changes anything, on the router itself."""

import pytest

from routers.virtual import VirtualRouter
from tests.addresses import own
from tests.routers.test_script_paste import SEVEN, SIX, block, left, off

PPPOE = {
    "services": frozenset({"hotspot", "ppp"}),
    "pppoe_interface": "ether3",
    "pppoe_network": "10.20.0.0/22",
}


@pytest.mark.parametrize("version", [SEVEN, SIX])
@pytest.mark.parametrize(
    ("there", "said"),
    [
        ("/user add name=kmikro group=read password=x", "STOP Names: "),
        ("/user group add name=kmikro policy=read,ssh", "STOP Names: "),
        ("/interface bridge set bridge-lan name=bridge1", "STOP Interfaces: There is no interface bridge-lan."),
        ("/ip address add address=10.20.1.1/24 interface=ether2", "STOP Networks: "),
        ("/ip address add address=10.16.0.1/12 interface=ether2", "STOP Networks: "),
        ("/ip hotspot add name=theirs interface=bridge-lan disabled=no", "STOP Hotspot: "),
        ("/interface pppoe-server server add interface=ether3 disabled=no", "STOP PPPoE: "),
    ],
)  # fmt: skip
def test_what_is_in_the_way_stops_the_block_and_nothing_is_changed(
    version: str, there: str, said: str
) -> None:
    router = off(version)
    assert router.paste(there) == ""
    before = left(router)
    shown = router.terminal().enter(block(six=version == SIX, **PPPOE))
    assert [line for line in shown.splitlines() if line.startswith("STOP")][0].startswith(said), shown
    assert shown.splitlines()[-1].startswith("Nothing was changed.")
    assert left(router) == before


@pytest.mark.parametrize("version", [SEVEN, SIX])
@pytest.mark.parametrize(
    ("there", "said"),
    [
        ("/radius add service=ppp,hotspot address=9.9.9.9 secret=x", "LOOK Other RADIUS servers: "),
        ("/ip firewall filter add chain=forward action=fasttrack-connection", "LOOK FastTrack: "),
        ("/ip hotspot add name=theirs interface=ether2 disabled=no", ""),
        ("/ip hotspot add name=theirs interface=bridge-lan disabled=yes", ""),
        ("/ip address add address=10.20.1.1/24 interface=ether2 disabled=yes", ""),
        ("/radius add service=login address=9.9.9.9 secret=x", ""),
    ],
)
def test_what_is_only_worth_knowing_stops_nothing(version: str, there: str, said: str) -> None:
    router = off(version)
    assert router.paste(there) == ""
    shown = router.terminal().enter(block(six=version == SIX, **PPPOE)).splitlines()
    assert shown[-1].endswith(":end"), shown
    looked = [line for line in shown if line.startswith("LOOK")]
    assert [line.startswith(said) for line in looked] == ([True] if said else [])


def test_the_block_is_for_the_version_that_was_chosen() -> None:
    for version, six in (
        (SEVEN, True),
        (SIX, False),
        ("6.48.6 (long-term)", True),
        ("6.48.6 (long-term)", False),
    ):
        router = off(version)
        before = left(router)
        shown = router.terminal().enter(block(six=six))
        assert "STOP RouterOS: " in shown, (version, six)
        assert left(router) == before


def test_a_group_that_was_made_on_six_is_ours_on_seven() -> None:
    router = off(SEVEN)
    router.paste(
        '/user group add name=kmikro policy=read\n/user add name=kmikro group=kmikro password=x comment="kmikro:user"'
    )
    assert router.terminal().enter(block()).endswith(":end")
    group = router.tree.find("/user/group", name="kmikro")
    assert group is not None
    assert group["comment"] == "kmikro:group"


def test_device_mode_and_clock_are_seen() -> None:
    router = off()
    router.device.mode.name = "home"
    assert "STOP Device mode: It forbids the hotspot." in router.terminal().enter(block())
    shown = router.terminal().enter(block(services=frozenset({"ppp"})))
    assert "LOOK Device mode: It forbids the scheduler" in shown
    assert shown.endswith(":end"), "what forbids fetch forbids no paste"
    router.device.mode.flagged = True
    assert "STOP Device mode: RouterOS flagged" in router.terminal().enter(block())
    with VirtualRouter(address=own(49)) as router:
        router.faults.clock_1970 = True
        assert router.wait(lambda: router.device.clock.lost)
        assert "LOOK Clock: " in router.terminal().enter(block())
