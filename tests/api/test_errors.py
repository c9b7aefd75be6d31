"""Every 'no' is problem+json, and a neighbour's id is as unknown as any other."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError

from api import errors
from tenants import scope
from tenants.models import Isp
from tests import factories as make
from tests.api.test_auth import operations
from tests.conftest import HostClient, host_of


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, "about:blank")
    return body


def test_unknown_addresses_are_problems(token_for: Callable[..., Any], anonymous: HostClient) -> None:
    bodies = {
        anonymous.get("/api/v1/nothing/").content,
        token_for().call("GET", "nothing/here").content,
        token_for().call("POST", "plans").content,
        token_for().call("GET", "plans/99999999/").content,
    }
    assert len(bodies) == 1
    bodies = {
        json.dumps(anonymous.get(path).json()) for path in ("/api/", "/api/v1/", "/api/v1/x", "/api/v2/x/")
    }
    assert bodies == {json.dumps(anonymous.get("/api/v1/nothing/").json())}
    for path in ("/api/", "/api/v2/plans/"):
        answer = anonymous.get(path)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_ids_of_the_neighbour_are_unknown(token_for: Callable[..., Any], isp: Isp, neighbour: Isp) -> None:
    with scope.inside(neighbour.schema_name):
        for _ in range(3):
            voucher = make.make_voucher()
            ids = {
                "plans": make.make_plan().pk,
                "routers": make.make_router().pk,
                "vouchers": voucher.pk,
                "voucher-batches": voucher.batch_id,
                "subscribers": make.make_subscriber().pk,
                "sessions": make.make_session().pk,
            }
    for method, path, _scope in operations():
        noun = path.split("/")[0]
        if "/1/" not in path or noun not in ids:
            continue
        program = token_for()  # one for each: together they ask more often than a token may
        body = {} if method in {"POST", "PATCH"} else None
        foreign = program.call(method, path.replace("/1/", f"/{ids[noun]}/"), body)
        unknown = program.call(method, path.replace("/1/", "/987654321012345678901/"), body)
        problem(foreign, 404, "not_found")
        assert foreign.content == unknown.content, path


def test_methods_that_are_not_there(token_for: Callable[..., Any]) -> None:
    program = token_for()
    answer = program.call("PUT", "plans/")
    problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, HEAD, POST"
    problem(program.call("OPTIONS", "plans/"), 405, "method_not_allowed")
    problem(program.call("POST", "schema/"), 405, "method_not_allowed")
    problem(program.call("POST", "docs/"), 405, "method_not_allowed")


def test_accept_changes_nothing(token_for: Callable[..., Any]) -> None:
    answer = token_for().call("GET", "me/", Accept="text/html")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]
)
@pytest.mark.parametrize("body", ["", "name=x"])
def test_only_json_is_read(token_for: Callable[..., Any], kind: str, body: str) -> None:
    answer = token_for().generic("POST", "/api/v1/plans/", body, content_type=kind, CONTENT_TYPE=kind)
    problem(answer, 415, "unsupported_media_type")


def test_a_bug_is_a_problem_and_undoes_the_request(
    token_for: Callable[..., Any], isp: Isp, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scope.inside(isp.schema_name):
        plan = make.make_plan()

    def broken(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("subscribers.versions.record", broken)
    program = token_for()
    program.raise_request_exception = False
    answer = program.call("PATCH", f"plans/{plan.pk}/", {"name": "Changed"})
    assert problem(answer, 500, "server_error")["detail"]
    with scope.inside(isp.schema_name):
        plan.refresh_from_db()
    assert plan.name != "Changed"


def test_a_statement_that_takes_too_long_is_told() -> None:
    class Cancelled(Exception):
        pgcode = "57014"

    error = OperationalError()
    error.__cause__ = Cancelled()
    answer = errors.handler(error, {})
    assert answer is not None and answer.status_code == 503
    assert errors.handler(OperationalError(), {}) is None


def test_head_is_get_without_a_body(token_for: Callable[..., Any]) -> None:
    answer = token_for(["plans:read"]).call("HEAD", "plans/?limit=5")
    assert (answer.status_code, answer.content) == (200, b"")
    assert token_for(["home:read"]).call("HEAD", "plans/").status_code == 403
    assert token_for().call("HEAD", "plans/?x=1").status_code == 400


def test_a_tenant_is_chosen_by_the_host_alone(
    token_for: Callable[..., Any], isp: Isp, neighbour: Isp
) -> None:
    with scope.inside(neighbour.schema_name):
        make.make_plan(name="CANARY")
    program = token_for()
    answer = program.call(
        "GET",
        "plans/",
        **{"X-Tenant": "carla", "X-Forwarded-Host": "carla.localhost", "X-Schema": neighbour.schema_name},
    )
    assert (answer.status_code, answer.json()["results"]) == (200, [])
    for name in ("tenant", "schema", "search_path"):
        problem(program.call("GET", f"plans/?{name}=carla"), 400, "invalid")


def test_without_the_database_there_is_a_problem_too(isp: Isp, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused")

    client = HostClient(host_of(isp))
    with monkeypatch.context() as patched:
        patched.setattr("tenants.middleware.connection.ensure_connection", refuse)
        answer = client.get("/api/v1/me/")
    problem(answer, 503, "database_away")
    assert answer["Retry-After"] == "10"
