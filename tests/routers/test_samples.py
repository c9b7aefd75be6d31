"""Samples hold what moved, roll up to the same however often, and go when they were kept long enough."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from routers import packing, samples, watching
from routers.models import LogLine, Sample
from routers.readings import Line, Port, RadiusCounters, Reading
from tenants.models import Isp
from tests.factories import make_router

NOW = datetime(2026, 11, 26, 12, 30, tzinfo=UTC)
Span = Sample.Span


def told(moment: int, cpu: int = 10, received: int = 0, **fields: object) -> Reading:
    port = Port("ether1", "ether", True, False, "", received, received * 2, 0, 0)
    return Reading(cpu=cpu, ports=(port,), ppp=moment, **fields)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_hours_and_days_are_made_of_minutes(inside_isp: Isp) -> None:
    router = make_router()
    watch = watching.watch_of(router, now=NOW)
    start = NOW.replace(hour=8, minute=0)
    for minute in range(130):
        samples.keep(
            watch,
            told(minute, cpu=minute % 100, received=minute * 1000),
            now=start + timedelta(minutes=minute),
        )
    for _ in range(2):
        samples.roll_up(now=NOW)
    hours = list(Sample.objects.filter(span=Span.HOUR))
    assert [each.at.hour for each in hours] == [8, 9, 10]
    assert (hours[1].cpu_peak, hours[1].seconds) == (99, 3600)
    assert packing.unpack(bytes(hours[1].traffic)) == {0: (60_000, 120_000)}
    samples.roll_up(now=NOW + timedelta(days=1))
    (day,) = Sample.objects.filter(span=Span.DAY)
    assert packing.unpack(bytes(day.traffic)) == {0: (129_000, 258_000)}
    assert samples.forget(now=NOW + timedelta(days=4)) == 130
    assert Sample.objects.count() == 4


@pytest.mark.django_db
def test_what_is_made_is_left_alone_after_its_last_minutes_had_time_to_come(
    inside_isp: Isp, django_assert_num_queries: Any
) -> None:
    watch = watching.watch_of(make_router(), now=NOW)
    make_router()
    for minute in range(10, 50, 10):
        samples.keep(watch, told(minute), now=NOW.replace(hour=11, minute=minute))
    over = NOW.replace(hour=12, minute=0, second=1)
    assert samples.roll_up(now=over) == 1
    samples.keep(watch, told(90), now=NOW.replace(hour=11, minute=59))
    assert samples.roll_up(now=over + timedelta(minutes=10)) == 1, "with the minute that came late"
    assert Sample.objects.get(span=Span.HOUR).ppp == 38
    with django_assert_num_queries(2):
        assert samples.roll_up(now=over + timedelta(minutes=20)) == 0
    samples.keep(watch, told(7), now=NOW.replace(hour=12, minute=59))
    assert samples.roll_up(now=NOW.replace(hour=18)) == 2, "a new hour, and the one before again"


@pytest.mark.django_db
def test_counters_of_radius_begin_anew_after_a_restart(inside_isp: Isp) -> None:
    watch = watching.watch_of(make_router(), now=NOW)
    seen = [
        samples.keep(watch, told(0, radius=RadiusCounters(requests=r, timeouts=t, bad_replies=b)), now=NOW + timedelta(minutes=at))
        for at, (r, t, b) in enumerate([(100, 5, 1), (130, 6, 1), (4, 1, 0)])
    ]  # fmt: skip
    assert seen == [(0, 0, 0), (30, 1, 0), (4, 1, 0)]


@pytest.mark.django_db
def test_lines_are_kept_once(inside_isp: Isp) -> None:
    router = make_router()
    reading = Reading(lines=(Line("a" * 24, "12:00", "error,system", "fan stopped"),))
    for _ in range(3):
        samples.keep_lines(router.pk, reading, now=NOW)
    assert LogLine.objects.get().text == "fan stopped"
