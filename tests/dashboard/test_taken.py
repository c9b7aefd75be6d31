"""A row that was taken over, in the browser: changed after a preview, put back as it was."""

from typing import Any

import pytest

from routers import adopting, inventory
from routers.models import Router, Taken
from routers.rows import Found
from tests.dashboard.test_router_templates import text
from tests.factories import NOW, make_router
from tests.routers.test_offering import BY
from tests.routers.test_previews import was_read

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(inside_isp: Any) -> Taken:
    gate = make_router(name="Gate", address="203.0.113.9", serial="")
    was_read(gate)
    held = inventory.of(gate)
    assert held is not None
    facts = inventory.facts_of(held)
    queue = {
        ".id": "*F1",
        "name": "boss",
        "target": "10.7.0.5/32",
        "max-limit": "1000/2000",
        "disabled": "false",
    }
    facts.tables["/queue/simple"] = [*facts.of("/queue/simple"), Found("/queue/simple", "*F1", queue)]  # type: ignore[index]
    inventory.keep(gate.pk, facts, whole=True, now=NOW)
    adopting.take(gate, ["/queue/simple *F1"], **BY)
    return Taken.objects.get(path="/queue/simple", name__contains="boss")


def test_changed_after_a_preview_and_put_back_as_it_was(boss: Taken, client_for: Any) -> None:
    gate = Router.objects.get()
    client, here = client_for("manager"), f"/routers/{gate.pk}/others/{boss.pk}/"
    form = text(client.get(here))
    assert 'name="row-target"' in form
    assert 'name="row-comment"' not in form, "our mark is there"
    assert "As it was" not in form
    same = {
        "row-name": "boss",
        "row-target": "10.7.0.5/32",
        "row-max-limit": "1000/2000",
        "row-disabled": "false",
    }
    wanted = {**same, "row-target": "10.7.0.6/32"}
    shown = text(client.post(here, {**wanted, "act": "preview"}))
    assert "target=10.7.0.6/32" in shown
    boss.refresh_from_db()
    assert boss.wanted["target"] == "10.7.0.5/32", "a preview keeps nothing"
    told = client.post(here, {**wanted, "act": "save"}, follow=True)
    assert "Below is what it changes" in text(told)
    boss.refresh_from_db()
    assert (boss.wanted["target"], boss.original["target"]) == ("10.7.0.6/32", "10.7.0.5/32")
    listed = text(client.get(f"/routers/{gate.pk}/others/"))
    assert "instead of" in listed
    assert "It was: 10.7.0.5/32" in text(client.get(here))
    client.post(f"{here}undo/")
    boss.refresh_from_db()
    assert adopting.differs(boss) == []
    bad = client.post(here, {**same, "row-disabled": "perhaps", "act": "save"})
    assert (bad.status_code, "disabled: yes or no" in text(bad)) == (422, True)


def test_who_may_not_and_what_is_being_given_back(boss: Taken, client_for: Any) -> None:
    here = f"/routers/{boss.router_id}/others/{boss.pk}/"
    for role in ("support", "technician"):
        assert client_for(role).get(here).status_code == 403
        assert client_for(role).post(f"{here}undo/").status_code == 403
    client = client_for("manager")
    assert client.get(f"/routers/{boss.router_id}/others/{10**9}/").status_code == 404
    Taken.objects.update(leaving_at=NOW)
    assert "cannot be changed any more" in text(client.get(here))
    assert client.post(here, {"row-target": "10.7.0.6/32", "act": "save"}).status_code == 422


def test_the_list_finds_pages_and_exports(boss: Taken, client_for: Any) -> None:
    client, here = client_for("technician"), f"/routers/{boss.router_id}/others/"
    assert "Taken over" in text(client.get(f"{here}?q=boss"))
    assert "No row matches" in text(client.get(f"{here}?q=nothing-like-it"))
    csv = text(client.get(f"{here}?format=csv"))
    assert '"taken over","/queue/simple","the queue boss"' in csv
    for query in ("?kind=left", "?kind=propose", "?menu=/ppp/secret", "?menu=/system/script", "?page=99"):
        assert client.get(here + query).status_code == 200, query
