"""One worker process: the server with the real world behind it, made after the fork."""

from __future__ import annotations

from django.conf import settings

from radius.behind import LiveWorker
from radius.events import Port
from radius.floods import Floods
from radius.posts import Post
from radius.server import Server
from radius.sockets import Endpoint


def serve(address: str, auth: int, acct: int, post: Post) -> None:
    """Serve until SIGTERM, or until the lifeline closes because the parent is gone; then drain."""
    worker = LiveWorker()
    worker.start_at(post)
    server = Server(worker, Endpoint(Port.AUTH, address, auth), Endpoint(Port.ACCT, address, acct))
    server.floods = Floods(settings.RADIUS_INVALID_PER_SECOND)
    worker.tracing.attach(server)
    server.dropped = worker.store.dropped
    worker.teller.counts = server.counts
    server.serve(post)
