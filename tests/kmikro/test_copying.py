"""Rows by COPY are the rows that INSERT makes."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from psycopg2.extras import Json

from kmikro.lib import copying
from subscribers.models import Service
from tenants.models import Isp
from tests.factories import NOW, make_plan

COLUMNS = [
    each.attname for each in Service._meta.concrete_fields if each.attname not in ("id", "lookup", "label")
]


def same(plan_id: int) -> Service:
    return Service(
        kind="voucher", plan_id=plan_id, made_at=NOW, expires_at=datetime(2027, 1, 1, 12, 30, 15, 250, tzinfo=UTC),
        sites=[1, 2], framed_ip="10.0.0.7",
    )  # fmt: skip


def test_they_differ_in_nothing_but_what_was_given(inside_isp: Isp) -> None:
    plan = make_plan()
    inserted = same(plan.pk)
    inserted.lookup, inserted.label = "a", "one"
    inserted.save()
    ids = copying.new_ids(Service, 2)
    copying.add(
        same(plan.pk), ("id", "lookup", "label"), [(ids[0], "b", "two"), (ids[1], "c", "\\N\t\n\r\\")]
    )
    rows = Service.objects.order_by("pk")
    assert [(each.pk, each.label) for each in rows] == [
        (inserted.pk, "one"),
        (ids[0], "two"),
        (ids[1], "\\N\t\n\r\\"),
    ]
    assert len({repr([getattr(each, name) for name in COLUMNS]) for each in rows}) == 1
    later = same(plan.pk)
    later.lookup = "d"
    later.save()
    assert later.pk > max(ids)


def test_what_an_insert_refuses_is_refused(inside_isp: Isp) -> None:
    plan = make_plan()
    with pytest.raises(IntegrityError, match="lookup"), transaction.atomic():
        copying.add(same(plan.pk), ("lookup", "label"), [("a", "one"), ("a", "two")])
    assert not Service.objects.exists()


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_no_text_ends_a_value_or_a_row(text: str) -> None:
    written = copying._text(text)
    assert not set(written) & set("\t\n\r")
    assert written != "\\N"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "\\N"), (True, "t"), (False, "f"), (7, "7"), (Json({"a": "\n"}), '{"a": "\\\\n"}'), ("", "")],
)
def test_values(value: object, text: str) -> None:
    assert copying._text(value) == text
