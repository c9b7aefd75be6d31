"""RadSec in a thread, certificates for it, and a router that speaks it with Python's own TLS."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from radius.events import Nas
from radius.packet import Packet, parse
from radius.radsec import SECRET, RadsecServer
from radius.seal import Seal
from radius.streams import Streams, tls
from tenants import certificates
from tenants.certificates import Signed
from tests.radius import vectors as v
from tests.radius.fakes import ROUTER, World
from tests.radius.running import ADDRESS

SEAL = Seal(SECRET)
NAME = "radius.test"
NAS = replace(ROUTER, address="", secret=SECRET, require_message_auth=False, limit_proxy_state=False)


@cache
def _root(name: str) -> Signed:
    return certificates.make_root(name, now=datetime.now(UTC))


@cache
def _client(name: str, root: str) -> Signed:
    urn = f"urn:kmikro:{name}:1"
    return certificates.make_client(_root(root), name=name, urn=urn, now=datetime.now(UTC))


def authority(name: str = "ours") -> Signed:
    return _root(name)


def client(name: str = "one", root: str = "ours") -> Signed:
    return _client(name, root)


@cache
def own() -> Signed:
    return certificates.make_server(authority(), names=[NAME, ADDRESS], now=datetime.now(UTC))


class Running:
    """RadSec over a world in memory; `known` is what the directory would say."""

    def __init__(
        self, world: World, context: ssl.SSLContext | None = None, known: dict[str, Nas] | None = None
    ) -> None:
        self.world = world
        self.known = {client().fingerprint: NAS} if known is None else known
        context = context or tls(own(), authority().certificate)
        self.streams = Streams(ADDRESS, 0, context, lambda each: self.known.get(each))
        self.server = RadsecServer(world, self.streams)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()

    @property
    def port(self) -> int:
        return self.streams.number

    @property
    def counts(self) -> dict[str, int]:
        return self.server.counts

    def close(self) -> None:
        self.server.stop()
        self.thread.join(10)
        assert not self.thread.is_alive()


@contextmanager
def running(world: World) -> Generator[Running, None, None]:
    server = Running(world)
    try:
        yield server
    finally:
        server.close()


class Router:
    """One connection of a router; packets as RADIUS lays them end to end."""

    def __init__(
        self,
        port: int,
        folder: Path,
        holds: Signed | None,
        root: str | None = None,
        room: int = 0,
        alpn: Sequence[str] = (),
        newest: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED,
    ) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.maximum_version = newest
        if alpn:
            context.set_alpn_protocols(list(alpn))
        context.load_verify_locations(cadata=root or authority().certificate)
        if holds is not None:
            file = folder / f"{holds.serial}.pem"
            file.write_text(holds.key + holds.certificate)
            context.load_cert_chain(file)
        raw = socket.socket()
        try:
            if room:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
            raw.settimeout(5)
            raw.connect((ADDRESS, port))
            self.wire = context.wrap_socket(raw, server_hostname=ADDRESS)
        except BaseException:
            raw.close()
            raise

    def ask(self, packet: bytes) -> Packet:
        self.wire.sendall(packet)
        return self.hear()

    def hear(self) -> Packet:
        head = self._exactly(4)
        return parse(head + self._exactly(int.from_bytes(head[2:4], "big") - 4))

    def _exactly(self, many: int) -> bytes:
        found = b""
        while len(found) < many:
            more = self.wire.recv(many - len(found))
            assert more, "the server has ended the connection"
            found += more
        return found

    def is_ended(self) -> bool:
        """Does the server end the connection without another octet?"""
        try:
            return self.wire.recv(1) == b""
        except TimeoutError:
            return False
        except OSError:
            return True

    def close(self) -> None:
        self.wire.close()


def login(identifier: int, name: bytes = b"nemo", password: bytes = b"arctangent") -> tuple[bytes, bytes]:
    """An Access-Request and its authenticator."""
    authenticator = os.urandom(16)
    body = v.attribute(1, name) + v.attribute(2, SEAL.hide(password, authenticator))
    return SEAL.access_request(1, identifier, authenticator, body), authenticator


def account(identifier: int, session: bytes = b"81") -> bytes:
    body = v.whole(40, 1) + v.attribute(44, session) + v.attribute(1, b"nemo")
    return SEAL.request(4, identifier, body, sealed=False)


def status(identifier: int) -> tuple[bytes, bytes]:
    authenticator = os.urandom(16)
    return SEAL.access_request(12, identifier, authenticator, b""), authenticator
