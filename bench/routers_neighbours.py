"""How long the visits of one ISP's routers wait while all routers of another ISP are dead, silent or mute.

A mute router takes the connection and says nothing: it costs a worker its deadline, where a dead one costs a knock. The
beat of the healthy ISP comes HEAD_START later, when the visits of the sick one's routers are under way. Two cases: its routers have just fallen sick, so nothing
is known of them, and the state that follows, in which those in trouble share one worker.
"""

import ipaddress
import socket
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.ground import Ground
from bench.routers_fleet import DEAD_AT, FIRST, PATIENCE, PORT, WORKERS, fleet, silent, worker
from routers import tasks
from routers.models import Router, Watch
from subscribers.models import Site
from tenants import schemas, scope
from tenants.models import Domain, Isp

LIVE, EACH = 20, 20  # routers of the healthy ISP; of the sick one so many that refuse, are silent, are mute
HEAD_START = 5.0  # seconds: as long as visits of many are spread
MUTE_AT = "127.98.0.1"


def measure(ground: Ground, rounds: int) -> dict[str, Any]:
    """Seconds from the beat to a healthy router's answer: alone, beside routers that just fell sick, beside known ones."""
    with ExitStack() as stack:
        stack.enter_context(fleet(0, LIVE))
        stack.enter_context(silent(EACH))
        stack.enter_context(_mute())
        other = stack.enter_context(_neighbour())
        sick = _rows(ground.isp.schema_name, [*_run(DEAD_AT, 2 * EACH), *_run(MUTE_AT, EACH)])
        live = _rows(other, _run(FIRST, LIVE))
        process = stack.enter_context(worker())
        assert process.poll() is None
        _round(None, [], other, live, 0)  # the first writes everything
        found: dict[str, list[float]] = {"alone": [], "beside_just_sick": [], "beside_known_sick": []}
        for _ in range(min(rounds, 3)):
            found["alone"] += _round(None, [], other, live, 0)
            found["beside_just_sick"] += _round(ground.isp.schema_name, sick, other, live, 0)
            found["beside_known_sick"] += _round(ground.isp.schema_name, sick, other, live, 1)
    return {
        "healthy": LIVE,
        "sick": len(sick),
        "mute_among_them": EACH,
        "worker_processes": WORKERS,
        **{name: _figures(waits) for name, waits in found.items()},
    }


def _figures(waits: list[float]) -> dict[str, float]:
    return {
        "p50": round(statistics.median(waits), 2),
        "p95": round(statistics.quantiles(waits, n=20)[-1], 2),
        "most": round(max(waits), 2),
    }


def _run(first: str, count: int) -> list[str]:
    return [str(ipaddress.IPv4Address(first) + number) for number in range(count)]


@contextmanager
def _mute() -> Iterator[None]:
    """Doors that open and say nothing."""
    doors = []
    for address in _run(MUTE_AT, EACH):
        door = socket.socket()
        door.bind((address, PORT))
        door.listen(64)
        doors.append(door)
    yield
    for door in doors:
        door.close()


@contextmanager
def _neighbour() -> Iterator[str]:
    now = datetime.now(UTC)
    isp = Isp.objects.create(
        schema_name=schemas.new_name(), name="Healthy Net", slug="healthy", country="KE", currency="KES",
        time_zone="Africa/Nairobi", state=Isp.State.ACTIVE, made_at=now, trial_ends_at=now + timedelta(days=21),
        terms_version=1,
    )  # fmt: skip
    Domain.objects.create(domain="healthy.bench.localhost", tenant=isp, is_primary=True)
    schemas.make(isp.schema_name, now)
    try:
        yield isp.schema_name
    finally:
        schemas.drop(isp.schema_name)


def _rows(schema: str, places: list[str]) -> list[int]:
    now = datetime.now(UTC)
    with scope.inside(schema):
        site = Site.objects.create(name="Neighbours", made_at=now)
        made = Router.objects.bulk_create(
            [
                Router(
                    name=f"Router {number}", site=site, public_id=f"n{number:09d}", state=Router.State.READY, address=place,
                    api_port=PORT, api_user="admin", api_password="admin", radius_secret="s" * 26, made_at=now, is_up=True,
                    hotspot_interface="bridge-lan",
                )
                for number, place in enumerate(places)
            ]
        )  # fmt: skip
        Watch.objects.bulk_create([Watch(router=each, due_at=now, compare_at=now) for each in made])
    return [each.pk for each in made]


def _round(sick_at: str | None, sick: list[int], schema: str, live: list[int], failures: int) -> list[float]:
    """Seconds until each healthy router has answered; the sick ones are left to end before the next round."""
    now = datetime.now(UTC)
    later = now + timedelta(days=365)
    if sick_at:
        with scope.inside(sick_at):
            Router.objects.filter(pk__in=sick).update(leased_until=None, misses=0, is_up=True, talks_begun=0)
            Watch.objects.filter(pk__in=sick).update(
                due_at=now,
                asked_at=None,
                failures=failures,
                open_until=None,
                missed_since=None,
                failure_kind="",
            )
    with scope.inside(schema):
        Watch.objects.filter(pk__in=live).update(due_at=now, compare_at=later, asked_at=None)
    if sick_at:
        tasks.check_all.delay(sick_at)
        time.sleep(HEAD_START)
    began = datetime.now(UTC)
    tasks.check_all.delay(schema)
    waits = _answered(schema, live, began)
    if sick_at:
        _ended(sick_at, sick, now)
    print(f"{len(sick)} sick, failures {failures}: {_figures(waits)}", file=sys.stderr, flush=True)
    return waits


def _answered(schema: str, live: list[int], began: datetime) -> list[float]:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        time.sleep(0.25)
        with scope.inside(schema):
            told = list(
                Router.objects.filter(pk__in=live, checked_at__gte=began).values_list("checked_at", flat=True)
            )
        if len(told) == len(live):
            return [(each - began).total_seconds() for each in told if each is not None]
    raise RuntimeError(f"{len(told)} of {len(live)} healthy routers had answered after {PATIENCE:.0f} s")


def _ended(schema: str, sick: list[int], began: datetime) -> None:
    """Every sick router was knocked at or visited, or put off."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        time.sleep(0.5)
        with scope.inside(schema):
            waiting = Watch.objects.filter(pk__in=sick).filter(asked_at__isnull=False).count()
            due = Watch.objects.filter(pk__in=sick, due_at__lte=began).count()
        if not waiting and not due:
            return
    raise RuntimeError("the sick routers did not come to an end")
