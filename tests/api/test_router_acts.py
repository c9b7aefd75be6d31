"""What is done to a router at once, over the API."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.journal import SYSTEM
from routers import enrolment, pasted, pasting, progress, tasks
from routers.models import Router
from tenants import scope
from tenants.models import Isp
from tests import factories as make
from tests.api.conftest import Program


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    calls: list[tuple[Any, ...]] = []
    for name in ("sync", "look", "enrol"):
        monkeypatch.setattr(
            getattr(tasks, name), "soon", lambda *args, name=name, **_options: calls.append((name, *args))
        )
    return calls


@pytest.fixture
def program(token_for: Callable[..., Program]) -> Program:
    return token_for(["routers:read", "routers:write"])


@pytest.fixture
def waiting(isp: Isp, settings: Any) -> Router:
    settings.ALLOW_PRIVATE_ROUTERS = False
    settings.RADIUS_ADDRESS = "102.68.77.1"
    now = datetime.now(UTC)
    with scope.inside(isp.schema_name):
        site = enrolment.place("Mall", now=now)
        return enrolment.begin(name="Gate", site=site, interface="bridge-lan", by=SYSTEM, now=now)


def test_a_router_is_compared_read_and_given_a_secret(
    program: Program, isp: Isp, told: list[tuple[Any, ...]]
) -> None:
    with scope.inside(isp.schema_name):
        router = make.make_router(address="10.7.7.7", radius_secret="o" * 26)
        progress.register(router, now=make.NOW)
    where = f"routers/{router.pk}"
    assert program.call("POST", f"{where}/compare/").status_code == 202
    assert program.call("POST", f"{where}/compare/", {"however_many": True}).status_code == 202
    assert program.call("POST", f"{where}/read/").status_code == 202
    answer = program.call("POST", f"{where}/secret/")
    assert answer.status_code == 202
    assert told == [
        ("sync", router.pk, "Asked for over the API", False),
        ("sync", router.pk, "Asked for over the API", True),
        ("look", router.pk),
        ("sync", router.pk, "A new RADIUS secret"),
    ]
    with scope.inside(isp.schema_name):
        new = Router.objects.get(pk=router.pk).radius_secret
    assert new != router.radius_secret
    assert new not in answer.content.decode()


def test_what_cannot_be_is_refused_with_a_reason(
    program: Program, isp: Isp, told: list[tuple[Any, ...]]
) -> None:
    with scope.inside(isp.schema_name):
        ready, waiting = make.make_router(state="ready"), make.make_router(state="waiting")
    for pk, act, code in (
        (ready.pk, "retry", "nothing_to_try"),
        (ready.pk, "block", "no_command"),
        (waiting.pk, "retry", "nothing_to_try"),
        (waiting.pk, "secret", "not_ready"),
    ):
        answer = program.call("POST", f"routers/{pk}/{act}/")
        assert (answer.status_code, answer.json()["code"]) == (409, code), (pk, act)
    for act in ("compare", "read", "retry", "secret", "command", "block", "line", "certificates"):
        body = {"address": "1.2.3.4", "line": "x"} if act == "line" else {}
        assert program.call("POST", f"routers/999999/{act}/", body).status_code == 404, act
    assert told == []


def test_a_step_is_tried_again(program: Program, isp: Isp, told: list[tuple[Any, ...]]) -> None:
    with scope.inside(isp.schema_name):
        router = make.make_router(state="reached", reached_at=make.NOW)
    assert program.call("POST", f"routers/{router.pk}/retry/").status_code == 202
    assert told == [("enrol", router.pk)]


def test_a_new_command_is_for_the_version_that_was_asked_for(program: Program, waiting: Router) -> None:
    seven = program.call("POST", f"routers/{waiting.pk}/command/")
    assert (seven.status_code, seven.json()["state"]) == (201, "waiting")
    six = program.call("POST", f"routers/{waiting.pk}/command/", {"version": 6}).json()
    assert seven.json()["command"] != six["command"]
    assert six["command_expires_at"]
    wrong = program.call("POST", f"routers/{waiting.pk}/command/", {"version": 5})
    assert wrong.status_code == 400


def test_a_router_without_a_download_comes_in_by_block_and_line(
    program: Program, waiting: Router, isp: Isp, told: list[tuple[Any, ...]]
) -> None:
    where = f"routers/{waiting.pk}"
    shown = program.call("POST", f"{where}/block/")
    assert shown.status_code == 201, shown.content
    assert waiting.api_password in shown.json()["block"]
    six = program.call("POST", f"{where}/block/", {"version": 6}).json()["block"]
    assert "prime256v1" in shown.json()["block"]
    assert "prime256v1" not in six
    bad = program.call("POST", f"{where}/line/", {"address": "102.68.77.10", "line": "nothing"})
    assert (bad.status_code, bad.json()["field"]) == (422, "line")
    line = f"{pasted.stamp(waiting.public_id, pasting.code_of(waiting))}:7.20.8:HE1:8729:{'ab' * 32}:end"
    for address in ("127.0.0.1", "10.0.0.1", "169.254.169.254"):
        answer = program.call("POST", f"{where}/line/", {"address": address, "line": line})
        assert (answer.status_code, answer.json()["field"]) == (422, "address")
    assert told == []
    taken = program.call("POST", f"{where}/line/", {"address": "102.68.77.10", "line": line})
    assert (taken.status_code, told) == (202, [("enrol", waiting.pk)])
    with scope.inside(isp.schema_name):
        assert Router.objects.get(pk=waiting.pk).state == "reached"


def test_who_may_only_read_gets_no_secret(token_for: Callable[..., Program], waiting: Router) -> None:
    reader = token_for(["routers:read"])
    for act in ("command", "block", "secret", "compare"):
        answer = reader.call("POST", f"routers/{waiting.pk}/{act}/")
        assert answer.status_code == 403
        assert waiting.api_password not in answer.content.decode()
