"""radiusd with the real database behind it: a voucher's first hour, and kill -9 under load."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from billing.models import Voucher
from kmikro.lib import codes
from radius import reports
from radius.directory import probe
from radius.models import AuthAttempt, Session
from radius.packet import parse
from radius.seal import Seal
from subscribers.models import Service
from tenants import routes, scope
from tenants.models import Isp, RadiusRecord
from tests import factories
from tests.radius import vectors as v
from tests.radius.running import ADDRESS, until
from tests.radius.test_crew import free_port

ROUTER = "127.77.1.1"
SECRET = "s3cret-of-one-router-only-26"  # the virtual router of this test, not a credential of anything
SEAL = Seal(SECRET.encode())


class Radiusd:
    """The real command on the test's database, and the socket of one registered router."""

    def __init__(self, state: Path) -> None:
        self.auth, self.acct = free_port(), free_port()
        url = urlsplit(os.environ["DATABASE_URL"])
        name = f"/{connection.settings_dict['NAME']}"
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "radiusd", "--workers", "2", "--address", ADDRESS]
            + ["--auth-port", str(self.auth), "--acct-port", str(self.acct)],
            cwd=Path(__file__).parents[2],
            env={
                **os.environ,
                "DATABASE_URL": urlunsplit(url._replace(path=name)),
                "KMIKRO_STATE": str(state),
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.count = 0

    def workers(self) -> list[int]:
        """Two that serve, and the one that folds the journal; oldest first."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def ask(self, username: str, password: str, mac: str) -> bytes | None:
        """One Access-Request from a fresh port; None when nobody answered."""
        self.count += 1
        authenticator = os.urandom(16)
        body = v.attribute(1, username.encode()) + v.attribute(2, SEAL.hide(password.encode(), authenticator))
        body += v.attribute(31, mac.encode()) + v.attribute(44, b"80%06x" % self.count)
        with router_socket() as router:
            router.sendto(SEAL.access_request(1, 7, authenticator, body), (ADDRESS, self.auth))
            try:
                reply = router.recv(4096)
            except TimeoutError:
                return None
        assert SEAL.vouches_for_reply(parse(reply), authenticator)
        return reply


def router_socket() -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind((ROUTER, 0))
    opened.settimeout(2.0)
    return opened


@pytest.fixture
def voucher(fresh_isp: Isp) -> Iterator[Voucher]:
    with scope.inside(fresh_isp.schema_name):
        router = factories.make_router(address=ROUTER)
        routes.register_nas(
            router.pk, address=ROUTER, secret=SECRET, coa_port=3799, require_message_auth=True,
            now=datetime.now(UTC),
        )  # fmt: skip
        made = factories.make_voucher()
    yield made
    with scope.inside(fresh_isp.schema_name):
        routes.forget_router(router.pk)


@pytest.fixture
def up(voucher: Voucher, tmp_path: Path) -> Iterator[Radiusd]:
    running = Radiusd(tmp_path)
    try:
        until(lambda: len(running.workers()) == 3 and running.ask("nobody", "x", "") is not None, 60)
        yield running
    finally:
        running.process.terminate()
        assert running.process.wait(20) == 0


def test_a_voucher_is_used_shared_and_suspended(up: Radiusd, voucher: Voucher, fresh_isp: Isp) -> None:
    typed, mine, other = codes.shown(voucher.code).lower(), "02:00:00:00:00:01", "02:00:00:00:00:02"
    first = up.ask(typed, voucher.code, mine)
    assert first is not None
    assert first[0] == 2
    assert v.vendor(14988, 8, b"2M/5M") in first
    assert v.whole(27, 3600) in first
    with scope.inside(fresh_isp.schema_name):
        service = Service.objects.get(pk=voucher.service_id)
    assert service.first_used_at is not None, "the clock starts before the Accept leaves"
    again = up.ask(typed, typed, mine)
    assert again is not None
    assert again[0] == 2
    assert 3500 < int.from_bytes(dict(v.attributes_of(again))[27], "big") <= 3600

    wrong = up.ask(typed, "guess", mine)
    assert wrong is not None
    assert wrong[0] == 3
    with scope.inside(fresh_isp.schema_name):
        Service.objects.filter(pk=service.pk).update(status=Service.Status.SUSPENDED)

    def refused() -> bool:
        reply = up.ask(typed, typed, other)
        return reply is not None and reply[0] == 3 and b"paused" in reply

    until(refused, 10)

    def told() -> set[str]:
        with scope.inside(fresh_isp.schema_name):
            return set(AuthAttempt.objects.values_list("code", flat=True))

    until(lambda: {"accepted", "wrong_password", "suspended", "unknown_user"} <= told(), 10)


def test_what_was_acknowledged_survives_kill_9(up: Radiusd, fresh_isp: Isp) -> None:
    """Eight routers' ports keep 2,000 records going; a worker is killed in the middle; retries finish the rest."""
    waiting: dict[int, bytes] = {}
    for number in range(2_000):
        body = (
            v.whole(40, 3)
            + v.attribute(44, b"81%06x" % number)
            + v.attribute(1, b"nemo")
            + v.whole(46, number)
        )
        waiting[number] = SEAL.request(4, number % 256, body, sealed=False)
    sockets = [router_socket() for _ in range(8)]
    selector = selectors.DefaultSelector()
    for each in sockets:
        each.setblocking(False)
        selector.register(each, selectors.EVENT_READ)
    acknowledged: set[int] = set()
    victim, deadline = up.workers()[0], time.monotonic() + 60
    for start in range(0, 2_000, 200):
        flight = {number: waiting[number] for number in range(start, start + 200)}
        if start == 1_000:
            os.kill(victim, signal.SIGKILL)
        while flight:
            assert time.monotonic() < deadline, f"{len(flight)} records were never answered"
            for number, datagram in flight.items():
                sockets[number % 8].sendto(datagram, (ADDRESS, up.acct))
            quiet_at = time.monotonic() + 0.3
            while flight and (left := quiet_at - time.monotonic()) > 0:
                for key, _ in selector.select(left):
                    index = sockets.index(key.fileobj)  # type: ignore[arg-type]  # only sockets are registered
                    reply = sockets[index].recv(4096)
                    number = next((n for n in flight if n % 256 == reply[1] and n % 8 == index), -1)
                    if number >= 0 and reply[:1] == b"\5":
                        acknowledged.add(number)
                        del flight[number]
    for each in sockets:
        each.close()
    assert len(acknowledged) == 2_000
    until(
        lambda: acknowledged <= _kept(fresh_isp), 60
    )  # a database that is slow leaves some in the spool for a while
    until(lambda: victim not in up.workers() and len(up.workers()) == 3)


def test_a_reload_goes_unnoticed(up: Radiusd, voucher: Voucher) -> None:
    old = set(up.workers())
    up.process.send_signal(signal.SIGHUP)
    codes_of_replies: set[int] = set()

    def is_over() -> bool:
        reply = up.ask(voucher.code, voucher.code, "02:00:00:00:00:01")
        codes_of_replies.add(reply[0] if reply else 0)
        now = set(up.workers())
        return len(now) == 3 and not now & old

    until(is_over, 60)
    assert codes_of_replies == {2}


def _kept(isp: Isp) -> set[int]:
    """What is in the journal or folded: the journal read first, since a row leaves it only once it is folded."""
    rows = RadiusRecord.objects.filter(schema=isp.schema_name, kind="acct")
    told = (report for body in rows.values_list("body", flat=True) for report in reports.read(body))
    kept = [each.session_id for each in told]
    with scope.inside(isp.schema_name):
        kept += Session.objects.values_list("acct_session_id", flat=True)
    return {int(each[2:], 16) for each in kept}


def test_the_probe_is_a_router_of_nobody() -> None:
    assert probe().schema == ""
