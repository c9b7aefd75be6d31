"""Which router is behind an address, kept right by the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.journal import SYSTEM
from kmikro.health import status_server_request
from radius import directory
from radius.behind import LiveWorker
from radius.directory import LiveDirectory, probe
from radius.events import Ask, Port, StatusRequest
from radius.wire import read
from tenants import routes, scope, suspending
from tenants.models import Isp, NasRoute
from tests.factories import NOW
from tests.radius.running import until


def register(isp: Isp, router_id: int, address: str, secret: str) -> None:
    with scope.inside(isp.schema_name):
        routes.register_nas(
            router_id, address=address, secret=secret, coa_port=3799, require_message_auth=True, now=NOW
        )


def test_all_isps_routers_with_their_secrets_and_zone(isp: Isp, neighbour: Isp) -> None:
    register(isp, 1, "10.0.0.1", "a" * 26)
    register(neighbour, 1, "10.0.0.2", "b" * 26)
    book = LiveDirectory()
    assert book.get("10.0.0.1") is None
    book._routers = directory.read()
    one, two = book.get("10.0.0.1"), book.get("10.0.0.2")
    assert one is not None
    assert two is not None
    assert (one.schema, one.secret, one.zone) == (isp.schema_name, b"a" * 26, isp.time_zone)
    assert (two.schema, two.secret) == (neighbour.schema_name, b"b" * 26)
    assert "aaaa" not in repr(one)
    assert book.get("10.0.0.3") is None


def test_a_suspended_isp_is_known_at_its_routers(isp: Isp, neighbour: Isp) -> None:
    register(isp, 1, "10.0.0.1", "a" * 26)
    register(neighbour, 1, "10.0.0.2", "b" * 26)
    suspending.suspend_isp(isp, "Spam was sent", by=SYSTEM, now=NOW)
    found = directory.read()
    assert (found["10.0.0.1"].is_suspended, found["10.0.0.2"].is_suspended) == (True, False)


def test_a_rotated_secret_is_known_beside_the_new_one_until_its_time_is_over(isp: Isp) -> None:
    register(isp, 1, "10.0.0.1", "a" * 26)
    hour = timedelta(hours=1)
    with scope.inside(isp.schema_name):
        routes.rotate_secret(1, secret="b" * 26, overlap=hour, now=datetime.now(UTC))
    during = directory.read()["10.0.0.1"]
    assert (during.secret, during.previous_secret) == (b"b" * 26, b"a" * 26)
    with scope.inside(isp.schema_name):
        routes.rotate_secret(1, secret="c" * 26, overlap=-hour, now=datetime.now(UTC) + 2 * hour)
    NasRoute.objects.filter(address="10.0.0.1").update(previous_until=datetime.now(UTC))
    after = directory.read()["10.0.0.1"]
    assert (after.secret, after.previous_secret) == (b"c" * 26, None)


def test_the_health_probe_is_heard_beside_a_router_on_our_own_address() -> None:
    question = status_server_request(probe().secret)
    alone = LiveDirectory(dict)
    shared = LiveDirectory(lambda: {"127.0.0.1": probe().__class__("t_a", 1, "127.0.0.1", b"other")})
    shared.refresh()
    for book in (alone, shared):
        nas = book.get("127.0.0.1")
        assert nas is not None
        heard = read(question, nas, ("127.0.0.1", 1), Port.AUTH, 0.0)
        assert isinstance(heard, Ask)
        assert isinstance(heard.question, StatusRequest)


def test_a_database_that_fails_leaves_the_directory_as_it_was() -> None:
    answers: list[Any] = [{"10.0.0.1": probe()}, RuntimeError()]

    def source() -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    book = LiveDirectory(source)
    book.refresh()
    with pytest.raises(RuntimeError):
        book.refresh()
    assert book.get("10.0.0.1") is not None


def test_a_new_router_is_known_within_a_second(fresh_isp: Isp, tmp_path: Any) -> None:
    worker = LiveWorker(tmp_path)
    worker.start()
    try:
        assert worker.directory.get("10.9.0.1") is None
        register(fresh_isp, 5, "10.9.0.1", "c" * 26)
        until(lambda: worker.directory.get("10.9.0.1") is not None, 1.0)
        with scope.inside(fresh_isp.schema_name):
            routes.forget_router(5)
        until(lambda: worker.directory.get("10.9.0.1") is None, 1.0)
    finally:
        worker.close(2)
        NasRoute.objects.filter(address="10.9.0.1").delete()
