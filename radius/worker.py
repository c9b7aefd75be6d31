"""One worker process: the server with the real world behind it, made after the fork."""

from __future__ import annotations

import signal

from django.conf import settings

from radius.behind import LiveWorker
from radius.events import Port
from radius.floods import Floods
from radius.server import Server
from radius.sockets import Endpoint


def serve(address: str, auth: int, acct: int, lifeline: int) -> None:
    """Serve until SIGTERM, or until `lifeline` closes because the parent is gone; then drain."""
    worker = LiveWorker()
    server = Server(worker, Endpoint(Port.AUTH, address, auth), Endpoint(Port.ACCT, address, acct))
    server.floods = Floods(settings.RADIUS_INVALID_PER_SECOND)
    worker.teller.counts = server.counts
    server.watch(lifeline)
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    server.run()
