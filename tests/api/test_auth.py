"""Who gets in: tokens, scopes, makers, limits; and that nobody learns anything from a refusal."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import get_resolver
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from accounts import tokens
from accounts.models import ApiToken, JournalEntry, User
from accounts.roles import Action
from api.view import View
from tenants import scope
from tenants.models import Isp
from tests import factories as make
from tests.conftest import HostClient, host_of


def bearer(isp: Isp, value: str) -> HostClient:
    return HostClient(host_of(isp), HTTP_AUTHORIZATION=value)


def test_every_bad_token_gets_the_same_answer(
    isp: Isp, neighbour: Isp, token_for: Callable[..., Any]
) -> None:
    foreign = token_for(isp=neighbour).defaults["HTTP_AUTHORIZATION"]
    ended, revoked, idle = token_for(), token_for(), token_for(["home:read"], role="manager")
    with scope.inside(isp.schema_name):
        now = datetime.now(UTC)
        ApiToken.objects.filter(pk=ended.token.pk).update(expires_at=now - timedelta(seconds=1))
        ApiToken.objects.filter(pk=revoked.token.pk).update(revoked_at=now)
        User.objects.filter(role="manager").update(is_active=False)
    callers = [
        HostClient(host_of(isp)),
        bearer(isp, foreign),
        bearer(isp, "Bearer kmk_" + "x" * 43),
        bearer(isp, "Bearer"),
        bearer(isp, "Basic b3duZXI6cGFzcw=="),
        bearer(isp, "Bearer kmk_a kmk_b"),
        bearer(isp, "Bearer kmk_\xe9"),
        ended,
        revoked,
        idle,
    ]
    answers = [caller.get("/api/v1/plans/") for caller in callers]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert {answer["Content-Type"] for answer in answers} == {"application/problem+json"}
    assert {answer["WWW-Authenticate"] for answer in answers} == {'Bearer realm="K-Mikro Core"'}


def test_a_session_cookie_opens_nothing(client_for: Callable[..., HostClient]) -> None:
    assert client_for("owner").get("/api/v1/me/").status_code == 401


def test_a_token_shows_what_it_is(token_for: Callable[..., Any], isp: Isp) -> None:
    answer = token_for(["plans:write", "plans:read"]).call("GET", "me/")
    assert answer.status_code == 200
    body = answer.json()
    assert body["name"] == "Counter script"
    assert body["scopes"] == body["may"] == ["plans:read", "plans:write"]
    assert body["isp"] == {
        "name": "Ana Net", "slug": "ana", "country": "KE", "currency": "KES", "time_zone": "Africa/Nairobi",
    }  # fmt: skip


def operations() -> list[tuple[str, str, Action]]:
    """(method, path with id 1, scope) of every operation of the API."""
    found = []
    for pattern in get_resolver("api.urls").url_patterns:
        view = getattr(pattern.callback, "cls", None)
        if view is None or not issubclass(view, View):
            continue
        path = (
            str(pattern.pattern)
            .replace("<int:pk>", "1")
            .replace("<int:device>", "1")
            .replace("<slug:kind>", "terms")
            .replace("<slug:reason>", "ended")
        )
        path = (
            path.replace("<int:number>", "1").replace("<slug:token>", "none").replace("<slug:verb>", "block")
        )
        for method in view.http_method_names:
            if method != "head" and hasattr(view, method):
                found.append((method.upper(), path, view.scopes.get(method.upper(), "undeclared")))
    return found


def test_every_method_names_its_scope_and_every_post_can_be_repeated() -> None:
    found = operations()
    assert len(found) >= 22
    assert [row for row in found if row[2] == "undeclared"] == []
    posts = {
        pattern.callback.cls
        for pattern in get_resolver("api.urls").url_patterns
        if hasattr(getattr(pattern.callback, "cls", None), "post")
    }
    assert [view for view in posts if not getattr(view.post, "idempotent", False)] == []


def test_a_token_without_the_scope_is_refused_everywhere(token_for: Callable[..., Any]) -> None:
    for needed in {row[2] for row in operations()} - {None}:
        program = token_for([name for name in tokens.SCOPES if name != needed])
        for method, path, wanted in operations():
            if wanted != needed:
                continue
            answer = program.call(method, path, {} if method in {"POST", "PATCH"} else None)
            assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope"), (method, path)
            assert needed in answer.json()["detail"]


def test_a_token_loses_what_its_maker_loses(token_for: Callable[..., Any], isp: Isp) -> None:
    program = token_for(["plans:read", "plans:write"], role="manager")
    assert program.call("GET", "plans/").status_code == 200
    with scope.inside(isp.schema_name):
        User.objects.filter(role="manager").update(role="cashier")
    assert program.call("GET", "plans/").status_code == 200
    assert program.call("PATCH", "plans/1/", {}).status_code == 403
    assert program.call("GET", "me/").json()["may"] == ["plans:read"]
    with scope.inside(isp.schema_name):
        User.objects.filter(pk=program.token.made_by_id).update(is_active=False)
    assert program.call("GET", "plans/").status_code == 401


@pytest.fixture
def own_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counters of this test alone: clearing the cache, as every test does, empties the shared Valkey."""
    counters = MovingWindowRateLimiter(MemoryStorage())
    monkeypatch.setattr("accounts.limits._shared", lambda: counters)


def test_the_101st_request_of_a_minute_waits(
    token_for: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, own_counters: None
) -> None:
    monkeypatch.setattr("api.view.RATE", "3 per minute")
    program, other = token_for(), token_for()
    assert [program.call("GET", "me/").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = program.call("DELETE", "me/")
    assert (refused.status_code, refused["Content-Type"]) == (429, "application/problem+json")
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert other.call("GET", "me/").status_code == 200


def test_requests_without_the_right_scope_count_too(
    token_for: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, own_counters: None
) -> None:
    monkeypatch.setattr("api.view.RATE", "2 per minute")
    program = token_for(["home:read"])
    assert [program.call("GET", "plans/").status_code for _ in range(3)] == [403, 403, 429]


def test_the_journal_names_the_token(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        plan = make.make_plan()
    program = token_for(["plans:write"])
    assert program.call("POST", f"plans/{plan.pk}/archive/").status_code == 200
    with scope.inside(isp.schema_name):
        line = JournalEntry.objects.get(verb="plan.archive")
        assert (line.actor, line.actor_id) == ("API: Counter script", program.token.made_by_id)
        assert line.address == "127.0.0.1"
