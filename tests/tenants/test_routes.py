"""Secrets of routers change with overlap; wrong ones are told to their own ISP alone."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from kmikro.lib.refusal import Refusal
from radius import directory
from tenants import routes, scope
from tenants.models import Isp, NasRoute, SecretMismatch
from tests.waiting import until

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def registered(isp: Isp) -> Isp:
    with scope.inside(isp.schema_name):
        routes.register_nas(
            3, address="10.7.0.3", secret="a" * 26, coa_port=3799, require_message_auth=True, now=NOW
        )
    return isp


def test_a_rotated_secret_leaves_the_old_one_good_for_a_while(registered: Isp) -> None:
    with scope.inside(registered.schema_name):
        routes.rotate_secret(3, secret="b" * 26, overlap=HOUR, now=NOW)
    entry = routes.nas_of(registered.schema_name, 3)
    assert entry is not None
    assert (entry.secret, entry.previous_secret, entry.previous_until) == (b"b" * 26, b"a" * 26, NOW + HOUR)
    assert "aaaa" not in repr(entry)
    assert "bbbb" not in repr(entry)


def test_a_second_rotation_waits_for_the_end_of_the_first(registered: Isp) -> None:
    with scope.inside(registered.schema_name):
        routes.rotate_secret(3, secret="b" * 26, overlap=HOUR, now=NOW)
        with pytest.raises(Refusal, match="still good"):
            routes.rotate_secret(3, secret="c" * 26, overlap=HOUR, now=NOW + HOUR / 2)
        routes.rotate_secret(3, secret="c" * 26, overlap=HOUR, now=NOW + HOUR)
        with pytest.raises(Refusal, match="does not know"):
            routes.rotate_secret(4, secret="d" * 26, overlap=HOUR, now=NOW)
    entry = routes.nas_of(registered.schema_name, 3)
    assert entry is not None
    assert (entry.secret, entry.previous_secret) == (b"c" * 26, b"b" * 26)


def test_registering_with_the_same_secret_keeps_the_overlap(registered: Isp) -> None:
    with scope.inside(registered.schema_name):
        routes.rotate_secret(3, secret="b" * 26, overlap=HOUR, now=NOW)
        routes.register_nas(
            3, address="10.7.0.3", secret="b" * 26, coa_port=3799, require_message_auth=True, now=NOW
        )
    assert NasRoute.objects.get(router_id=3).previous_secret == "a" * 26


def test_mismatches_are_shown_to_their_isp_while_they_are_new(registered: Isp, neighbour: Isp) -> None:
    SecretMismatch.objects.create(
        schema=registered.schema_name, router_id=3, count=12, first_at=NOW - HOUR, last_at=NOW
    )
    with scope.inside(registered.schema_name):
        seen = routes.mismatches(3, since=NOW - HOUR)
        assert seen == routes.Mismatches(12, NOW - HOUR, NOW)
        assert routes.mismatches(3, since=NOW) is None
        assert routes.mismatches(4, since=NOW - HOUR) is None
    with scope.inside(neighbour.schema_name):
        assert routes.mismatches(3, since=NOW - HOUR) is None


def test_an_exception_for_unsigned_requests_has_an_end_that_a_person_can_move(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        routes.register_nas(
            5, address="10.7.0.5", secret="e" * 26, coa_port=3799, require_message_auth=False, now=NOW
        )
        until = routes.unsigned_until(5)
        assert until == NOW + routes.EXCEPTION
    address = "10.7.0.5"
    nas = {at: directory._nas(routes.nas_directory()[address], "UTC", "en", False, at) for at in (NOW, until)}
    assert [nas[at].require_message_auth for at in (NOW, until)] == [False, True]
    with scope.inside(isp.schema_name):
        assert routes.extend_exception(5, now=until) == until + routes.EXCEPTION
        with pytest.raises(Refusal, match="signs"):
            routes.extend_exception(3, now=NOW)
        routes.register_nas(
            5, address="10.7.0.5", secret="e" * 26, coa_port=3799, require_message_auth=True, now=NOW
        )
        assert routes.unsigned_until(5) is None


def test_strangers_and_the_language_of_an_isp_are_told_to_radius(isp: Isp, neighbour: Isp) -> None:
    for each, address in ((isp, "10.7.0.31"), (neighbour, "10.7.0.32")):
        with scope.inside(each.schema_name):
            routes.register_nas(
                31, address=address, secret=address * 3, coa_port=3799, require_message_auth=True, now=NOW
            )
    with scope.inside(isp.schema_name):
        routes.settle_sign_in(31, allow_mschap1=False, mac_auth_password="", admit_unknown=True)
    Isp.objects.filter(pk=neighbour.pk).update(language="sw")
    book = directory.read()
    mine, theirs = book["10.7.0.31"], book["10.7.0.32"]
    assert (mine.admit_unknown, theirs.admit_unknown) == (True, False)
    assert (mine.language, theirs.language) == ("en", "sw")


def test_the_zone_of_an_isp_is_known_inside_and_outside_of_it(isp: Isp) -> None:
    assert routes.zone_name(isp.schema_name) == isp.time_zone
    with scope.inside(isp.schema_name):
        assert routes.zone_name(isp.schema_name) == isp.time_zone
        assert scope.current() == isp.schema_name
    assert routes.zone_name("t_zzzzzzzzzzzz") == "UTC"


@pytest.mark.parametrize("lock", [True, False])
def test_two_routers_that_come_under_one_address_at_once(
    fresh_isp: Isp, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch, lock: bool
) -> None:
    """One is registered, the other refused in words; without the lock the database refuses it, in its own."""
    schema, ended, first_is_in, go = fresh_isp.schema_name, [], threading.Event(), threading.Event()
    if not lock:
        monkeypatch.setattr(routes, "connection", Unlocked())

    def register(router_id: int, wait: bool) -> None:
        try:
            with scope.inside(schema):
                routes.register_nas(
                    router_id,
                    address="10.7.99.1",
                    secret=str(router_id) * 26,
                    coa_port=3799,
                    require_message_auth=True,
                    now=NOW,
                )
                if wait:
                    first_is_in.set()
                    go.wait(20)
        except (Refusal, IntegrityError) as error:
            ended.append(type(error))
        finally:
            connection.close()

    with django_db_blocker.unblock():
        both = [threading.Thread(target=register, args=(each, each == 1)) for each in (1, 2)]
        both[0].start()
        assert first_is_in.wait(20)
        both[1].start()
        until(_somebody_waits, 20)
        go.set()
        for each in both:
            each.join(20)
        held = list(NasRoute.objects.filter(address="10.7.99.1").values_list("router_id", flat=True))
    assert held == [1]
    assert ended == [Refusal if lock else IntegrityError]


class Unlocked:
    """A connection that locks nothing."""

    def cursor(self) -> "Unlocked":
        return self

    def __enter__(self) -> "Unlocked":
        return self

    def __exit__(self, *_error: object) -> None:
        return None

    def execute(self, *_said: object) -> None:
        return None


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])
