"""Subscribers are added and changed with everything that is known of them; the journal has before and after."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from subscribers import custom, people, person_values
from subscribers.models import Subscriber
from tests.factories import make_site, make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DO: dict[str, Any] = {"by": SYSTEM, "now": NOW}


def test_somebody_new() -> None:
    ana = people.add("  Ana \0 Wanjiku ", " +254 700 (000) 001", **DO)
    assert (ana.name, ana.phone, ana.made_at) == ("Ana Wanjiku", "+254 700 (000) 001", NOW)
    beto = people.add("Beto", **DO)
    assert beto.phone == ""
    assert int(beto.account_number) > int(ana.account_number) >= 10_001
    assert JournalEntry.objects.filter(verb="subscriber.add", target_id=str(ana.pk)).count() == 1


def test_a_row_that_code_of_before_makes_has_a_number_too() -> None:
    made = Subscriber.objects.create(name="Old", made_at=NOW)
    made.refresh_from_db()
    assert made.account_number.isdigit()
    assert (made.state, made.kind, made.tags, made.custom) == ("active", "person", [], {})


def test_everything_at_once_and_changed() -> None:
    site = make_site(name="Karen")
    made = people.add(
        "Otieno Hardware",
        country="KE",
        state="lead",
        more={
            "kind": "company", "legal_name": "Otieno & Sons Ltd", "tax_number": "P051234567Z", "site": site,
            "phones": [{"number": "0722 418 906", "label": "Shop"}, {"number": "0733000001", "is_primary": True}],
            "emails": [{"address": "Shop@example.test"}], "address": " Acacia \r\n\n Court ", "tags": ["Fibre", "fibre ", "a b"],
            "latitude": "-1.2921", "longitude": 36.8219,
        },
        **DO,
    )  # fmt: skip
    made.refresh_from_db()
    assert (made.phone, made.email) == ("0733000001", "Shop@example.test")
    assert [each.digits for each in made.phones.all()] == ["254733000001", "254722418906"]
    assert (made.address, made.tags, made.state) == ("Acacia\nCourt", ["a b", "fibre"], "lead")
    assert (made.latitude, made.longitude) == (Decimal("-1.292100"), Decimal("36.821900"))
    changed = people.change(
        made, {"name": "Otieno", "site": None, "phones": [{"number": "0722418906", "label": "Shop"}]}, country="KE", **DO
    )  # fmt: skip
    assert (changed.name, changed.site, changed.phone) == ("Otieno", None, "0722418906")
    [entry] = JournalEntry.objects.filter(verb="subscriber.change")
    assert entry.facts["changed"] == {
        "name": ["Otieno Hardware", "Otieno"],
        "site": ["Karen", None],
        "phones": [["0733000001", "Shop: 0722 418 906"], ["Shop: 0722418906"]],
    }
    people.change(changed, {"name": "Otieno", "tags": ["a b", "FIBRE"]}, **DO)
    assert JournalEntry.objects.filter(verb="subscriber.change").count() == 1, (
        "nothing changed, nothing written"
    )


def test_own_fields_are_checked() -> None:
    field = custom.define("ID", "number", **DO)
    ana = people.add("Ana", more={"custom": {str(field.pk): 7}}, **DO)
    assert people.change(ana, {"custom": {str(field.pk): None}}, **DO).custom == {}
    with pytest.raises(Refusal):
        people.change(ana, {"custom": {str(field.pk): "seven"}}, **DO)


def test_the_language_in_which_somebody_is_answered() -> None:
    ana = people.add("Ana", language="sw", **DO)
    assert people.answer_in(ana, "sw", **DO).language == "sw"  # nothing to write down
    assert people.answer_in(ana, "", **DO).language == ""
    [entry] = JournalEntry.objects.filter(verb="subscriber.language")
    assert entry.facts == {"changed": ["sw", ""]}
    for wrong in ("de", "SW", "english"):
        with pytest.raises(Refusal) as refused:
            people.answer_in(ana, wrong, **DO)
        assert refused.value.field == "language"
        with pytest.raises(Refusal):
            people.add("Beto", language=wrong, **DO)


@pytest.mark.parametrize(
    ("name", "phone", "field"),
    [("", "", "name"), (" \0 ", "", "name"), ("x" * 121, "", "name"), ("Ana", "call me", "phone"), ("Ana", "12", "phone"),
     ("Ana", "0" * 40, "phone"), ("Ana", "=1+1", "phone")],
)  # fmt: skip
def test_what_is_no_name_or_number_is_refused(name: str, phone: str, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        people.add(name, phone, **DO)
    assert refused.value.field == field
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": "robot"}, "kind"), ({"legal_name": "x" * 161}, "legal_name"), ({"latitude": "91", "longitude": "0"}, "latitude"),
        ({"latitude": "1", "longitude": ""}, "longitude"), ({"latitude": "NaN", "longitude": "1"}, "latitude"),
        ({"longitude": "1"}, "latitude"), ({"tags": ["a,b"]}, "tags"), ({"tags": [str(n) for n in range(21)]}, "tags"),
        ({"address": "\n".join("abcdefg")}, "address"), ({"emails": [{"address": "no"}]}, "email"),
        ({"phones": [{"number": "0722000001"}] * 11}, "phone"), ({"phones": [{"number": "0722000001", "label": "x" * 31}]}, "phone"),
        ({"custom": {"99": 1}}, "custom"),
    ],
)  # fmt: skip
def test_what_will_not_do_names_its_field(more: dict[str, Any], field: str) -> None:
    ana = make_subscriber()
    for act in (lambda: people.change(ana, more, **DO), lambda: people.add("Beto", more=more, **DO)):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.field == field
    assert Subscriber.objects.count() == 1


def test_nobody_begins_blocked_and_a_merged_record_is_not_changed() -> None:
    with pytest.raises(Refusal):
        people.add("Ana", state="blocked", **DO)
    gone = make_subscriber(merged_into=make_subscriber())
    with pytest.raises(Refusal) as refused:
        people.change(gone, {"name": "Ana"}, **DO)
    assert refused.value.code == "merged"


@given(st.lists(st.text(max_size=35), max_size=30))
def test_tags_are_clean_or_refused(tags: list[str]) -> None:
    try:
        kept = person_values.tags_of(tags)
    except Refusal as refusal:
        assert refusal.field == "tags"
        return
    assert kept == sorted(set(kept)) == person_values.tags_of(kept)
    assert len(kept) <= 20
