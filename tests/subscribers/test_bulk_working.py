"""Bulk acts change by the verbs of the pages, part by part, and are undone as far as nobody changed it since."""

from datetime import timedelta

import pytest

from accounts.models import JournalEntry
from subscribers import bulk, bulk_working, lifecycle, people
from subscribers.models import Service, Subscriber
from tests.factories import make_plan, make_service, make_site, make_subscriber
from tests.subscribers.imports import BY, NOW

pytestmark = pytest.mark.django_db
ACCOUNTS = Service.objects.filter(kind="account")
LATER = {**BY, "now": NOW + timedelta(minutes=5)}


def run(act, value=None, of="accounts", rows=ACCOUNTS, between=None):
    made = bulk.start(bulk.ask(act, value or {}, of, rows, **BY), **BY)
    if between:
        between()
    while bulk_working.run_part(made.pk, now=NOW):
        pass
    made.refresh_from_db()
    return made


def undone(made):
    bulk.undo(made, **LATER)
    while bulk_working.undo_part(made.pk, now=LATER["now"]):
        pass
    made.refresh_from_db()
    return bulk.counts(made)


def test_a_plan_for_all(inside_isp):
    new = make_plan(name="Home 20")
    make_service(kind="account")
    make_service(kind="account", plan=new)
    made = run("plan", {"plan": new.pk})
    assert (made.state, made.done, bulk.counts(made)) == ("done", 1, {"done": 1, "wont": 1})
    assert set(ACCOUNTS.values_list("plan", flat=True)) == {new.pk}


def test_pausing_is_undone_but_for_who_was_changed_since(inside_isp):
    first, second = make_service(kind="account", label="a"), make_service(kind="account", label="b")
    make_service(kind="account", label="c", status="suspended")
    made = run("suspend")
    assert set(ACCOUNTS.values_list("status", flat=True)) == {"suspended"}
    lifecycle.resume(second, **LATER)
    lifecycle.suspend(second, **LATER)
    assert undone(made) == {"undone": 1, "kept": 1, "wont": 1}
    assert dict(ACCOUNTS.values_list("label", "status")) == {
        "a": "active",
        "b": "suspended",
        "c": "suspended",
    }
    assert made.rows.get(result="kept").note == "It was changed since."
    assert JournalEntry.objects.filter(target_id=str(first.pk), verb="service.resume").count() == 1


def test_resuming_and_back(inside_isp):
    make_service(kind="account", status="suspended")
    made = run("resume")
    assert ACCOUNTS.get().status == "active"
    assert undone(made) == {"undone": 1}
    assert ACCOUNTS.get().status == "suspended"


def test_extending_wakes_and_goes_back(inside_isp):
    over = NOW - timedelta(days=1)
    make_service(kind="account", label="a", expires_at=NOW + timedelta(days=1))
    make_service(kind="account", label="b", expires_at=over, status="ended")
    made = run("extend", {"days": 3})
    assert dict(ACCOUNTS.values_list("label", "status")) == {"a": "active", "b": "active"}
    assert ACCOUNTS.get(label="a").expires_at == NOW + timedelta(days=4)
    assert undone(made) == {"undone": 2}
    assert ACCOUNTS.get(label="a").expires_at == NOW + timedelta(days=1)


def test_tags_and_sites_and_back(inside_isp):
    old, new = make_site(), make_site()
    ana, beto = make_subscriber(name="Ana", tags=["x"], site=old), make_subscriber(name="Beto")
    everybody = Subscriber.objects.all()
    added, moved = (
        run("add_tag", {"tag": "vip"}, "people", everybody),
        run("site", {"site": new.pk}, "people", everybody),
    )
    removed = run("remove_tag", {"tag": "x"}, "people", everybody)
    assert list(everybody.order_by("name").values_list("tags", "site")) == [
        (["vip"], new.pk),
        (["vip"], new.pk),
    ]
    people.change(beto, {"tags": [], "site": old}, **LATER)
    assert undone(added) == {"undone": 1, "kept": 1}
    assert undone(moved) == {"undone": 1, "kept": 1}
    assert undone(removed) == {"undone": 1, "wont": 1}
    ana.refresh_from_db()
    assert (ana.tags, ana.site) == (["x"], old)


def test_what_changed_since_the_look_is_told_row_by_row(inside_isp):
    first, _second = make_service(kind="account", label="a"), make_service(kind="account", label="b")
    made = run("suspend", between=lambda: lifecycle.end(first, **BY))
    assert list(made.rows.values_list("who", "result")) == [("a", "refused"), ("b", "done")]
    assert "cannot be changed" in made.rows.get(result="refused").note


def test_parts_stop_between_and_nobody_is_changed_twice(inside_isp, monkeypatch):
    monkeypatch.setattr(bulk_working, "CHUNK", 2)
    for _ in range(5):
        make_service(kind="account")
    made = bulk.start(bulk.ask("suspend", {}, "accounts", ACCOUNTS, **BY), **BY)
    assert bulk_working.run_part(made.pk, now=NOW) is True
    bulk.stop(made, **BY)
    assert bulk_working.run_part(made.pk, now=NOW) is False
    assert ACCOUNTS.filter(status="suspended").count() == 2
    bulk.go_on(made, **BY)
    assert [bulk_working.run_part(made.pk, now=NOW) for _ in range(3)] == [True, False, False]
    assert ACCOUNTS.filter(status="suspended").count() == 5
    assert JournalEntry.objects.filter(verb="service.pause").count() == 5
    assert JournalEntry.objects.get(verb="bulk.done").facts == {"rows": 5}
