"""A pass moves to the device of who has the code, so often a day and no more, however many ask at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, models

from accounts.journal import Actor
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from radius import disconnect, moving
from radius.models import Session
from radius.moving import Standing
from subscribers.models import Device, Service
from tenants import scope
from tenants.models import Isp
from tests.factories import NOW, make_plan, make_service, make_session

GUEST = Actor(None, "A guest")
OLD, NEW, THIRD = "AA:BB:CC:00:00:01", "AA:BB:CC:00:00:02", "AA:BB:CC:00:00:03"


@pytest.fixture
def inside(isp: Isp) -> Iterator[None]:
    with scope.inside(isp.schema_name):
        yield


def used(minutes_ago: int = 0, mac: str = OLD, service: Service | None = None, **plan: Any) -> Service:
    service = service or make_service(plan=make_plan(**plan))
    make_session(service=service, mac=mac, started_at=NOW - timedelta(minutes=minutes_ago))
    return service


def test_a_pass_that_nobody_uses_or_that_has_room_is_free(inside: None) -> None:
    assert moving.look(make_service(), NEW, now=NOW) == moving.Look(Standing.FREE)
    service = used(devices=2)
    assert moving.look(service, NEW, now=NOW).standing is Standing.FREE
    assert moving.move(service, NEW, by=GUEST, now=NOW).standing is Standing.FREE
    assert not JournalEntry.objects.filter(verb=moving.VERB).exists(), "what is free counts for nothing"
    assert moving.look(used(), OLD, now=NOW).standing is Standing.FREE, "its own session is in nobody's way"


def test_of_several_devices_the_one_that_came_first_goes(inside: None) -> None:
    service = used(30, devices=2)
    used(10, THIRD, service)
    found = moving.look(service, NEW, now=NOW)
    assert (found.standing, [each.mac for each in found.others], found.left) == (Standing.TAKEN, [OLD], 3)
    after = moving.move(service, NEW, by=GUEST, now=NOW)
    assert (after.standing, after.left) == (Standing.LEAVING, 2)
    assert Session.objects.get(mac=OLD).disconnect_state == disconnect.ASKED
    assert Session.objects.get(mac=THIRD).disconnect_state == ""
    told = JournalEntry.objects.get(verb=moving.VERB)
    assert (told.actor, told.facts, told.target) == ("A guest", {"mac": NEW, "before": OLD}, service.label)


def test_a_pass_that_is_bound_is_bound_anew(inside: None) -> None:
    service = make_service(plan=make_plan(lock="first"), bound_mac=OLD)
    assert moving.look(service, NEW, now=NOW).standing is Standing.TAKEN
    assert moving.move(service, NEW, by=GUEST, now=NOW).standing is Standing.FREE
    assert Service.objects.get().bound_mac == NEW


def test_it_moves_so_often_a_day_and_again_the_next(inside: None) -> None:
    service = make_service(plan=make_plan(lock="first", moves_a_day=2), bound_mac=OLD)
    for mac in (NEW, THIRD):
        moving.move(service, mac, by=GUEST, now=NOW)
    with pytest.raises(Refusal, match="2 times a day"):
        moving.move(service, OLD, by=GUEST, now=NOW)
    assert Service.objects.get().bound_mac == THIRD
    midnight = NOW.replace(hour=21)  # in Nairobi
    with pytest.raises(Refusal):
        moving.move(service, OLD, by=GUEST, now=midnight - timedelta(seconds=1))
    moving.move(service, OLD, by=GUEST, now=midnight)


def test_where_it_never_moves_or_a_list_says_who(inside: None) -> None:
    with pytest.raises(Refusal, match="stays on the device"):
        moving.move(used(moves_a_day=0), NEW, by=GUEST, now=NOW)
    listed = make_service(plan=make_plan(lock="list"))
    assert moving.look(listed, NEW, now=NOW).standing is Standing.FIXED
    with pytest.raises(Refusal, match="on its list"):
        moving.move(listed, NEW, by=GUEST, now=NOW)
    Device.objects.create(mac=NEW, service=listed, made_at=NOW)
    assert moving.look(listed, NEW, now=NOW).standing is Standing.FREE


def test_what_a_router_does_not_end_in_time_is_taken_for_ended(inside: None) -> None:
    service = used()
    found = moving.move(service, NEW, by=GUEST, now=NOW)
    assert not moving.give_up(found, now=NOW + moving.PATIENCE)
    late = NOW + moving.PATIENCE + timedelta(seconds=1)
    assert moving.give_up(moving.look(service, NEW, now=late), now=late)
    assert Session.objects.get().ended_at is not None
    assert moving.look(service, NEW, now=late).standing is Standing.FREE


def test_a_router_that_says_no_is_not_waited_for(inside: None) -> None:
    service = used()
    moving.move(service, NEW, by=GUEST, now=NOW)
    Session.objects.update(disconnect_state=disconnect.REFUSED)
    assert moving.give_up(moving.look(service, NEW, now=NOW), now=NOW)


@pytest.mark.parametrize(
    ("is_locked", "moved"), [(True, 1), (False, 2)], ids=["ours", "control without a lock"]
)
def test_two_who_ask_at_once_share_the_moves_of_the_day(
    fresh_isp: Isp, monkeypatch: pytest.MonkeyPatch, is_locked: bool, moved: int
) -> None:
    """Both have counted before either has moved, unless one has to wait for the other."""
    schema = fresh_isp.schema_name
    with scope.inside(schema):
        service = make_service(plan=make_plan(lock="first", moves_a_day=1), bound_mac=OLD)
    counted, both = moving._moves_today, threading.Barrier(2)

    def counts(*asked: Any) -> int:
        found = counted(*asked)
        with suppress(threading.BrokenBarrierError):
            both.wait(0.5)
        return found

    monkeypatch.setattr(moving, "_moves_today", counts)
    if not is_locked:
        monkeypatch.setattr(models.Manager, "select_for_update", lambda self, **_how: self.all())

    def ask(mac: str) -> bool:
        try:
            with scope.inside(schema):
                moving.move(service, mac, by=GUEST, now=NOW)
            return True
        except Refusal:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        assert sum(threads.map(ask, [NEW, THIRD])) == moved
