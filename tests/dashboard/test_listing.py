"""List pages bound what a browser sends and defuse what a spreadsheet would run."""

import csv
from io import StringIO

import pytest
from django.test import RequestFactory

from dashboard import listing
from subscribers.models import Plan
from tests.factories import make_plan


def asked(**query):
    return RequestFactory().get("/x/", query)


def test_search_is_cut_and_cleaned():
    assert listing.search(asked(q="  a\0b ")) == "ab"
    assert len(listing.search(asked(q="x" * 10_000))) == listing.LONGEST_SEARCH


@pytest.mark.parametrize("typed", ["", "-1", "1e9", "٣", "1" * 30, "9" * 19, "1 OR 1=1", "0x1"])
def test_ids_that_are_none(typed):
    assert listing.number(asked(router=typed), "router") is None


def test_ids():
    assert listing.number(asked(router="12"), "router") == 12
    assert listing.number(asked(router=str(listing.LARGEST_ID)), "router") == listing.LARGEST_ID


def test_sorts_come_from_the_table():
    allowed = {"name": ("name", "pk"), "newest": ("-made_at", "pk")}
    assert listing.order(asked(sort="-name"), allowed, "name") == ("-name", ["-name", "-pk"])
    assert listing.order(asked(sort="-newest"), allowed, "name") == ("-newest", ["made_at", "-pk"])
    for hostile in ("password", "--name", "name,pk", "made_by__password"):
        assert listing.order(asked(sort=hostile), allowed, "name") == ("name", ["name", "pk"])


def test_headings_turn_the_current_sort_around():
    request = asked(sort="name", q="ana", page="7")
    name, price, action = listing.headings(
        request, "name", [("name", "Name"), ("price", "Price", "num"), ("", "")]
    )
    assert (name.direction, name.url) == ("ascending", "?sort=-name&q=ana")
    assert (price.direction, price.url, price.classes) == ("", "?sort=price&q=ana", "num")
    assert action.url == ""


def test_chips_keep_other_filters_and_forget_the_page():
    every, new = listing.chips(
        asked(q="a b", page="3", state="new"), "state", [("", "All"), ("new", "New")], "new"
    )
    assert (every["url"], every["current"]) == ("?q=a+b", False)
    assert (new["url"], new["current"]) == ("?q=a+b&state=new", True)


@pytest.mark.django_db
@pytest.mark.usefixtures("inside_isp")
@pytest.mark.parametrize(
    ("page", "shown"), [("1", 1), ("2", 2), ("99999999999", 2), ("-4", 2), ("x", 1), ("", 1)]
)
def test_pages_are_clamped(page, shown):
    for _ in range(51):
        make_plan()
    found = listing.paged(asked(page=page), Plan.objects.order_by("pk"))
    assert found.number == shown
    assert len(found) <= listing.PER_PAGE


FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "\n=1", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_like_a_formula(text):
    answer = listing.csv_answer("x", ["a", "b"], [[text, 5]]).content.decode()
    assert answer.startswith("\ufeff")
    cell = list(csv.reader(StringIO(answer.removeprefix("\ufeff"), newline="")))[1][0]
    assert cell.startswith("'")
    assert "\0" not in cell


def test_exports_are_capped(monkeypatch):
    monkeypatch.setattr(listing, "EXPORT_ROWS", 3)
    answer = listing.csv_answer("x", ["a"], ([n] for n in range(10)))
    assert answer.content.decode().count("\r\n") == 4
    assert answer["Content-Disposition"] == 'attachment; filename="x.csv"'
