"""Many subscribers beside few, and many ISPs beside one: rates, memory of a worker and seconds until it is ready."""

import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from bench import cpu, crowd, steady
from bench.crowd import Person
from bench.ground import SECRET, Ground
from bench.load import Outcome, access_request, mschap_request
from bench.party import OURS, Party, People, medians
from bench.radius_peers import postmaster_of_postgresql
from bench.radius_rates import ADDRESS, Server, mac, radiusd
from kmikro.lib import mschap
from subscribers.models import Plan
from tenants import routes, schemas, scope
from tenants.models import Domain, Isp

FEW = 10_000  # services beside which many are measured, and those that the many ISPs share
COUNT = 10_000  # requests of one run
KNOWN = 600.0  # seconds in which a worker has to know everybody
WAYS = ("PAP", "MS-CHAPv2 with MPPE")


def measure(ground: Ground, people: int, tenants: int, rounds: int) -> dict[str, Any]:
    """Three servers over one database: one is asked by an ISP of FEW, one by an ISP of many, one by many ISPs."""
    began, now, busy = time.monotonic(), datetime.now(UTC), os.getloadavg()[0]
    few, many = (_isp(number, now) for number in (1, 2))
    crowds = [_filled(few, 1, FEW), _filled(many, 2, people)]
    filled = time.monotonic()
    _say(f"{people:,} services were made in {filled - began:.0f} s")
    isps = [_isp(3 + number, now) for number in range(tenants)]
    spread = [_filled(isp, 3 + number, max(2, FEW // tenants)) for number, isp in enumerate(isps)]
    made = time.monotonic()
    _say(f"{tenants:,} ISPs were made in {made - filled:.0f} s")
    crowd.analyze()
    with ExitStack() as stack:
        worlds = [
            _World("few", stack, [crowds[0]]),
            _World("many", stack, [crowds[1]]),
            _World("tenants", stack, spread),
        ]
        for world in worlds:
            world.wait_until_all_are_known()
        for _ in range(rounds):
            for way in WAYS:
                for world in worlds:
                    world.run(way)
        shown = {world.name: world.shown() for world in worlds}
    return {
        "people": people,
        "tenants": tenants,
        "rounds": rounds,
        "load_before": round(busy, 1),
        "wrong": sum(shown[world][way]["wrong"] for world in shown for way in WAYS),
        "seconds_to_fill": round(filled - began),
        "seconds_to_make_tenants": round(made - filled),
        "worlds": shown,
    }


def _say(line: str) -> None:
    """It takes many minutes, so it says how far it is; standard output is for the figures."""
    print(line, file=sys.stderr, flush=True)


class _Crowd:
    """One ISP's people and where they ask from."""

    def __init__(self, router: steady.Router, vouchers: list[Person], accounts: list[Person]) -> None:
        self.router, self.vouchers, self.accounts = router, vouchers, accounts


def _isp(number: int, now: datetime) -> Isp:
    isp = Isp.objects.create(
        schema_name=schemas.new_name(), name=f"Scale {number}", slug=f"scale{number}", country="KE", currency="KES",
        time_zone="Africa/Nairobi", state=Isp.State.ACTIVE, made_at=now, trial_ends_at=now + timedelta(days=21),
        terms_version=1,
    )  # fmt: skip
    Domain.objects.create(domain=f"scale{number}.{settings.BASE_DOMAIN}", tenant=isp, is_primary=True)
    schemas.make(isp.schema_name, now)
    return isp


def _filled(isp: Isp, number: int, count: int) -> _Crowd:
    """Half vouchers, half accounts; one router at an address of its own."""
    source, now = f"127.0.{10 + number // 250}.{1 + number % 250}", datetime.now(UTC)
    secret = f"{SECRET}-{number}"
    with scope.inside(isp.schema_name):
        plan = Plan.objects.create(
            name="Scale", price_minor=5000, currency="KES", download_bps=5_000_000, upload_bps=2_000_000, devices=100,
            made_at=now, changed_at=now,
        )  # fmt: skip
        routes.register_nas(
            1, address=source, secret=secret, coa_port=3799, require_message_auth=True, now=now
        )
    vouchers = crowd.add(isp.schema_name, plan.pk, count // 2, "voucher")
    accounts = crowd.add(isp.schema_name, plan.pk, count - count // 2, "account")
    return _Crowd(steady.Router(source, secret.encode(), lanes=16 if count > 1000 else 1), vouchers, accounts)


class _World:
    """A server of its own that only these ISPs ask."""

    def __init__(self, name: str, stack: ExitStack, crowds: Sequence[_Crowd]) -> None:
        self.name, self.crowds = name, crowds
        began = time.monotonic()
        self.server: Server = stack.enter_context(radiusd(os.cpu_count() or 1))
        self.drive("PAP", 64)
        self.seconds_to_answer = time.monotonic() - began
        self._began = began
        self.party = Party(OURS, self.server, People([], []), postmaster_of_postgresql())
        self._start = 0

    def wait_until_all_are_known(self) -> None:
        """Every worker has read everybody of every ISP; asked meanwhile, it answers by reading."""
        total = sum(len(each.vouchers) + len(each.accounts) for each in self.crowds)
        asked = 0
        while True:
            self.drive("PAP", max(64, 4 * len(self.crowds)), asked)
            asked += 64
            workers = self._workers()
            if workers and min(workers.values()) >= total:
                break
            if time.monotonic() - self._began > KNOWN:
                raise RuntimeError(f"not known after {KNOWN:.0f} s: {workers} of {total}")
            time.sleep(0.5)
        self.seconds_until_known = time.monotonic() - self._began
        _say(f"{self.name}: {total:,} services known after {self.seconds_until_known:.0f} s")
        self.party.settle()

    def _workers(self) -> dict[str, int]:
        """Worker → how many services it remembers."""
        own = cpu.family(self.server.pid)
        return {name: each.get("services", 0) for name, each in _told().items() if _number(name) in own}

    def drive(self, way: str, count: int, start: int = 0) -> Outcome:
        orders = [self._order(way, start + number) for number in range(count)]
        return steady.run([each.router for each in self.crowds], orders)

    def _order(self, way: str, number: int) -> steady.Order:
        """Routers take turns, people come from all over the list."""
        router = number % len(self.crowds)
        asked = self.crowds[router]
        secret = asked.router.secret
        chosen = asked.vouchers if way == "PAP" else asked.accounts
        person = chosen[(number // len(self.crowds)) * 7919 % len(chosen)]
        session = b"8%07x" % number
        if way == "PAP":
            return steady.Order(
                router,
                (ADDRESS, self.server.auth),
                lambda identifier: access_request(secret, identifier, person.name, mac(number), session),
                2,
            )
        nt = mschap.nt_hash(person.password) or b""
        return steady.Order(
            router,
            (ADDRESS, self.server.auth),
            lambda identifier: mschap_request(secret, identifier, person.name, nt, mac(number), session),
            2,
        )

    def run(self, way: str) -> None:
        self._start += COUNT
        self.party.keep(way, lambda: self.drive(way, COUNT, self._start))

    def shown(self) -> dict[str, Any]:
        return {
            "services": min(self._workers().values()),
            "megabytes": round(max(_resident(name) for name in self._workers())),
            "seconds_to_answer": round(self.seconds_to_answer, 1),
            "seconds_until_known": round(self.seconds_until_known, 1),
            **{way: medians(self.party.runs[way]) for way in WAYS},
        }


def _told() -> dict[str, Any]:
    """What the workers of this machine told last, by their names."""
    found = {}
    for path in Path(settings.STATE_DIR / "metrics").glob("*.json"):
        try:
            told = json.loads(path.read_text())
        except (OSError, ValueError):
            continue
        if _resident(told["worker"]):
            found[told["worker"]] = told
    return found


def _number(worker: str) -> int:
    """The process behind a worker's name."""
    return int(worker.rpartition("-")[2])


def _resident(worker: str) -> float:
    """Megabytes in memory; 0 when it is gone."""
    try:
        status = Path(f"/proc/{_number(worker)}/status").read_text()
    except OSError:
        return 0.0
    line = next((each for each in status.splitlines() if each.startswith("VmRSS")), "VmRSS: 0 kB")
    return int(line.split()[1]) / 1024
