"""Batches of the workers in the login log of their ISP, on a real database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError

from radius import login_log, projector
from radius.events import Accept, AccessRequest, Nas, Reject, Step
from radius.login_line import line_of
from radius.models import AuthAttempt
from tenants import scope
from tenants.models import Isp, LoginBatch

AT = 1_795_000_200.25
NOW = datetime.fromtimestamp(AT + 60, UTC)


def line(key: int, username: bytes = b"AAAA-BBBB", service: int | None = 5, **fields: Any) -> str:
    nas = Nas("", 7, "127.0.0.1", b"secret")
    request = AccessRequest(nas, 1, bytes(16), ("127.0.0.1", 1), username, b"", None, **fields)
    return line_of(
        key, request, Reject("ended", "Sorry.", (Step("ended", False, "It ended."),), service), AT, 81
    )


def put(schema: str, *lines: str) -> None:
    LoginBatch.objects.create(schema=schema, body="".join(lines))


def logged(isp: Isp) -> list[AuthAttempt]:
    with scope.inside(isp.schema_name):
        return list(AuthAttempt.objects.filter(at=datetime.fromtimestamp(AT, UTC)).order_by("record_id"))


def test_lines_become_rows_of_their_isp(isp: Isp, neighbour: Isp) -> None:
    accept = Accept(9, 3, 60, None, 1000, 2000, 60, b"km2.9.x", trace=(Step("known", True, "Found."),))
    request = AccessRequest(
        Nas("", 7, "127.0.0.1", b"secret"), 1, bytes(16), ("127.0.0.1", 1), b"back\\slash\t", b"", None,
        mac="AA:BB:CC:00:00:01", framed_ip="10.0.0.9",
    )  # fmt: skip
    put(isp.schema_name, line(1), line_of(2, request, accept, AT, 30))
    put(neighbour.schema_name, line(3))
    assert login_log.move() == (2, [])
    no, yes = logged(isp)
    assert (no.code, no.sentence, no.service_id, no.framed_ip, no.microseconds) == (
        "ended",
        "It ended.",
        5,
        None,
        81,
    )
    assert (yes.accepted, yes.username, yes.framed_ip, yes.router_id) == (
        True,
        "back\\x5cslash\\x09",
        "10.0.0.9",
        7,
    )
    assert (yes.trace, yes.sent["Session-Timeout"]) == ([["known", True, "Found."]], "60")
    assert [each.record_id for each in logged(neighbour)] == [3]
    assert not LoginBatch.objects.exists()


def test_a_line_that_comes_twice_is_added_once(isp: Isp) -> None:
    put(isp.schema_name, line(1), line(2))
    login_log.move()
    put(
        isp.schema_name, line(2), line(3)
    )  # a crash before the batch was deleted, or an insert of unknown outcome
    login_log.move()
    assert [each.record_id for each in logged(isp)] == [1, 2, 3]


def test_a_line_that_cannot_be_stored_harms_no_other(isp: Isp) -> None:
    put(
        isp.schema_name,
        line(1),
        line(2).replace("\t7\t", "\tno router\t"),
        line(3, framed_ip="999.1.1.1"),
        line(4),
    )
    assert login_log.move() == (1, [])
    assert [each.record_id for each in logged(isp)] == [1, 4]
    assert not LoginBatch.objects.exists()


def test_a_batch_of_no_isp_is_dropped(isp: Isp) -> None:
    put("t_zzzzzzzzzzzz", line(1))
    put(isp.schema_name, line(2))
    assert login_log.move() == (2, [])
    assert [each.record_id for each in logged(isp)] == [2]
    assert not LoginBatch.objects.exists()


def test_an_isp_that_is_locked_waits_alone(isp: Isp, neighbour: Isp, monkeypatch: pytest.MonkeyPatch) -> None:
    put(isp.schema_name, line(1))
    put(neighbour.schema_name, line(2))
    add = login_log.add

    def locked(lines: str) -> None:
        if scope.current() == isp.schema_name:
            raise OperationalError("canceling statement due to lock timeout")
        add(lines)

    monkeypatch.setattr(login_log, "add", locked)
    assert projector.project(NOW) == (2, [isp.schema_name])
    assert (logged(isp), [each.record_id for each in logged(neighbour)]) == ([], [2])
    assert login_log.move([isp.schema_name]) == (0, [])
    monkeypatch.undo()
    assert login_log.move() == (1, [])
    assert [each.record_id for each in logged(isp)] == [1]
