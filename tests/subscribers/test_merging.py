"""Duplicates are found, merged without loss, and taken apart exactly."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.forms.models import model_to_dict

from accounts.journal import SYSTEM
from kmikro.lib.refusal import Refusal
from subscribers import consents, merging, notes, standing
from subscribers.models import Consent, Email, Merger, Note, Phone, Service, Subscriber
from tests.factories import make_service, make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DO: dict[str, Any] = {"by": SYSTEM, "now": NOW}


@pytest.fixture
def two() -> tuple[Subscriber, Subscriber]:
    kept = make_subscriber(name="Ana", phone="0722 000 001", email="ana@example.test", tags=["fibre"])
    gone = make_subscriber(
        name="Ana W", phone="0722 000 002", email="ANA@example.test", tags=["north"], tax_number="P05", custom={"1": "x"}
    )  # fmt: skip
    Phone.objects.create(subscriber=gone, number="0722000001", digits="254722000001")
    for person in (kept, gone):
        make_service(kind="account", subscriber=person)
        notes.write(person, f"About {person.name}", **DO)
        consents.give(person, "Terms", **DO)
    return kept, gone


def everything() -> dict[str, Any]:
    return {
        model.__name__: [model_to_dict(row) | {"pk": row.pk} for row in model.objects.order_by("pk")]
        for model in (Subscriber, Service, Note, Consent, Phone, Email)
    }


def test_merged_and_taken_apart_exactly(two: tuple[Subscriber, Subscriber]) -> None:
    kept, gone = two
    before = everything()
    assert merging.preview(kept, gone) == {
        "services": 1, "notes": 1, "files": 0, "consents": 1, "phones": 1, "emails": 0,
    }  # fmt: skip
    merger = merging.merge(kept, gone, **DO)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (gone.merged_into, kept.tags, kept.tax_number, kept.custom) == (
        kept,
        ["fibre", "north"],
        "P05",
        {"1": "x"},
    )
    assert kept.services.count() == kept.notes.count() == kept.consents.count() == 2
    assert (kept.phone, kept.phones.count(), gone.services.count()) == ("0722 000 001", 2, 0)
    assert [each.pk for each in merging.of(kept, now=NOW)] == [merger.pk]
    merging.undo(merger, by=SYSTEM, now=NOW + merging.UNDO)
    assert everything() == before
    with pytest.raises(Refusal):
        merging.undo(merger, **DO)


def test_what_was_changed_since_stays(two: tuple[Subscriber, Subscriber]) -> None:
    kept, gone = two
    merger = merging.merge(kept, gone, **DO)
    newer = make_service(kind="account", subscriber=kept)
    Subscriber.objects.filter(pk=kept.pk).update(tax_number="P06")
    kept.refresh_from_db()
    standing.act(kept, "block", **DO)
    merging.undo(merger, **DO)
    gone.refresh_from_db()
    kept.refresh_from_db()
    newer.refresh_from_db()
    assert (kept.tax_number, newer.subscriber_id, gone.state) == ("P06", kept.pk, "blocked")
    assert standing.act(gone, "unblock", **DO) == []
    assert gone.services.get().status == "active"


def test_refused(two: tuple[Subscriber, Subscriber]) -> None:
    kept, gone = two
    for first, second in (
        (kept, kept),
        (kept, make_subscriber(state="blocked")),
        (make_subscriber(state="blocked"), gone),
    ):
        with pytest.raises(Refusal):
            merging.merge(first, second, **DO)
    lead = make_subscriber(state="lead")
    merging.merge(kept, lead, **DO)
    for first, second in ((kept, lead), (lead, gone)):
        with pytest.raises(Refusal):
            merging.merge(first, second, **DO)
    merger = merging.merge(kept, gone, **DO)
    with pytest.raises(Refusal) as refused:
        merging.undo(merger, by=SYSTEM, now=NOW + merging.UNDO + timedelta(seconds=1))
    assert refused.value.code == "too_late"
    merging.merge(make_subscriber(), kept, **DO)
    with pytest.raises(Refusal) as refused:
        merging.undo(merger, **DO)
    assert refused.value.code == "merged"
    assert Merger.objects.count() == 3


def test_pairs(two: tuple[Subscriber, Subscriber], django_assert_max_num_queries: Any) -> None:
    kept, gone = two
    house = [make_subscriber(name=name, phone="", address="House 14") for name in ("Beto", "BETO", "Lea")]
    make_subscriber(name="Beto", phone="", address="House 15")
    merging.merge(kept, make_subscriber(phone="0722 000 001"), **DO)
    with django_assert_max_num_queries(12):
        found = [(pair.first, pair.second, pair.why) for pair in merging.pairs()]
    assert found == [(kept, gone, "phone"), (house[0], house[1], "name")]


def test_a_lead_without_services_is_a_lead_again() -> None:
    kept, lead = make_subscriber(name="Ana"), make_subscriber(name="Ana W", state="lead")
    merger = merging.merge(kept, lead, **DO)
    lead.refresh_from_db()
    for act in (standing.preview, lambda person, verb: standing.act(person, verb, **DO)):
        with pytest.raises(Refusal, match="merged into another"):
            act(lead, "activate")
    merging.undo(merger, **DO)
    lead.refresh_from_db()
    assert (lead.state, lead.merged_into_id) == ("lead", None)
