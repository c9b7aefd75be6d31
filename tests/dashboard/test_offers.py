"""What a router offers, in the browser."""

from typing import Any

import pytest

from routers import inventory, planning, sync
from routers.facts import Facts
from routers.models import Offering, Router
from routers.rows import Found
from tests.factories import NOW, make_router
from tests.routers.test_offer_rows import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def gate(inside_isp: Any) -> Router:
    return make_router(name="Gate", address="203.0.113.9", serial="")


def was_read(router: Router) -> None:
    here = world()
    wish = sync.job_of(Router.objects.get(pk=router.pk), "ana.localhost", now=NOW).wish
    here.apply(planning.steps(wish, here.facts(), force=True))
    rows = {
        path: [Found(path, f.id, {**f.values, **({".id": f.id} if f.id else {})}) for f in table]
        for path, table in here.facts().tables.items()
    }
    inventory.keep(router.pk, Facts("7.20.8", "", rows), whole=True, now=NOW)


def test_an_offer_is_added_shown_as_sentences_and_lines_changed_and_removed(
    gate: Router, client_for: Any
) -> None:
    client, here = client_for("manager"), f"/routers/{gate.pk}/offers/"
    assert "was not read yet" in client.get(here).content.decode()
    was_read(gate)
    form = client.get(f"{here}add/queue/").content.decode()
    assert "For" in form
    bad = client.post(f"{here}add/queue/", {"key": "cafe", "target": "10.40.0.0/99", "download": "50M"})
    assert bad.status_code == 422
    assert "no network like" in bad.content.decode()
    page = client.post(
        f"{here}add/queue/", {"key": "cafe", "target": "10.40.0.0/24", "download": "50M"}, follow=True
    )
    shown = page.content.decode()
    assert "Adds the queue kmikro-queue-cafe" in shown
    assert "/queue simple add name=kmikro-queue-cafe" in shown
    assert "FastTrack is on" in shown
    made = Offering.objects.get()
    client.post(f"{here}{made.pk}/", {"target": "10.41.0.0/24", "download": "50M"})
    assert Offering.objects.get().values["target"] == "10.41.0.0/24"
    assert "is taken off the router" in client.get(f"{here}{made.pk}/remove/").content.decode()
    client.post(f"{here}{made.pk}/remove/")
    assert not Offering.objects.exists()
    assert client.get(f"{here}add/tunnel/").status_code == 404


def test_writing_and_reading_are_asked_of_a_worker(gate: Router, client_for: Any, django_capture_on_commit_callbacks: Any) -> None:  # fmt: skip
    client = client_for("manager")
    for word, task in (("offers/apply", "sync"), ("look", "look")):
        with django_capture_on_commit_callbacks() as asked:
            assert client.post(f"/routers/{gate.pk}/{word}/").status_code == 302
        assert any(task in repr(each) for each in asked)
    client.post(f"/routers/{gate.pk}/offers/people/", {"keep": "1"})
    assert Router.objects.get(pk=gate.pk).keeps_people


@pytest.mark.parametrize("role", ["support", "technician"])
def test_who_only_looks_changes_nothing(gate: Router, client_for: Any, role: str) -> None:
    client = client_for(role)
    assert "Add an offer" not in client.get(f"/routers/{gate.pk}/offers/").content.decode()
    assert client.get(f"/routers/{gate.pk}/offers/add/queue/").status_code == 403
    assert client.post(f"/routers/{gate.pk}/offers/apply/").status_code == 403
