"""RADIUS' own login to the database, and what it falls back to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import ProgrammingError, connection

from radius import database
from radius.lookup import find
from tenants import scope
from tenants.models import Isp
from tests.factories import make_service


@pytest.fixture
def usual() -> Iterator[dict[str, Any]]:
    before = dict(connection.settings_dict)
    yield before
    connection.settings_dict |= {name: before[name] for name in ("USER", "PASSWORD")}


def apart(work: Any) -> Any:
    """In a thread, which has a Django connection of its own, as radiusd's threads have."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(work())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    return found[0]


def who() -> tuple[str, str]:
    line = database.connect("test")
    with line.cursor() as cursor:
        cursor.execute("SELECT session_user, current_user")
        row: tuple[str, str] = cursor.fetchone()
    line.close()
    return row


def test_an_own_login_reads_public_rows_and_tenants_only_from_inside(
    fresh_isp: Isp, usual: dict[str, Any], settings: LazySettings
) -> None:
    if not settings.RADIUS_DB_USER:
        pytest.skip("NOT RUN: this database was given from outside and has no login for RADIUS")
    with scope.inside(fresh_isp.schema_name):
        made = make_service(code="nemo", kind="account", label="nemo", secret="arctangent")

    def look() -> tuple[tuple[str, str], Any, int]:
        database.take_own_login()
        found = find(fresh_isp.schema_name, b"nemo", 0.0, database.Patience())
        with scope.outside(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM tenants_isp")
            isps = cursor.fetchone()[0]
        with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {fresh_isp.schema_name}.subscribers_service")
        return who(), found, isps

    (session, current), found, isps = apart(look)
    assert (session, current) == (settings.RADIUS_DB_USER, settings.RADIUS_DB_USER)
    assert found.facts.service_id == made.pk
    assert isps >= 1


def test_a_database_that_does_not_know_the_login_is_used_with_the_common_one(
    usual: dict[str, Any], settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.RADIUS_DB_USER, settings.RADIUS_DB_PASSWORD = "nobody_here", "x"
    assert apart(lambda: database.take_own_login() or who())[0] == usual["USER"]
    assert "no login of its own" in caplog.text


def test_without_an_own_login_nothing_changes(usual: dict[str, Any], settings: LazySettings) -> None:
    settings.RADIUS_DB_USER = ""
    apart(database.take_own_login)
    assert connection.settings_dict["USER"] == usual["USER"]
