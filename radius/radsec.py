"""RADIUS over TLS as a process of its own: the same server behind another door (RFC 6614).

A router is who its certificate says, whatever its address: it may sit behind any translation. Who asks for RADIUS/1.1
by ALPN gets it (RFC 9765), everybody else RADIUS as it was.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection

from radius import clear, wire
from radius.behind import LiveWorker
from radius.directory import NO_TENANT, LiveDirectory
from radius.engine import Engine
from radius.events import Ask, Drop, Nas, Port, Source, Verdict
from radius.floods import Floods
from radius.ports import Worker
from radius.posts import Post
from radius.server import Server
from radius.sockets import Datagram, Inlet
from radius.stream import SECRET
from radius.streams import Streams, tls
from radius.wire import ACCOUNTING_REQUEST
from tenants import authority
from tenants.authority import Client
from tenants.routes import NasEntry, nas_apart, nas_directory

MOST = 65_536  # exchanges in all
MOST_IN_FLIGHT = 2 * 256  # of one connection: all identifiers of both kinds


def _read(datagram: bytes, nas: Nas, source: Source, port: Port, received_at: float) -> Ask | Drop:
    """By the version of the connection: in RADIUS/1.1 there is no secret."""
    read = wire.read if nas.secret else clear.read
    return read(datagram, nas, source, port, received_at)


def _write(ask: Ask, verdict: Verdict) -> bytes:
    return wire.write(ask, verdict) if ask.secret else clear.write(ask, verdict)


class RadsecServer(Server):
    """Certificate instead of source address; what is malformed ends its connection (RFC 6613, section 2.6.4)."""

    def __init__(self, worker: Worker, streams: Streams) -> None:
        engine = Engine(most=MOST, most_in_flight=MOST_IN_FLIGHT, read=_read, write=_write)
        super().__init__(worker, streams, streams, engine)
        self.streams = streams
        streams.counts = self.counts
        streams.gone = engine.leave

    def turn(self, patience: float) -> None:
        super().turn(min(patience, 1.0))
        now = time.monotonic()
        self.streams.flush(now)
        self.streams.tend(now)

    def close(self) -> None:
        self.streams.flush(time.monotonic())
        super().close()

    def _take(self, endpoint: Inlet, datagram: Datagram, wall: float, now: float) -> None:
        name = datagram.source[0]
        nas = self.streams.router_of(name)
        if nas is None:  # revoked, or its connection ended within this turn
            self.counts["stranger"] += 1
            return
        if self.floods.shut and self.floods.refuses(nas, now):
            self._drop(nas, "flood")
            return
        port = Port.ACCT if datagram.octets[0] == ACCOUNTING_REQUEST else Port.AUTH
        drop = self._judge(nas, port, datagram, now)
        if drop is not None and drop.reason.startswith(("malformed_", "wrong_")):
            self.streams.end(name, "malformed")


def routers() -> dict[str, Nas]:
    """Fingerprint → router, from the database (outside any tenant), and our own health check, which is nobody's."""
    now = datetime.now(UTC)
    entries = (*nas_directory().values(), *nas_apart().values())
    settled = {(each.schema, each.router_id): each for each in entries}
    ours = Client(schema=NO_TENANT, router_id=0, zone="UTC")
    held = {authority.probe(now=now)[0].fingerprint: ours, **authority.clients(now=now)}
    return {
        fingerprint: _nas(client, settled.get((client.schema, client.router_id)))
        for fingerprint, client in held.items()
    }


def _nas(client: Client, settled: NasEntry | None) -> Nas:
    """The router, with what was settled for it, whichever way it asks."""
    nas = Nas(
        schema=client.schema,
        router_id=client.router_id,
        address="",  # that of the connection
        secret=SECRET,
        require_message_auth=False,  # TLS vouches for every octet
        limit_proxy_state=False,
        zone=client.zone,
        language=client.language,
        is_suspended=client.is_suspended,
    )
    if settled is None:
        return nas
    return replace(
        nas,
        allow_mschap1=settled.allow_mschap1,
        mac_auth_password=settled.mac_auth_password,
        allow_eap=settled.allow_eap,
        admit_unknown=settled.admit_unknown,
    )


def serve(address: str, number: int, post: Post) -> None:
    """Serve until SIGTERM, or until the lifeline closes; our own certificate is new at every start."""
    names = [settings.RADIUS_ADDRESS, settings.BASE_DOMAIN]
    own, root = authority.server(names, now=datetime.now(UTC))
    connection.close()
    directory = LiveDirectory(routers)
    worker = LiveWorker(directory=directory)
    worker.start_at(post)
    server = RadsecServer(worker, Streams(address, number, tls(own, root), directory.get))
    server.floods = Floods(settings.RADIUS_INVALID_PER_SECOND)
    worker.tracing.attach(server)
    server.dropped = worker.store.dropped
    worker.teller.counts = server.counts
    server.serve(post)
