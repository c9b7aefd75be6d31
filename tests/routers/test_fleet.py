"""Fifty virtual routers with every kind of offer: what is written once is not written again, and can be taken off."""

import pytest

from routers import device, guarding, offer_rows, planning, sync
from routers.desired import Wish
from routers.device import Target
from routers.local_people import Person
from routers.menus import MENUS
from routers.virtual import VirtualRouter
from tests.addresses import own
from tests.routers.test_desired import wish
from tests.routers.test_offers import GOOD, made

WRITES = {"add", "set", "remove", "move", "unset"}
OFFERS = tuple(made(kind, f"k-{n}") for n, kind in enumerate(sorted(GOOD)))
PEOPLE = tuple(Person(n, f"user{n}", f"hush{n}", 1, 1_000_000, 5_000_000) for n in range(3))
SIX = "6.49.10 (long-term)"
VERSIONS = ("7.20.8 (stable)", "7.12.2 (stable)", SIX)
READ = frozenset(menu.path for menu in MENUS)


def wanted(address: str) -> Wish:
    assert {path for each in OFFERS for path in offer_rows.menus_of(each.kind)} <= READ
    return wish(offers=OFFERS, people=PEOPLE, menus=READ, router_address=address, serial="")


def reconcile(router: VirtualRouter, *, release: bool = False) -> int:
    """How many commands of this round were writes."""
    before = len(router.commands)
    with device.opened(Target(router.address, router.api_port, "admin", "admin")) as talk:
        facts = sync.read(talk, READ)
        steps = (
            planning.to_nothing(facts, ())
            if release
            else planning.steps(wanted(router.address), facts, force=True)
        )
        for step in steps:
            guarding.apply(talk, step)
    return sum(sent.verb in WRITES for sent in router.commands[before:])


def shape(router: VirtualRouter) -> dict[str, list[dict[str, str]]]:
    singles = {
        "/radius/incoming",
        "/ppp/aaa",
        "/ip/dns",
        "/system/ntp/client",
    }  # given back from what was kept of them
    paths = [menu.path for menu in MENUS if menu.path not in singles]
    return {
        path: [dict(row) for row in router.tree.rows(path) if row.get("type") != "directory"]
        for path in paths
    }


@pytest.mark.parametrize("batch", range(5))
def test_the_second_round_writes_nothing(batch: int) -> None:
    for number in range(10):
        version = VERSIONS[number % 3]
        with VirtualRouter(address=own(60 + batch * 10 + number), version=version) as router:
            before = shape(router)
            assert reconcile(router) > 30
            if version == SIX:
                assert reconcile(router) == 5, "the pages, which the router has made meanwhile"
            assert reconcile(router) == 0
            assert reconcile(router, release=True) > 20
            assert shape(router) == before
