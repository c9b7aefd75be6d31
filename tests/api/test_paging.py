"""Cursor pages: everything once, newest first, whatever is added meanwhile."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.exceptions import ValidationError

from api.paging import LARGEST_ID, cursor_of, number_of
from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_a_walk_sees_every_row_once(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        wanted = [make.make_plan().pk for _ in range(7)]
    program, seen, query = token_for(["plans:read"]), [], "?limit=3"
    while True:
        page = program.call("GET", f"plans/{query}").json()
        assert len(page["results"]) <= 3
        seen += [row["id"] for row in page["results"]]
        if page["next_cursor"] is None:
            break
        with scope.inside(isp.schema_name):
            make.make_plan()
        query = f"?limit=3&cursor={page['next_cursor']}"
    assert seen == wanted[::-1]


def test_a_full_last_page_ends(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        for _ in range(2):
            make.make_plan()
    page = token_for(["plans:read"]).call("GET", "plans/?limit=2").json()
    assert (len(page["results"]), page["next_cursor"]) == (2, None)


@pytest.mark.parametrize(
    "query",
    ["limit=101", "limit=0", "limit=-1", "limit=1000000", "limit=x", "cursor=", "cursor=zzz", "cursor=" + "A" * 50,
     "page=1000000000", "offset=5", "limit=5&limit=6", "tenant=carla", "schema=b", "format=xml"],
)  # fmt: skip
def test_nonsense_is_refused(token_for: Callable[..., Any], query: str) -> None:
    answer = token_for().call("GET", f"plans/?{query}")
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize("number", [1, 2, 12345, LARGEST_ID])
def test_cursors_come_back(number: int) -> None:
    assert number_of(cursor_of(number)) == number


@pytest.mark.parametrize("number", [b"0", b"-1", b"01", b" 1", b"1_0", b"%d" % (LARGEST_ID + 1), b"x", b""])
def test_other_cursors_do_not(number: bytes) -> None:
    with pytest.raises(ValidationError):
        number_of(base64.urlsafe_b64encode(b"<" + number).decode().rstrip("="))


@pytest.mark.parametrize(
    "noun", ["sessions", "subscribers", "vouchers", "voucher-batches", "routers", "plans"]
)
def test_a_page_costs_the_same_whatever_is_on_it(token_for: Callable[..., Any], isp: Isp, noun: str) -> None:
    def add() -> None:
        with scope.inside(isp.schema_name):
            voucher = make.make_voucher()
            make.make_session(service=voucher.service)
            make.make_service(kind="account", subscriber=make.make_subscriber())

    program = token_for()

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert program.call("GET", f"{noun}/").status_code == 200
        return len(caught)

    add()
    queries()
    few = queries()
    for _ in range(3):
        add()
    assert queries() == few <= 16
