"""Every 'no' is problem+json, and a neighbour's id is as unknown as any other."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError

from api import errors
from tenants import scope
from tenants.models import Isp
from tests import factories as make
from tests.api.test_auth import operations
from tests.conftest import HostClient


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
    program = token_for()
    for method, path, _scope in operations():
        noun = path.split("/")[0]
        if "/1/" not in path or noun not in ids:
            continue
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

    monkeypatch.setattr("subscribers.plans.record", broken)
    program = token_for()
    program.raise_request_exception = False
    answer = program.call("PATCH", f"plans/{plan.pk}/", {"name": "Changed"})
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
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
