"""A preview tells what would be written on a router as it was read, or why nothing could be."""

from dataclasses import asdict
from typing import Any

import pytest

from routers import inventory, offering, planning, previews, sync
from routers.facts import Facts
from routers.models import Router
from routers.rows import Found
from tests import factories as make
from tests.routers.test_offer_rows import world
from tests.routers.test_offering import BY, NOW
from tests.routers.test_offers import GOOD

HOST = "ana.example.net"


@pytest.fixture
def gate(inside_isp: Any) -> Router:
    return make.make_router(name="Gate", address="203.0.113.9", serial="")


def was_read(router: Router) -> None:
    """As it should be without offers."""
    here = world()
    wish = sync.job_of(Router.objects.get(pk=router.pk), HOST, now=NOW).wish
    here.apply(planning.steps(wish, here.facts(), force=True))
    rows = {
        path: [
            Found(path, each.id, {**each.values, **({".id": each.id} if each.id else {})}) for each in table
        ]
        for path, table in here.facts().tables.items()
    }
    inventory.keep(router.pk, Facts("7.20.8", "", rows), whole=True, now=NOW)


def test_of_a_router_that_was_not_read_nothing_is_told(gate: Router) -> None:
    assert previews.of(gate, HOST, now=NOW) == previews.Preview()


def test_what_an_offer_would_write_with_its_cautions_and_without_secrets(gate: Router) -> None:
    was_read(gate)
    assert asdict(previews.of(gate, HOST, now=NOW)) == asdict(previews.Preview(NOW, "", [], [], []))
    offering.add(gate, kind="queue", key="cafe", given=GOOD["queue"], **BY)
    shown = previews.of(gate, HOST, now=NOW)
    assert list(shown.sentences) == ["Adds the queue kmikro-queue-cafe"]
    assert shown.lines[0].startswith("/queue simple add name=kmikro-queue-cafe ")
    assert gate.radius_secret not in repr(shown)
    assert any("FastTrack" in text for text in shown.cautions)


def test_what_cannot_be_is_said_instead(gate: Router) -> None:
    was_read(gate)
    offering.add(gate, kind="hotspot", key="twice", given={"interface": gate.hotspot_interface}, **BY)
    shown = previews.of(gate, HOST, now=NOW)
    assert shown.trouble.startswith("twice: the router's own hotspot runs on bridge-lan already.")
    assert not shown.sentences
