"""Switching packet traces on and off, and forgetting them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from radius import traces
from radius.models import PacketTrace, TracedPacket
from tenants import scope
from tenants.models import Isp, TraceRoute
from tests.factories import NOW, make_voucher

SECOND = timedelta(seconds=1)


@pytest.fixture
def inside(isp: Isp) -> Iterator[Isp]:
    with scope.inside(isp.schema_name):
        yield isp


def routed(isp: Isp) -> set[int]:
    with scope.outside():
        return set(TraceRoute.objects.filter(schema=isp.schema_name).values_list("trace_id", flat=True))


def test_a_quarter_of_an_hour_and_the_journal_says_who(inside: Isp) -> None:
    trace = traces.start(subject=" aa-bb-cc-dd-ee-ff ", by=SYSTEM, now=NOW)
    assert (trace.subject, trace.ends_at) == ("AA:BB:CC:DD:EE:FF", NOW + timedelta(minutes=15))
    assert routed(inside) == {trace.pk}
    entry = JournalEntry.objects.get(verb="trace.started")
    assert (entry.actor, entry.facts) == (SYSTEM.name, {"follows": "AA:BB:CC:DD:EE:FF", "router": None})


def test_the_same_again_is_the_running_one(inside: Isp) -> None:
    first = traces.start(router_id=7, by=SYSTEM, now=NOW)
    assert traces.start(router_id=7, by=SYSTEM, now=NOW + SECOND) == first
    assert traces.start(router_id=7, by=SYSTEM, now=first.ends_at + SECOND) != first


def test_a_code_is_covered_in_the_journal(inside: Isp) -> None:
    voucher = make_voucher()
    traces.start(subject=voucher.code, service=voucher.service, by=SYSTEM, now=NOW)
    assert voucher.code not in str(JournalEntry.objects.get(verb="trace.started").facts)


@pytest.mark.parametrize("what", [{}, {"subject": " "}, {"subject": "nemo", "router_id": 1}])
def test_one_thing_is_followed(inside: Isp, what: dict[str, object]) -> None:
    with pytest.raises(Refusal, match="Say which"):
        traces.start(**what, by=SYSTEM, now=NOW)  # type: ignore[arg-type]  # one of them at a time


def test_so_many_at_once(inside: Isp) -> None:
    for number in range(traces.MOST_AT_ONCE):
        traces.start(subject=f"user {number}", by=SYSTEM, now=NOW)
    with pytest.raises(Refusal, match="5 traces run already"):
        traces.start(subject="one more", by=SYSTEM, now=NOW)
    traces.start(subject="one more", by=SYSTEM, now=NOW + traces.LASTS + SECOND)


def test_stopping_ends_it_now_and_once(inside: Isp) -> None:
    trace = traces.start(subject="nemo", by=SYSTEM, now=NOW)
    traces.stop(trace, by=SYSTEM, now=NOW + SECOND)
    traces.stop(trace, by=SYSTEM, now=NOW + 2 * SECOND)
    trace.refresh_from_db()
    assert trace.ends_at == NOW + SECOND
    assert JournalEntry.objects.filter(verb="trace.stopped").count() == 1
    assert routed(inside) == set()


def test_after_a_day_it_is_forgotten_and_its_route_before(inside: Isp) -> None:
    trace = traces.start(subject="nemo", by=SYSTEM, now=NOW)
    TracedPacket.objects.create(trace=trace, at=NOW, direction="in", router_id=1, peer="127.0.0.1:1")
    assert traces.prune(NOW + timedelta(minutes=14)) == 0
    assert routed(inside) == {trace.pk}
    assert traces.prune(NOW + timedelta(minutes=16)) == 0
    assert routed(inside) == set()
    assert traces.prune(NOW + timedelta(days=1, seconds=1)) == 1
    assert not PacketTrace.objects.exists()
    assert not TracedPacket.objects.exists()
