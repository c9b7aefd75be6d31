"""Idempotency-Key: sent twice, done once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2
import pytest
from django.conf import settings

from accounts.models import IdempotentReply
from api import idempotency, tasks
from routers.models import Router
from subscribers.models import Plan
from tenants import scope
from tenants.models import Isp
from tests import factories as make

DAY = {"name": "Day", "price_minor": 5000, "download_bps": 0, "upload_bps": 0}
KEY = "Idempotency-Key"


def plans_of(isp: Isp) -> int:
    with scope.inside(isp.schema_name):
        return Plan.objects.count()


def test_the_same_again_is_the_same_answer(token_for: Callable[..., Any], isp: Isp) -> None:
    program = token_for()
    first = program.call("POST", "plans/", DAY, **{KEY: "a"})
    again = program.call("POST", "plans/", dict(reversed(DAY.items())), **{KEY: "a"})
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again["Location"] == first["Location"]
    assert (first.has_header("Idempotent-Replayed"), again["Idempotent-Replayed"]) == (False, "true")
    assert plans_of(isp) == 1


def test_without_a_key_it_is_done_again(token_for: Callable[..., Any], isp: Isp) -> None:
    program = token_for()
    assert program.call("POST", "plans/", DAY).status_code == 201
    assert program.call("POST", "plans/", {**DAY, "name": "Other"}).status_code == 201
    assert plans_of(isp) == 2


def test_another_body_or_address_is_refused(token_for: Callable[..., Any], isp: Isp) -> None:
    program = token_for()
    made = program.call("POST", "plans/", DAY, **{KEY: "a"}).json()
    for path, body in (("plans/", {**DAY, "name": "B"}), (f"plans/{made['id']}/archive/", {})):
        answer = program.call("POST", path, body, **{KEY: "a"})
        assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert plans_of(isp) == 1


def test_refusals_are_remembered_and_undone(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        make.make_router(name="Kibera")
    program, body = token_for(), {"name": "Kibera", "site": "Brand new"}
    first = program.call("POST", "routers/", body, **{KEY: "a"})
    assert (first.status_code, first.json()["code"]) == (422, "name_taken")
    with scope.inside(isp.schema_name):
        assert Router.objects.get().site.name != "Brand new"
        Router.objects.update(name="Renamed")
    again = program.call("POST", "routers/", body, **{KEY: "a"})
    assert (again.status_code, again.content, again["Content-Type"]) == (
        422, first.content, "application/problem+json",
    )  # fmt: skip
    assert program.call("POST", "routers/", body, **{KEY: "b"}).status_code == 201


def test_a_mistyped_body_may_be_sent_right(token_for: Callable[..., Any], isp: Isp) -> None:
    program = token_for()
    assert program.call("POST", "plans/", {**DAY, "devices": "2"}, **{KEY: "a"}).status_code == 400
    assert program.call("POST", "plans/", DAY, **{KEY: "a"}).status_code == 201


@pytest.mark.parametrize("key", ["x" * 256, "", "ключ", "a\tb"])
def test_bad_keys(token_for: Callable[..., Any], isp: Isp, key: str) -> None:
    answer = token_for().call("POST", "plans/", DAY, **{KEY: key})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_key")
    assert plans_of(isp) == 0
    assert token_for().call("POST", "plans/", DAY, **{KEY: "x" * 255}).status_code == 201


def test_keys_belong_to_their_token(token_for: Callable[..., Any], isp: Isp, neighbour: Isp) -> None:
    one, other, foreign = token_for(), token_for(), token_for(isp=neighbour)
    assert one.call("POST", "plans/", DAY, **{KEY: "a"}).status_code == 201
    answer = other.call("POST", "plans/", {**DAY, "name": "Other"}, **{KEY: "a"})
    assert answer.status_code == 201
    assert foreign.call("POST", "plans/", DAY, **{KEY: "a"}).status_code == 201
    assert (plans_of(isp), plans_of(neighbour)) == (2, 1)


def test_one_that_is_being_worked_on_is_told(token_for: Callable[..., Any], isp: Isp) -> None:
    program = token_for()
    at = settings.DATABASES["default"]
    elsewhere = psycopg2.connect(
        dbname=at["NAME"], user=at["USER"], password=at["PASSWORD"], host=at["HOST"], port=at["PORT"]
    )
    number = idempotency.lock_number(isp.schema_name, program.token.pk, "a")
    with elsewhere.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
        answer = program.call("POST", "plans/", DAY, **{KEY: "a"})
        assert (answer.status_code, answer.json()["code"]) == (409, "in_flight")
        assert program.call("POST", "plans/", {**DAY, "name": "B"}, **{KEY: "b"}).status_code == 201
    elsewhere.close()
    assert program.call("POST", "plans/", DAY, **{KEY: "a"}).status_code == 201
    assert plans_of(isp) == 2


def test_a_bug_keeps_nothing(
    token_for: Callable[..., Any], isp: Isp, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = token_for()
    program.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("subscribers.plans.record", None)
        assert program.call("POST", "plans/", DAY, **{KEY: "a"}).status_code == 500
    assert plans_of(isp) == 0
    assert program.call("POST", "plans/", DAY, **{KEY: "a"}).status_code == 201


def test_kept_replies_are_sealed_and_forgotten_after_30_days(token_for: Callable[..., Any], isp: Isp) -> None:
    program = token_for()
    answer = program.call("POST", "routers/", {"name": "Kibera", "site": "K"}, **{KEY: "a"})
    now = datetime.now(UTC)
    with scope.inside(isp.schema_name):
        kept = IdempotentReply.objects.get()
        assert list(kept.reply) == ["sealed"]
        assert Router.objects.get().enrolment_sealed in answer.json()["command"]
        assert Router.objects.get().enrolment_sealed not in str(kept.reply)
        kept.made_at = now - timedelta(days=30)
        kept.save()
    assert program.call("POST", "routers/", {"name": "Two", "site": "K"}, **{KEY: "a"}).status_code == 201
    program.call("POST", "routers/", {"name": "Three", "site": "K"}, **{KEY: "b"})
    with scope.inside(isp.schema_name):
        IdempotentReply.objects.filter(key="b").update(made_at=now - timedelta(days=31))
    assert tasks.purge_replies(isp.schema_name) == 1
    with scope.inside(isp.schema_name):
        assert list(IdempotentReply.objects.values_list("key", flat=True)) == ["a"]
