"""Pages by ids are the pages of the rows themselves, whatever is asked for, and cost the same few statements."""

import pytest
from django.core.cache import cache
from django.core.paginator import Paginator
from django.test import RequestFactory

from dashboard import listing, paging
from subscribers.models import Plan
from tests.factories import make_plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]


def asked(page):
    return RequestFactory().get("/x/", {"page": page})


@pytest.fixture
def rows(monkeypatch):
    monkeypatch.setattr(listing, "PER_PAGE", 4)
    for number in range(11):
        make_plan(name=f"Plan {number:02d}", price_minor=number % 3)
    return Plan.objects.order_by("-price_minor", "name")


@pytest.mark.parametrize("page", ["", "1", "2", "3", "4", "99", "0", "-1", "x", "٣", "1" * 30])
@pytest.mark.parametrize("known", [False, True])
def test_it_is_the_page_that_the_rows_have(rows, page, known):
    found = paging.paged(asked(page), rows, Plan.objects.all(), total=11 if known else None)
    wanted = Paginator(rows, 4).get_page(
        page if page.isascii() and len(page) < 10 and page != "0" and page != "-1" else "1"
    )
    assert [each.pk for each in found] == [each.pk for each in wanted]
    assert (found.number, found.paginator.count, found.has_next(), found.has_previous()) == (
        wanted.number,
        11,
        wanted.has_next(),
        wanted.has_previous(),
    )


@pytest.mark.parametrize("total", [None, 0])
def test_nothing_is_one_empty_page(rows, total):
    found = paging.paged(asked("3"), rows.filter(name="none"), Plan.objects.all(), total=total)
    assert (list(found), found.number, found.paginator.count) == ([], 1, 0)


def test_one_statement_for_ids_and_one_for_rows(rows, django_assert_num_queries):
    with django_assert_num_queries(3):  # and the limit of time
        assert len(paging.paged(asked("2"), rows, Plan.objects.all())) == 4


def test_few_are_counted_each_time_and_many_are_kept_for_a_moment(monkeypatch):
    counts = iter(range(1, 9))

    def count():
        return {"a": next(counts)}

    assert [paging.counted("few", count) for _ in range(2)] == [{"a": 1}, {"a": 2}]
    monkeypatch.setattr(paging, "MANY", 3)
    assert [paging.counted("many", count) for _ in range(3)] == [{"a": 3}] * 3
    cache.delete("counted:many")
    assert paging.counted("many", count) == {"a": 4}


@pytest.mark.parametrize(
    ("chosen", "total"),
    [
        ({"q": "", "state": ""}, 9),
        ({"state": "a"}, 4),
        ({"state": "b"}, 0),
        ({"q": "x"}, None),
        ({"state": "a", "plan": 1}, None),
    ],
)
def test_how_many_there_are_is_known_where_nothing_or_a_state_is_chosen(chosen, total):
    assert paging.known(chosen, {"": 9, "a": 4}) == total
