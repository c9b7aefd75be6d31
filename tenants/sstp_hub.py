"""The SSTP hub as a process without rights: peers from the database every second, calls, and what was seen of them back.

While the database is away the calls stay, and routers that are known may call again.
"""

import asyncio
import resource
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections

from kmikro.lib.sstp import binding
from kmikro.lib.sstp.chap import Login
from tenants import hub, sstp_certificate, sstp_tun, tunnels
from tenants.hub import Heard
from tenants.hub_kernel import Cannot
from tenants.models import TunnelHub
from tenants.models import TunnelKind as Kind
from tenants.sstp_server import MOST_CALLS, MOST_WAITING, Server

log = structlog.get_logger("tenants.sstp_hub")
TICK = 1.0
REPORT = timedelta(seconds=5)
WHOLE = timedelta(seconds=60)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """What the loop tells of itself, for the database."""

    trouble: str
    known: int
    heard: dict[str, Heard]
    dropped: dict[str, int]


class Book:
    """The hub's side of the database; knows neither sockets nor the loop, and runs in a thread of its own."""

    def __init__(self, certificate: str) -> None:
        self._certificate = certificate
        self._stamp: hub.Stamp | None = None
        self._read_at = self._reported_at = _NEVER
        self._trouble = ""

    def round(self, told: Told, now: datetime) -> list[Login] | None:
        """Who may sign in, when that has changed; and what was seen goes down. Never raises for the database."""
        logins, trouble = None, ""
        try:
            if now - self._reported_at >= REPORT:
                self._report(told, now)
                self._reported_at = now
            stamp = hub.stamp(Kind.SSTP)
            if stamp != self._stamp or now - self._read_at >= WHOLE:
                logins = hub.logins()
                self._stamp, self._read_at = stamp, now
        except (DatabaseError, InterfaceError) as error:
            trouble = type(error).__name__
        if trouble != self._trouble:
            self._trouble = trouble
            if trouble:
                log.warning("database-trouble", why=trouble)
            else:
                log.info("database-is-well")
        close_old_connections()
        return logins

    def _report(self, told: Told, now: datetime) -> None:
        for change in hub.report_calls(told.heard, now=now):
            say = log.warning if change.what == "blocked" else log.info
            say(f"tunnel-{change.what}", schema=change.schema, router=change.router_id)
        self.say(told, now)

    def say(self, told: Told, now: datetime) -> None:
        """The hub's own row."""
        state = TunnelHub.State.CANNOT if told.trouble else TunnelHub.State.RUNNING
        hub.say(
            state, told.trouble, certificate=self._certificate, peers=told.known, blocked=told.dropped, now=now,
            kind=Kind.SSTP,
        )  # fmt: skip


class Hub:
    """The loop: a server, an interface, and a round every second."""

    def __init__(self, server: Server, book: Book, alive: Path) -> None:
        self.server, self._book, self._alive = server, book, alive
        self._listens = False
        self._over = asyncio.Event()

    def stop(self) -> None:
        self._over.set()

    async def run(self, host: str, port: int, interface: str) -> None:
        """Until told to stop; what cannot be done is said in the hub's row and tried again."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "book") as thread:
            while not self._over.is_set():
                trouble = self._ready(host, port, interface)
                now = datetime.now(UTC)
                logins = await loop.run_in_executor(thread, self._book.round, self.told(trouble, now), now)
                if logins is not None:
                    self.server.board.admit(logins)
                self._alive.touch()  # for deploy/healthy.py
                try:
                    await asyncio.wait_for(self._over.wait(), TICK)
                except TimeoutError:
                    continue
        await self.server.close()

    def _ready(self, host: str, port: int, interface: str) -> str:
        """Have a port and an interface; why not, otherwise."""
        try:
            if not self._listens:
                self.server.listen(host, port)
                self._listens = True
            if not self.server.has_interface:
                self.server.use(sstp_tun.opened(interface))
        except Cannot as cannot:
            return str(cannot)
        except OSError as error:
            return f"TCP port {port} cannot be had: {error.strerror}. Another program may have it, or it is below 1024."
        return ""

    def told(self, trouble: str, now: datetime) -> Told:
        """A copy of what is known now, for the other thread."""
        board, here = self.server.board, self.server.now()
        heard = {
            address: Heard(
                each.endpoint,
                int(now.timestamp() - (here - each.heard_at)),
                each.received,
                each.sent,
                each.strays(here),
            )
            for address, each in board.tallies.items()
        }
        return Told(trouble, board.known, heard, dict(board.dropped))


def allow_files(wanted: int = MOST_CALLS + MOST_WAITING + 64) -> int:
    """Each call is an open file, and the usual limit is 1024; raised as far as we may. How many there may be now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft


def made(folder: Path, *, now: datetime) -> Hub:
    """The hub as the settings say; inside a running loop. Raises Cannot."""
    pem = sstp_certificate.own(folder, settings.TUNNEL_ENDPOINT[0], now=now)
    server = Server(
        tunnels.hub_address(), binding.digests(sstp_certificate.der(pem)), sstp_certificate.context(folder)
    )
    return Hub(server, Book(pem), folder / "sstp-alive")
