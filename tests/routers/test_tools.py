"""Short looks from a router: bounded, checked, and never where people went."""

import pytest

from kmikro.lib.refusal import Refusal
from routers import device, tools
from routers.device import Trapped
from tests.routers.on_loopback import NAUGHTY, enrolled


@pytest.mark.parametrize(
    "typed", ["", "example.com", "1.2.3.4/24", "1.2.3", NAUGHTY, "9.9.9.9;x", "fe80::1%ether1"]
)
def test_only_addresses_are_pinged(typed: str) -> None:
    with pytest.raises(Refusal):
        tools.checked("ping", typed)


@pytest.mark.parametrize("typed", ["", "a,b", "x" * 65, "a\nb", "a\0"])
def test_only_one_interface(typed: str) -> None:
    with pytest.raises(Refusal):
        tools.checked("traffic", typed)


def test_what_may_be_typed() -> None:
    assert tools.checked("ping", " 9.9.9.9 ") == "9.9.9.9"
    assert tools.checked("path", "2001:db8::1") == "2001:db8::1"
    assert tools.checked("look", "bridge-lan") == "bridge-lan"
    assert tools.checked("queues", "anything") == ""


@pytest.mark.parametrize(
    ("text", "ms"),
    [("12ms", 12), ("3ms450us", 3.45), ("120us", 0.12), ("1s2ms", 1002), ("", None), ("xus", None)],
)
def test_times(text: str, ms: float | None) -> None:
    assert tools._milliseconds(text) == ms


def test_speeds() -> None:
    assert [tools.bits(each) for each in ("0", "999", "1500", "25000000", "3000000000", "-1", "x")] == [
        "0 bit/s", "999 bit/s", "1.5 kbit/s", "25 Mbit/s", "3.0 Gbit/s", "0 bit/s", "0 bit/s",
    ]  # fmt: skip


@pytest.mark.parametrize("version", ["6.49.18 (long-term)", "7.12.2 (stable)", "7.24 (stable)"])
def test_every_version_pings(version: str) -> None:
    with enrolled(89, version=version) as (router, target), device.opened(target) as talk:
        assert "0 % lost" in tools.ping(talk, router.address).summary
        at_the_root = router.paste(f"/ping address={router.address} count=1")
        assert ("bad command" in at_the_root) == version.startswith("7.24")


def test_all_tools_on_a_router() -> None:
    with enrolled(90) as (router, target):
        router.tree.add("/ip/hotspot", {"name": "hs", "interface": "bridge-lan", "address-pool": "hs-pool"})
        router.tree.add("/queue/simple", {"name": NAUGHTY, "target": "10.5.50.9/32", "max-limit": "1M/2M"})
        with device.opened(target) as talk:
            near, far = tools.ping(talk, router.address), tools.ping(talk, "203.0.113.9")
            assert "0 % lost" in near.summary
            assert len(near.cells) == tools.PINGS
            assert "does not answer" in far.summary
            assert "1 steps away" in tools.traceroute(talk, "127.0.0.1").summary
            assert "was not reached" in tools.traceroute(talk, "203.0.113.9").summary
            assert tools.traffic(talk, "bridge-lan").cells[0][0] == "bridge-lan"
            assert tools.queues(talk, "").cells[0][0] == NAUGHTY
            assert "0 addresses" in tools.look(talk, "bridge-lan").summary
            with pytest.raises(Trapped, match="interface"):
                tools.look(talk, "nothing")
        asked = [sent for sent in router.commands if sent.verb == "torch"]
        assert all(not {"dst-address", "port", "dst-address6"} & sent.args.keys() for sent in asked)


def test_without_the_right_the_router_says_no() -> None:
    with enrolled(91, policy="read,api") as (_router, target), device.opened(target) as talk:
        with pytest.raises(Trapped, match="not enough permissions"):
            tools.ping(talk, "127.0.0.1")
        assert tools.traffic(talk, "ether1").cells
