"""Subscribers are added with a name and a telephone number, and the journal knows by whom."""

from datetime import UTC, datetime

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from subscribers import people
from subscribers.models import Subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_somebody_new() -> None:
    ana = people.add("  Ana \0 Wanjiku ", " +254 700 (000) 001", by=SYSTEM, now=NOW)
    assert (ana.name, ana.phone, ana.made_at) == ("Ana Wanjiku", "+254 700 (000) 001", NOW)
    assert people.add("Beto", by=SYSTEM, now=NOW).phone == ""
    assert JournalEntry.objects.filter(verb="subscriber.add", target_id=str(ana.pk)).count() == 1


def test_the_language_in_which_somebody_is_answered() -> None:
    ana = people.add("Ana", language="sw", by=SYSTEM, now=NOW)
    assert people.answer_in(ana, "sw", by=SYSTEM, now=NOW).language == "sw"  # nothing to write down
    assert people.answer_in(ana, "", by=SYSTEM, now=NOW).language == ""
    [entry] = JournalEntry.objects.filter(verb="subscriber.language")
    assert entry.facts == {"changed": ["sw", ""]}
    for wrong in ("de", "SW", "english"):
        with pytest.raises(Refusal) as refused:
            people.answer_in(ana, wrong, by=SYSTEM, now=NOW)
        assert refused.value.field == "language"
        with pytest.raises(Refusal):
            people.add("Beto", language=wrong, by=SYSTEM, now=NOW)


@pytest.mark.parametrize(
    ("name", "phone", "field"),
    [("", "", "name"), (" \0 ", "", "name"), ("x" * 121, "", "name"), ("Ana", "call me", "phone"), ("Ana", "12", "phone"),
     ("Ana", "0" * 40, "phone"), ("Ana", "=1+1", "phone")],
)  # fmt: skip
def test_what_is_no_name_or_number_is_refused(name: str, phone: str, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        people.add(name, phone, by=SYSTEM, now=NOW)
    assert refused.value.field == field
    assert not Subscriber.objects.exists()
