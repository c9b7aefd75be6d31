"""The hub as a process: who may sign in follows the database, what was heard goes there, and an outage changes nothing."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from kmikro.lib.sstp.chap import Login
from tenants import hub, scope, sstp_hub, sstp_tun, tunnels
from tenants.hub import Heard
from tenants.hub_kernel import Cannot
from tenants.models import Isp, TunnelHub, TunnelPeer
from tenants.sstp_hub import Book, Told
from tenants.sstp_tun import Tun
from tests.kmikro.sstp.router import Router, udp
from tests.tenants.sstp_caller import ADDRESS, HUB, LOGINS, PASSWORD, SECONDS, Place, came_in, tell

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NOTHING = Told("", 0, {}, {})


@pytest.fixture(autouse=True)
def _settings(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TUNNEL_ENDPOINT, settings.TUNNEL_POOL, settings.SSTP_PORT = (
        ("localhost", 51820),
        "10.99.0.0/16",
        8443,
    )
    monkeypatch.setattr(sstp_hub, "close_old_connections", lambda: None)  # the test's own connection stays


def allot(isp: Isp, number: int, at: datetime) -> Login:
    with scope.inside(isp.schema_name):
        mine = tunnels.allot(number, now=at, kind="sstp")
    return Login(mine.address, mine.preshared_key)


def test_who_may_sign_in_is_told_when_it_changes(isp: Isp) -> None:
    book = Book("PEM")
    assert book.round(NOTHING, NOW) == []
    first = allot(isp, 1, NOW)
    assert book.round(NOTHING, NOW + SECOND) == [first]
    assert [book.round(NOTHING, NOW + step * SECOND) for step in range(2, 50)] == [None] * 48
    with scope.inside(isp.schema_name):
        tunnels.release(1, now=NOW + 50 * SECOND)
    assert book.round(NOTHING, NOW + 51 * SECOND) == []
    assert book.round(NOTHING, NOW + 52 * SECOND + sstp_hub.WHOLE) == []


def test_what_was_heard_and_how_the_hub_is_goes_down(isp: Isp) -> None:
    book, mine = Book("PEM"), allot(isp, 1, NOW)
    heard = Heard("192.0.2.9:4000", int(NOW.timestamp()), 10, 20, 0)
    book.round(Told("", 1, {mine.address: heard}, {"spoofed": 4}), NOW)
    row = TunnelHub.objects.get(kind="sstp")
    assert (row.state, row.certificate, row.peers, row.blocked) == ("running", "PEM", 1, {"spoofed": 4})
    assert tunnels.hub(NOW, tunnels.Kind.SSTP) == tunnels.Hub("10.99.0.1", "localhost", 8443, "", "PEM")
    peer = TunnelPeer.objects.get()
    assert (peer.is_up, peer.endpoint, peer.handshake_at) == (True, "192.0.2.9:4000", NOW)
    book.round(Told("There is no interface.", 1, {}, {}), NOW + SECOND)
    assert TunnelHub.objects.get(kind="sstp").state == "running", "not at every look"
    book.round(Told("There is no interface.", 1, {}, {}), NOW + sstp_hub.REPORT)
    assert tunnels.hub(NOW, tunnels.Kind.SSTP) is None
    assert tunnels.trouble(NOW, tunnels.Kind.SSTP) == "There is no interface."


def test_while_the_database_is_away_nothing_is_told(isp: Isp, monkeypatch: pytest.MonkeyPatch) -> None:
    book = Book("PEM")
    book.round(NOTHING, NOW)

    def away(*_args: Any, **_named: Any) -> Any:
        raise DatabaseError("gone")

    with monkeypatch.context() as outage:
        for name in ("stamp", "logins", "report_calls", "say"):
            outage.setattr(hub, name, away)
        assert [book.round(NOTHING, NOW + step * SECOND) for step in range(1, 90)] == [None] * 89
    mine = allot(isp, 1, NOW)
    assert book.round(NOTHING, NOW + 90 * SECOND) == [mine]


class Paper(Book):
    """A book without a database."""

    def __init__(self, logins: list[list[Login] | None]) -> None:
        super().__init__("PEM")
        self.logins = logins
        self.told: list[Told] = []

    def round(self, told: Told, now: datetime) -> list[Login] | None:
        self.told.append(told)
        return self.logins.pop(0) if self.logins else None


@pytest.fixture
def interface(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The kernel's end; the first two looks do not find ours."""
    ours, kernel = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for each in (ours, kernel):
        each.setblocking(False)
    looks = iter(range(9))

    def opened(name: str) -> Tun:
        if next(looks) < 2:
            raise Cannot(f"There is no interface {name}.")
        return Tun(ours.detach())

    monkeypatch.setattr(sstp_tun, "opened", opened)
    monkeypatch.setattr(sstp_hub, "TICK", 0.02)
    yield kernel
    kernel.close()
    ours.close()


def test_it_waits_for_its_interface_and_cuts_who_was_removed(
    tmp_path: Path, interface: socket.socket
) -> None:
    async def story() -> None:
        made = sstp_hub.made(tmp_path, now=datetime.now(UTC))
        paper = Paper([LOGINS])
        made._book = paper
        running = asyncio.create_task(made.run("127.0.0.1", 0, "kmsstp"))
        async with asyncio.timeout(SECONDS):
            while not (paper.told and paper.told[-1].known and not paper.told[-1].trouble):
                await asyncio.sleep(0)
        assert [each.trouble for each in paper.told[:2]] == ["There is no interface kmsstp."] * 2
        here = Place(made.server, interface, tmp_path)
        line = await came_in(here, Router(f"kmikro-{ADDRESS}", PASSWORD, here.der))
        line.say(line.router.sends(udp(ADDRESS, HUB)))
        assert await here.packet() == udp(ADDRESS, HUB)
        seen = made.told("", datetime.now(UTC)).heard[ADDRESS]
        assert abs(seen.handshake - datetime.now(UTC).timestamp()) < 60
        assert seen.received == len(udp(ADDRESS, HUB))
        paper.logins.append([LOGINS[1]])
        await line.is_over()
        assert (tmp_path / "sstp-alive").exists()
        made.stop()
        async with asyncio.timeout(SECONDS):
            await running
        await line.gone()

    tell(story())


def test_a_port_that_another_has_is_said(tmp_path: Path, interface: socket.socket) -> None:
    async def story() -> None:
        made = sstp_hub.made(tmp_path, now=datetime.now(UTC))
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            assert f"TCP port {port} cannot be had" in made._ready("127.0.0.1", port, "kmsstp")
        await made.server.close()

    tell(story())


def test_the_limit_of_open_files_is_raised_as_far_as_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    limits, set_to = {"now": (1024, 4096)}, []
    monkeypatch.setattr(sstp_hub.resource, "getrlimit", lambda _: limits["now"])
    monkeypatch.setattr(sstp_hub.resource, "setrlimit", lambda _, pair: set_to.append(pair))
    assert sstp_hub.allow_files(3000) == 3000
    assert sstp_hub.allow_files(9000) == 4096
    limits["now"] = (1024, sstp_hub.resource.RLIM_INFINITY)
    assert sstp_hub.allow_files(9000) == 9000
    limits["now"] = (sstp_hub.resource.RLIM_INFINITY,) * 2
    sstp_hub.allow_files()
    assert set_to == [(3000, 4096), (4096, 4096), (9000, sstp_hub.resource.RLIM_INFINITY)]


def test_where_none_is_configured_the_command_says_so(settings: Any) -> None:
    settings.SSTP_PORT = 0
    with pytest.raises(CommandError, match="KMIKRO_SSTP_PORT"):
        call_command("sstp_hub")
