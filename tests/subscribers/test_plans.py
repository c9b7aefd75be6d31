"""Plans refuse what cannot be sold, keep names apart while on sale, and leave a journal line."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from accounts.journal import person
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from subscribers import plans
from subscribers.models import Plan
from subscribers.plans import Terms

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = Terms("Day", 5000, "KES", 5_000_000, 2_000_000, 86_400, 3 * 10**9)


@pytest.fixture
def ana(people):
    return person(people["owner"])


def test_create_keeps_the_terms_and_says_so_in_the_journal(ana):
    plan = plans.create(replace(DAY, name="  Day   pass\0 "), by=ana, now=NOW)
    assert plans.terms_of(Plan.objects.get()) == replace(DAY, name="Day pass")
    assert JournalEntry.objects.get(verb="plan.create").target_id == str(plan.pk)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"price_minor": -1}, "price"),
        ({"price_minor": 10**16}, "price"),
        ({"download_bps": -1}, "download"),
        ({"download_bps": 7_999}, "download"),
        ({"upload_bps": 10**12}, "upload"),
        ({"validity_seconds": 59}, "validity"),
        ({"validity_seconds": 10**10}, "validity"),
        ({"validity_seconds": None, "validity_days": 0}, "validity"),
        ({"validity_seconds": None, "validity_months": 121}, "validity"),
        ({"validity_days": 1, "validity_months": 1}, "validity"),
        ({"validity_begins": "never"}, "validity_begins"),
        ({"time_limit_seconds": 0}, "time_limit"),
        ({"data_limit_bytes": 999_999}, "data_limit"),
        ({"devices": 0}, "devices"),
        ({"devices": 101}, "devices"),
    ],
)
def test_nonsense_is_refused_with_its_field(ana, change, field):
    with pytest.raises(Refusal) as refused:
        plans.create(replace(DAY, **change), by=ana, now=NOW)
    assert refused.value.field == field
    assert not Plan.objects.exists()


def test_no_two_plans_on_sale_share_a_name(ana):
    first = plans.create(DAY, by=ana, now=NOW)
    with pytest.raises(Refusal) as refused:
        plans.create(DAY, by=ana, now=NOW)
    assert (refused.value.code, refused.value.field) == ("name_taken", "name")
    plans.archive(first, by=ana, now=NOW)
    plans.create(DAY, by=ana, now=NOW)
    with pytest.raises(Refusal):
        plans.restore(first, by=ana, now=NOW)
    first.refresh_from_db()
    assert first.is_archived


def test_change_notes_old_and_new_and_nothing_when_nothing_changed(ana):
    plan = plans.create(DAY, by=ana, now=NOW)
    plans.change(plan, DAY, by=ana, now=NOW)
    assert not JournalEntry.objects.filter(verb="plan.change").exists()
    plans.change(plan, replace(DAY, price_minor=6000), by=ana, now=NOW)
    assert JournalEntry.objects.get(verb="plan.change").facts == {
        "version": 2, "reach": "everybody", "changed": {"price_minor": [5000, 6000]},
    }  # fmt: skip
    plan.refresh_from_db()
    assert plan.price_minor == 6000


def test_archive_and_restore_once_each(ana):
    plan = plans.create(DAY, by=ana, now=NOW)
    plans.archive(plan, by=ana, now=NOW)
    plans.archive(plan, by=ana, now=NOW)
    plans.restore(plan, by=ana, now=NOW)
    plans.restore(plan, by=ana, now=NOW)
    verbs = list(JournalEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["plan.create", "plan.archive", "plan.restore"]
