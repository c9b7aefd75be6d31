"""A thousand virtual routers, four worker processes: one full poll and comparison of all, alone and beside dead ones.

The routers run in processes of their own on the same machine and share its cores. A round asks once, as the beat does,
and ends when the last live router was asked how it is and compared with what it should be. The dead ones have died just
before each of their rounds: nothing is known of them yet. Half of them refuse connections, half say nothing.
"""

import ipaddress
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2
import redis
from django.conf import settings

from bench import cpu
from bench.ground import Ground
from routers import tasks
from routers.models import Router, Sample, Watch
from subscribers.models import Site
from tenants import scope

FIRST, DEAD_AT = "127.96.0.1", "127.97.0.1"
PORT = 18728
DEAD = 100
WORKERS = 4
FLEETS = 2
PATIENCE = 900.0
LOOKS = 2.0  # seconds between two looks at memory and connections, which cost processor time themselves
QUEUE_DB = 13  # of Valkey, for the queues of this run alone


def measure(ground: Ground, count: int, rounds: int) -> dict[str, Any]:
    """Seconds of a round, with and without dead routers in turns; memory, connections, and what was said and written."""
    schema = ground.isp.schema_name
    rounds = min(rounds, 3)
    with ExitStack() as stack:
        fleets = [stack.enter_context(fleet(number, count // FLEETS)) for number in range(FLEETS)]
        stack.enter_context(silent(DEAD // 2))
        live, dead = _rows(schema, count // FLEETS * FLEETS)
        process = stack.enter_context(worker())
        first = _round(schema, live, [], process)
        written = _told(fleets)["writes"]
        alone, beside = [], []
        for _ in range(rounds):
            alone.append(_round(schema, live, [], process))
            beside.append(_round(schema, live, dead, process))
        told = _told(fleets)
    with scope.inside(schema):
        kept = Sample.objects.filter(router_id__in=live).count()
        down = Watch.objects.filter(pk__in=dead, failure_kind="silent").count()
    seconds = statistics.median(each["seconds"] for each in alone)
    with_dead = statistics.median(each["seconds"] for each in beside)
    return {
        "routers": len(live),
        "dead": len(dead),
        "worker_processes": WORKERS,
        "rounds": rounds,
        "first_round_that_writes_everything": first,
        "writes_of_first_round": written,
        "writes_of_all_later_rounds": told["writes"] - written,
        "seconds": round(seconds, 1),
        "seconds_beside_dead": round(with_dead, 1),
        "ratio_beside_dead": round(with_dead / seconds, 3),
        "each_alone": alone,
        "each_beside_dead": beside,
        "dead_known_as_silent": down,
        "most_connections_to_one_router": told["most_connections"],
        "sign_ins": told["sign_ins"],
        "commands": told["commands"],
        "samples": kept,
        "worker_megabytes": max(each["megabytes"] for each in (first, *alone, *beside)),
        "database_connections": max(each["connections"] for each in (first, *alone, *beside)),
    }


@dataclass(frozen=True)
class _Fleet:
    """A process of virtual routers, and the file in which it tells what it did."""

    process: "subprocess.Popen[str]"
    told: Path


@contextmanager
def fleet(number: int, count: int) -> Iterator[_Fleet]:
    first = str(ipaddress.IPv4Address(FIRST) + number * 4096)
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "bench.fleet_process",
            first,
            str(count),
            str(PORT),
            f"{folder}/told",
        ]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None and process.stdin is not None
        process.stdout.readline()
        yield _Fleet(process, Path(folder, "told"))
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def _told(fleets: list[_Fleet]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for each in fleets:
        asked, answer = each.process.stdin, each.process.stdout
        assert asked is not None and answer is not None
        asked.write("now\n")
        asked.flush()
        answer.readline()
        for name, value in json.loads(each.told.read_text()).items():
            most = name.startswith("most")
            sums[name] = max(sums.get(name, 0), value) if most else sums.get(name, 0) + value
    return sums


@contextmanager
def silent(count: int) -> Iterator[None]:
    """Doors at which the kernel answers nobody: their queue of callers is full."""
    taken = []
    for number in range(count):
        place = (str(ipaddress.IPv4Address(DEAD_AT) + number), PORT)
        door = socket.socket()
        door.bind(place)
        door.listen(0)
        taken.append(door)
        for _ in range(3):
            caller = socket.socket()
            caller.setblocking(False)
            caller.connect_ex(place)
            taken.append(caller)
    yield
    for each in taken:
        each.close()


def _rows(schema: str, count: int) -> tuple[list[int], list[int]]:
    now = datetime.now(UTC)
    per = count // FLEETS
    places = [str(ipaddress.IPv4Address(FIRST) + n // per * 4096 + n % per) for n in range(count)]
    places += [str(ipaddress.IPv4Address(DEAD_AT) + n) for n in range(DEAD)]
    with scope.inside(schema):
        site = Site.objects.create(name="Fleet", made_at=now)
        made = Router.objects.bulk_create(
            [
                Router(
                    name=f"Fleet {number}", site=site, public_id=f"f{number:09d}", state=Router.State.READY, address=place,
                    api_port=PORT, api_user="admin", api_password="admin", radius_secret="s" * 26, made_at=now, is_up=True,
                    hotspot_interface="bridge-lan",
                )
                for number, place in enumerate(places)
            ]
        )  # fmt: skip
        Watch.objects.bulk_create([Watch(router=each, due_at=now, compare_at=now) for each in made])
    return [each.pk for each in made[:count]], [each.pk for each in made[count:]]


@contextmanager
def worker() -> Iterator["subprocess.Popen[bytes]"]:
    base = settings.REDIS_URL.rsplit("/", 1)[0]
    there = {"REDIS_URL": f"{base}/{QUEUE_DB}", "KMIKRO_ALLOW_PRIVATE_ROUTERS": "1"}
    redis.Redis.from_url(there["REDIS_URL"]).flushdb()
    tasks.check_all.app.conf.broker_url = there["REDIS_URL"]
    command = [
        sys.executable, "-m", "celery", "-A", "kmikro", "worker", "--queues", "router,billing,message,bulk,default",
        "--concurrency", str(WORKERS), "--loglevel", "error",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=os.environ | there, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)
        redis.Redis.from_url(there["REDIS_URL"]).flushdb()


def _round(
    schema: str, live: list[int], dead: list[int], worker: "subprocess.Popen[bytes]"
) -> dict[str, Any]:
    now = datetime.now(UTC)
    with scope.inside(schema):
        Router.objects.filter(pk__in=live).update(leased_until=None)
        Watch.objects.all().update(due_at=now.replace(year=2099), asked_at=None)
        Watch.objects.filter(pk__in=live).update(due_at=now, compare_at=now)
        Watch.objects.filter(pk__in=dead).update(
            due_at=now, failures=0, open_until=None, missed_since=None, failure_kind=""
        )
        Router.objects.filter(pk__in=dead).update(is_up=True, misses=0)
    began, used = time.monotonic(), _cpu(worker.pid)
    tasks.check_all.delay(schema)
    megabytes = connections = looked = 0.0
    while True:
        time.sleep(0.25)
        if time.monotonic() - looked > LOOKS:
            looked = time.monotonic()
            megabytes = max(megabytes, _megabytes(worker.pid))
            connections = max(connections, _connections())
        with scope.inside(schema):
            done = Watch.objects.filter(
                pk__in=live, compared_at__gte=now, router__checked_at__gte=now, router__leased_until=None
            ).count()
        took = time.monotonic() - began
        if done == len(live):
            break
        if took > PATIENCE:
            raise RuntimeError(f"{done} of {len(live)} routers were done after {took:.0f} s")
    shown = {
        "seconds": round(took, 1),
        "cpu_ms_per_router": round((_cpu(worker.pid) - used) * 1000 / len(live), 1),
        "megabytes": round(megabytes),
        "connections": int(connections),
        "load": round(os.getloadavg()[0], 1),
    }
    print(f"{len(live)} live, {len(dead)} dead: {shown}", file=sys.stderr, flush=True)
    return shown


def _cpu(pid: int) -> float:
    """Seconds of the worker's processes."""
    ticks = 0
    for each in cpu.family(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _megabytes(pid: int) -> float:
    total = 0.0
    for each in cpu.family(pid):
        try:
            rollup = Path(f"/proc/{each}/smaps_rollup").read_text()
        except OSError:
            continue
        total += int(rollup.partition("Pss:")[2].split()[0]) / 1024
    return total


def _connections() -> int:
    at = settings.DATABASES["default"]
    line = psycopg2.connect(
        dbname=at["NAME"], user=at["USER"], password=at["PASSWORD"], host=at["HOST"], port=at["PORT"]
    )
    with line, line.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [at["NAME"]],
        )
        (count,) = cursor.fetchone() or (0,)
    line.close()
    return int(count)
