"""The generated script against the hub itself: what a router was told is what the hub lets in, over TLS and MS-CHAPv2.

The virtual router is the terminal; each time that it dials, a client of the tests makes a real call with what stands in
its menus, and trusts nothing but the certificate in its store.
"""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import connections

from routers.virtual import VirtualRouter, builtins
from routers.virtual.sstp import Given, Server, trusted
from tenants import sstp_hub, sstp_tun, tunnels
from tenants.models import Isp, NasRoute, TunnelHub, TunnelPeer
from tenants.sstp_tun import Tun
from tests.addresses import own
from tests.kmikro.sstp.router import Router
from tests.routers.test_enrolment_journey import asked, web, worked
from tests.routers.test_sstp_journey import SEVEN, SIX, Asked, begin, is_ready
from tests.tenants.sstp_caller import SECONDS, Caller, tell
from tests.waiting import until

__all__ = ["asked", "web"]


@pytest.fixture
def hub(
    fresh_isp: Isp, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[sstp_hub.Hub]:
    """`manage.py sstp_hub` as a thread; a socket pair stands in for the kernel's interface."""
    for where, name, value in (
        (builtins, "LONGEST_DELAY", 0.05),
        (sstp_hub, "TICK", 0.02),
        (sstp_hub, "REPORT", timedelta(0)),
        (sstp_hub, "close_old_connections", connections.close_all),
    ):
        monkeypatch.setattr(where, name, value)
    ours, kernel = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    monkeypatch.setattr(sstp_tun, "opened", lambda _name: Tun(ours.detach()))
    settings.TUNNEL_ENDPOINT, settings.TUNNEL_POOL = ("localhost", 51820), f"{own(128)}/25"
    began = threading.Event()
    made = SimpleNamespace()

    async def whole() -> None:
        made.hub, made.loop = sstp_hub.made(tmp_path, now=datetime.now(UTC)), asyncio.get_running_loop()
        began.set()
        await made.hub.run("127.0.0.1", 0, "kmsstp")

    thread = threading.Thread(target=asyncio.run, args=(whole(),), daemon=True)
    thread.start()
    assert began.wait(SECONDS)
    until(lambda: TunnelHub.objects.filter(kind="sstp", state="running").exists(), SECONDS)
    settings.SSTP_PORT = made.hub.server.port
    yield made.hub
    made.loop.call_soon_threadsafe(made.hub.stop)
    thread.join(SECONDS)
    assert not thread.is_alive()
    kernel.close()
    TunnelHub.objects.all().delete()
    TunnelPeer.objects.filter(schema=fresh_isp.schema_name).delete()
    NasRoute.objects.filter(schema=fresh_isp.schema_name).delete()


async def called(store: ssl.SSLContext, at: tuple[str, int], end: Router) -> None:
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", at[1], ssl=store, server_hostname=at[0], family=socket.AF_INET
    )
    caller = Caller(end, reader, writer)
    caller.say(end.begin())
    await caller.until(lambda: end.is_up)
    await caller.gone()


def dialling(mikrotik: VirtualRouter, ends: list[Router]) -> None:
    """Its calls go out for real; who was called with what is kept."""

    def dial(host: str, port: int) -> Server | None:
        if host != "localhost":
            return None
        shown = ssl.get_server_certificate(("127.0.0.1", port), timeout=SECONDS)

        def sign_in(user: str, password: str) -> Given | None:
            store = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            store.minimum_version = ssl.TLSVersion.TLSv1_2
            for each in trusted(mikrotik.device.tree):
                store.load_verify_locations(cadata=each.public_bytes(Encoding.DER))
            end = Router(user, password, ssl.PEM_cert_to_DER_cert(shown))
            with contextlib.suppress(ConnectionError):
                tell(called(store, (host, port), end))
            ends.append(end)
            return Given(end.address, end.hub) if end.is_up else None

        return Server(shown, sign_in)

    mikrotik.device.sstp.dial = dial


@pytest.mark.parametrize("version", [SIX, SEVEN])
def test_what_the_script_leaves_on_the_router_opens_the_hub(
    web: int, fresh_isp: Isp, hub: sstp_hub.Hub, asked: Asked, version: str
) -> None:
    ends: list[Router] = []
    with VirtualRouter(address=own(48), version=version) as mikrotik:
        dialling(mikrotik, ends)
        number, line = begin(fresh_isp, six=version == SIX)
        assert worked(mikrotik.paste(line))
        is_ready(fresh_isp, number, mikrotik)
        peer = TunnelPeer.objects.get(schema=fresh_isp.schema_name)
        end = ends[-1]
        assert (end.address, end.hub) == (peer.address, own(129)) == (own(130), own(129))
        assert end.user.decode() == tunnels.user_of(peer.address)
        until(lambda: TunnelPeer.objects.get(pk=peer.pk).handshake_at is not None, SECONDS)
        before = len(ends)
        mikrotik.paste('/interface sstp-client set kmikro-sstp password="of somebody else"')
        assert mikrotik.paste(":put [/interface sstp-client get kmikro-sstp running]") == "false"
        assert len(ends) > before
        assert ends[-1].verdict.startswith(b"E=691"), "the hub itself said no"
