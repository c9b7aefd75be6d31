"""Rows of offers: applied once they are as wished, for any of them, and order of firewall rules is kept."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routers import offer_rows, planning, rows
from routers.desired import Wish
from routers.rows import Found
from tests.routers.test_desired import wish
from tests.routers.test_offers import GOOD, made
from tests.routers.worlds import World

INTERFACES = ("ether1", "ether3", "ether4", "bridge-lan")
KINDS = st.lists(st.sampled_from(sorted(GOOD)), unique=True).map(lambda kinds: [made(k, f"k-{i}") for i, k in enumerate(kinds)])  # fmt: skip
THEIRS = [
    Found("/ip/firewall/filter", "*1", {"chain": "forward", "action": "fasttrack-connection"}),
    Found("/ip/firewall/filter", "*2", {"chain": "input", "action": "accept", "comment": "kmikro:api"}),
    Found("/ip/firewall/filter", "*3", {"chain": "forward", "action": "drop"}),
    Found("/ip/firewall/nat", "*1", {"chain": "dstnat", "action": "dst-nat", "to-addresses": "10.5.50.3"}),
    Found("/queue/simple", "*1", {"name": "boss", "target": "10.5.50.2/32"}),
    Found("/ppp/secret", "*1", {"name": "old", "password": "x"}),
    Found("/ip/pool", "*1", {"name": "hs-pool", "ranges": "10.5.50.10-10.5.50.254"}),
]


def world() -> World:
    base = [Found("/interface", f"*{n}", {"name": name}) for n, name in enumerate(INTERFACES)]
    base += [Found("/ip/address", "*1", {"address": "10.5.50.1/24", "interface": "bridge-lan"})]
    base += [
        Found(path, "", {}) for path in ("/radius/incoming", "/ppp/aaa", "/ip/dns", "/system/ntp/client")
    ]
    return World(base + THEIRS)


def of(*offers: Any, **more: Any) -> Wish:
    menus = frozenset(path for each in offers for path in offer_rows.menus_of(each.kind))
    return wish(offers=tuple(offers), menus=menus, **more)


def reachable(offers: list[Any]) -> list[Any]:
    """An offer on vlan20 needs the VLAN."""
    return offers if any(o.kind == "vlan" for o in offers) else [o for o in offers if o.kind != "hotspot"]


@given(KINDS, KINDS)
def test_applied_once_nothing_is_left_and_others_are_as_they_were(
    before: list[Any], after: list[Any]
) -> None:
    here = world()
    others = here.others()
    for offers in (reachable(before), reachable(after)):
        wanted = of(*offers)
        here.apply(planning.steps(wanted, here.facts(), force=True))
        assert planning.steps(wanted, here.facts()) == []
    if not any(o.kind in {"dns", "ntp"} for o in [*before, *after]):
        assert [row for row in here.others() if row.values] == [row for row in others if row.values]
    here.apply(planning.to_nothing(here.facts(), ()))
    assert [f for f in here.found if f.path in rows.BY_PATH and rows.key_of(f, "kmikro")] == []


def test_the_walled_reach_the_portal_before_they_are_refused() -> None:
    here = world()
    here.apply(planning.steps(of(made("walled", "unpaid")), here.facts(), force=True))
    chain = [f for f in here.found if f.path == "/ip/firewall/filter" and f.values["chain"] == "forward"]
    assert [f.values["action"] for f in chain] == [
        "accept", "accept", "accept", "accept", "reject", "fasttrack-connection", "drop",
    ]  # fmt: skip
    assert chain[4].values["src-address-list"] == "walled"
    opened = {f.values["address"] for f in here.found if f.path == "/ip/firewall/address-list"}
    assert opened == {"ana.example.net", "pay.example.com"}
    nat = [f.values for f in here.found if f.path == "/ip/firewall/nat"]
    assert nat[0]["to-addresses"] == "41.90.0.7"
    assert nat[0]["dst-address-list"] == "!kmikro-walled-unpaid"


def test_a_hotspot_on_a_vlan_of_ours_has_all_it_needs_in_order() -> None:
    steps = planning.steps(of(made("vlan", "v"), made("hotspot", "guests")), world().facts(), force=True)
    paths = [step.row.path for step in steps if hasattr(step, "row")]
    assert paths.index("/interface/vlan") < paths.index("/ip/address") < paths.index("/ip/hotspot")
    added = {
        step.row.path: step.row.values for step in steps if hasattr(step, "row") and "guests" in str(step.row)
    }
    assert added["/ip/pool"]["ranges"] == "10.30.0.2-10.30.0.254"
    assert added["/ip/hotspot/profile"]["hotspot-address"] == "10.30.0.1"
    assert added["/ip/dhcp-server"]["address-pool"] == added["/ip/hotspot"]["address-pool"]


def test_a_dhcp_offer_on_the_hotspots_interface_serves_it_at_once() -> None:
    here = world()
    offer = made("dhcp", "lan", interface="bridge-lan", network="10.5.50.0/24", ranges="10.5.50.9-10.5.50.99")
    here.apply(planning.steps(of(offer), here.facts(), force=True))
    assert planning.steps(of(offer), here.facts()) == []
    assert [f.values["address-pool"] for f in here.found if f.path == "/ip/hotspot"] == ["kmikro-dhcp-lan"]


@pytest.mark.parametrize("kind", sorted(GOOD))
def test_menus_of_a_kind_are_those_that_its_rows_are_in(kind: str) -> None:
    offer = made(kind, "k")
    vlan = [] if kind == "vlan" else [made("vlan", "v")]
    steps = planning.steps(of(offer, *vlan), world().facts(), force=True)
    ours = {step.row.path for step in steps if hasattr(step, "row") and "offer.k" in str(step.row)}
    assert ours <= offer_rows.menus_of(kind) | {
        "/ip/hotspot/walled-garden/ip",
        "/interface/pppoe-server/server",
    }
