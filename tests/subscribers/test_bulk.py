"""A bulk act is looked at first; its states; who is meant when accounts become people and people accounts."""

from datetime import timedelta

import pytest

from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from subscribers import bulk, lifecycle
from subscribers.models import BulkAct, Service, Subscriber
from tests.factories import make_plan, make_service, make_site, make_subscriber
from tests.subscribers.imports import BY, NOW

pytestmark = pytest.mark.django_db
ACCOUNTS = Service.objects.filter(kind="account")


def told(made):
    return list(made.rows.order_by("number").values_list("who", "result", "note"))


def test_accounts_are_judged_and_nothing_is_changed(inside_isp):
    ana = make_subscriber(name="Ana", state="blocked")
    make_service(kind="account", label="a", subscriber=ana, status="suspended", held="blocked")
    make_service(kind="account", label="b", status="suspended")
    make_service(kind="account", label="c")
    made = bulk.ask("resume", {}, "accounts", ACCOUNTS, **BY)
    assert told(made) == [
        ("a (Ana)", "wont", "Its subscriber is blocked."),
        ("b", "will", ""),
        ("c", "wont", "It is active."),
    ]
    assert (made.items, made.will, made.state, str(made)) == (3, 1, "checked", "Resume")
    assert set(ACCOUNTS.values_list("status", flat=True)) == {"suspended", "active"}
    assert JournalEntry.objects.get(verb="bulk.ask").facts == {"items": 3, "will": 1}


def test_people_mean_their_accounts_and_accounts_their_people(inside_isp):
    ana, beto = (
        make_subscriber(name="Ana", account_number="1"),
        make_subscriber(name="Beto", account_number="2"),
    )
    make_service(kind="account", label="a1", subscriber=ana)
    make_service(kind="account", label="a2", subscriber=ana)
    make_service(kind="account", label="alone")
    of_people = bulk.ask("suspend", {}, "people", Subscriber.objects.all(), **BY)
    assert told(of_people) == [
        ("a1 (Ana)", "will", ""),
        ("a2 (Ana)", "will", ""),
        ("Beto", "wont", "Has no account."),
    ]
    of_accounts = bulk.ask("add_tag", {"tag": "VIP"}, "accounts", ACCOUNTS, **BY)
    assert told(of_accounts) == [("alone", "wont", "Belongs to nobody."), ("Ana (1)", "will", "")]
    assert (str(of_accounts), beto.tags) == ("Add a tag: vip", [])


def test_who_was_ended_by_a_person_is_not_extended(inside_isp):
    clock = make_service(kind="account", label="clock", status="ended", expires_at=NOW)
    hand = make_service(kind="account", label="hand", expires_at=NOW)
    lifecycle.end(hand, **BY)
    made = bulk.ask("extend", {"days": 3}, "accounts", ACCOUNTS.filter(pk__in=[clock.pk, hand.pk]), **BY)
    assert told(made) == [("clock", "will", ""), ("hand", "wont", "It was ended for good.")]
    assert str(made) == "Extend the end: 3 days"


@pytest.mark.parametrize(
    ("act", "value", "field"),
    [
        ("plan", {"plan": 999}, "plan"),
        ("plan", {}, "plan"),
        ("site", {"site": 999}, "site"),
        ("extend", {"days": 0}, "days"),
    ],
)
def test_what_there_is_not_is_refused(inside_isp, act, value, field):
    make_service(kind="account")
    with pytest.raises(Refusal) as refused:
        bulk.ask(act, value, "accounts", ACCOUNTS, **BY)
    assert refused.value.field == field


def test_nobody_and_too_many_are_refused(inside_isp, monkeypatch):
    with pytest.raises(Refusal, match="Nobody is chosen"):
        bulk.ask("suspend", {}, "accounts", ACCOUNTS.none(), **BY)
    monkeypatch.setattr(bulk, "MOST", 1)
    make_service(kind="account")
    make_service(kind="account")
    with pytest.raises(Refusal, match="Narrow the filters"):
        bulk.ask("suspend", {}, "accounts", ACCOUNTS, **BY)
    assert not BulkAct.objects.exists()


def test_each_step_has_its_states(inside_isp):
    make_service(kind="account")
    site = make_site()
    made = bulk.ask("suspend", {}, "accounts", ACCOUNTS, **BY)
    for act in (bulk.stop, bulk.go_on, bulk.undo):
        with pytest.raises(Refusal):
            act(made, **BY)
    assert bulk.start(made, **BY).state == "running"
    for act in (bulk.start, bulk.discard, bulk.go_on):
        with pytest.raises(Refusal):
            act(made, **BY)
    assert bulk.go_on(made, **{**BY, "now": NOW + bulk.SILENT}).state == "running"
    assert bulk.stop(made, **BY).stage == "running"
    assert bulk.go_on(made, **BY).state == "running"
    made.refresh_from_db()
    bulk.fail(made, "x" * 300, now=NOW)
    assert (made.state, made.stage, len(made.state_text)) == ("failed", "running", 200)
    with pytest.raises(Refusal, match="30 days"):
        bulk.undo(made, **{**BY, "now": NOW + timedelta(days=31)})
    nothing = bulk.ask("resume", {}, "accounts", ACCOUNTS, **BY)
    with pytest.raises(Refusal, match="change nobody"):
        bulk.start(nothing, **BY)
    bulk.discard(nothing, **BY)
    assert list(BulkAct.objects.all()) == [made]
    assert site.pk


def test_a_plan_is_not_undone(inside_isp):
    make_service(kind="account")
    made = bulk.ask("plan", {"plan": make_plan().pk}, "accounts", ACCOUNTS, **BY)
    BulkAct.objects.update(state="done")
    with pytest.raises(Refusal) as refused:
        bulk.undo(made, **BY)
    assert refused.value.code == "not_undone"
