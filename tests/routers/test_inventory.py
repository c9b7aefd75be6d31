"""What a router said is kept without secrets, and a preview of it asks no router."""

from typing import Any

import pytest

from routers import inventory, lines, offering, planning, sync
from routers.facts import Facts
from routers.models import Inventory, Router
from routers.rows import Found
from tests import factories as make
from tests.routers.test_offer_rows import world
from tests.routers.test_offering import BY, NOW
from tests.routers.test_offers import GOOD


@pytest.fixture
def gate(inside_isp: Any) -> Router:
    return make.make_router(name="Gate", address="203.0.113.9", serial="")


def test_secrets_are_never_kept(gate: Router) -> None:
    odd = Found("/ppp/secret", "*9", {"name": "b\udcff\0", "password": "hush", ".id": "*9"})
    inventory.keep(gate.pk, Facts("7.20", "", {"/ppp/secret": [odd]}), whole=True, now=NOW)
    kept = Inventory.objects.get().tables["/ppp/secret"]
    assert kept == [{"name": "b\\udcff", "password": "*****", ".id": "*9"}]


def test_a_preview_is_what_would_be_written_but_for_secrets(gate: Router) -> None:
    def wish() -> Any:
        return sync.job_of(Router.objects.get(pk=gate.pk), "ana.example.net", now=NOW).wish

    here = world()
    here.apply(planning.steps(wish(), here.facts(), force=True))
    facts = Facts("7.20.8", "", {
        path: [Found(path, row.id, {".id": row.id, **row.values} if row.id else row.values) for row in table]
        for path, table in here.facts().tables.items()
    })  # fmt: skip
    inventory.keep(gate.pk, facts, whole=True, now=NOW)
    reading = inventory.of(gate)
    assert reading is not None
    assert inventory.preview(wish(), inventory.facts_of(reading)) == []
    offering.add(gate, kind="queue", key="cafe", given=GOOD["queue"], **BY)
    steps = inventory.preview(wish(), inventory.facts_of(reading))
    assert lines.lines(steps)[0].startswith("/queue simple add name=kmikro-queue-cafe")


def test_a_reading_of_some_menus_leaves_what_is_known_of_others(gate: Router) -> None:
    whole = {
        "/ip/address": [Found("/ip/address", "*1", {".id": "*1", "address": "10.0.0.1/24", "comment": "x"})]
    }
    inventory.keep(gate.pk, Facts("7.20", "", whole), whole=True, now=NOW)
    narrow = {"/ip/address": [Found("/ip/address", "", {"address": "10.0.0.1/24"})]}
    inventory.keep(gate.pk, Facts("7.21", "", narrow), whole=False, now=NOW)
    reading = Inventory.objects.get()
    assert (reading.is_whole, reading.version) == (True, "7.21")
    assert reading.tables["/ip/address"][0]["comment"] == "x"
