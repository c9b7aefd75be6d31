"""The door of RadSec: TLS connections of routers that prove by certificate who they are."""

from __future__ import annotations

import logging
import selectors
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from radius.clear import ALPN, HISTORIC
from radius.events import Nas, Port, Source
from radius.quiet import Quiet
from radius.sockets import Datagram, files_allowed
from radius.stream import PAUSE_AT, Ended, Stream
from tenants.certificates import Signed, arm

log = logging.getLogger("radius.streams")

MOST = 4096  # connections; fewer when the system allows fewer files
MOST_UNSHAKEN = 256  # connections that have not proven anything; the oldest makes room
MOST_UNSHAKEN_EACH = 16  # of one address
MOST_EACH = 4  # of one certificate: a router that lost its connections opens new ones, the oldest ends
KERNEL_BUFFER = 128 << 10  # octets of replies that the kernel holds for one connection
ACCEPTS = 64  # in one turn
HANDSHAKE, PACKET, STUCK, IDLE = 5.0, 10.0, 10.0, 600.0  # seconds until we end a connection
_READ, _WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


def tls(own: Signed, root: str) -> ssl.SSLContext:
    """TLS 1.2 or newer, both ends with a certificate of our root; nothing is resumed, so each proves itself anew."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=root)
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    context.num_tickets = 0
    context.set_alpn_protocols([ALPN, HISTORIC])
    arm(context, own)
    return context


class Streams:
    """All connections, as one door of the server. `knows` tells which router has a certificate (by fingerprint)."""

    port = Port.AUTH  # nominal: both kinds of packets come through it

    def __init__(
        self,
        address: str,
        number: int,
        context: ssl.SSLContext,
        knows: Callable[[str], Nas | None],
        gone: Callable[[str], None] = lambda name: None,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.gone = gone
        self._context = context
        self._knows = knows
        self._most = files_allowed(MOST)
        self._listener = listen(address, number)
        self.number: int = self._listener.getsockname()[1]
        self._selector = selectors.EpollSelector()
        self._selector.register(self._listener, _READ)
        self._streams: dict[str, Stream] = {}
        self._unshaken: dict[str, Stream] = {}
        self._replied: set[Stream] = set()
        self._born = 0
        self._first = 0  # of those that are ready, who has the next turn
        self._quiet = Quiet(60.0)
        self._tended_at = 0.0

    def __len__(self) -> int:
        return len(self._streams)

    def fileno(self) -> int:
        return self._selector.fileno()

    def close(self) -> None:
        for stream in list(self._streams.values()):
            self._end(stream, "by_us")
        self._selector.close()
        self._listener.close()

    def deafen(self) -> None:
        """Take no new connection; who waits for one is sent away and comes again, to others of the port."""
        self._selector.unregister(self._listener)
        self._listener.close()

    def receive(self, most: int, now: float) -> list[Datagram]:
        """Packets until there are `most`; `now` in unix seconds, as everywhere at the doors.

        A connection may have thousands waiting, so the others that are ready come first in the next turn.
        """
        wall, now = now, time.monotonic()
        found: list[Datagram] = []
        ready = self._selector.select(0)
        first = self._first % len(ready) if ready else 0
        for key, events in ready[first:] + ready[:first]:
            if len(found) >= most:
                break
            self._first += 1
            stream = key.data
            if stream is None:
                self._accept(now)
                continue
            try:
                if not stream.is_shaken and not self._welcome(stream, now):
                    continue
                if events & _WRITE:
                    stream.flush(now)
                if stream.unsent <= PAUSE_AT:
                    for octets in stream.read(now):
                        found.append(Datagram(octets, stream.source, b"", wall))
                self._care(stream)
            except Ended as why:
                self._end(stream, str(why))
            except Exception:  # one connection must never end the service of all others
                self._end(stream, "fault")
                if self._quiet.may("fault", now):
                    log.exception("a connection could not be served")
        return found

    def send(self, reply: bytes, source: Source, via: bytes) -> bool:
        """Take a reply for the connection that asked; False when it is gone."""
        stream = self._streams.get(source[0])
        if stream is None:
            return False
        try:
            stream.put(reply)
        except Ended as why:
            self._end(stream, str(why))
            return False
        self._replied.add(stream)
        return True

    def flush(self, now: float) -> None:
        """Send the replies of this turn, those of one connection together."""
        replied, self._replied = self._replied, set()
        for stream in replied:
            if stream.source[0] in self._streams:
                try:
                    stream.flush(now)
                    self._care(stream)
                except Ended as why:
                    self._end(stream, str(why))

    def router_of(self, name: str) -> Nas | None:
        """Who is at the other end; None, and the connection ends, when its certificate is good no more."""
        stream = self._streams.get(name)
        if stream is None:
            return None
        nas = self._knows(stream.fingerprint)
        if nas is None:
            self._end(stream, "revoked")
            return None
        if nas is not stream.known:
            secret = b"" if stream.is_clear else nas.secret
            stream.known, stream.router = nas, replace(nas, address=stream.address, secret=secret)
        return stream.router

    def end(self, name: str, why: str) -> None:
        """End a connection by name."""
        stream = self._streams.get(name)
        if stream is not None:
            self._end(stream, why)

    def tend(self, now: float) -> None:
        """Once a second: end what is slow, idle, or whose certificate was revoked."""
        if now - self._tended_at < 1.0:
            return
        self._tended_at = now
        for stream in list(self._streams.values()):
            if (why := _overdue(stream, now)) is not None:
                self._end(stream, why)
            elif stream.is_shaken:
                self.router_of(stream.source[0])

    def _accept(self, now: float) -> None:
        for _ in range(ACCEPTS):
            try:
                raw, peer = self._listener.accept()
            except OSError:
                return
            if not self._has_room(peer[0]):
                self.counts["refused"] += 1
                raw.close()
                continue
            try:
                raw.setblocking(False)
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)
                wire = self._context.wrap_socket(raw, server_side=True, do_handshake_on_connect=False)
            except (OSError, ValueError):
                raw.close()
                continue
            self._born += 1
            stream = Stream(wire, f"{peer[0]} radsec {self._born}", peer, now)
            name = stream.source[0]
            self._streams[name] = self._unshaken[name] = stream
            stream.interest = _READ
            self._selector.register(wire, _READ, data=stream)

    def _has_room(self, address: str) -> bool:
        if sum(each.address == address for each in self._unshaken.values()) >= MOST_UNSHAKEN_EACH:
            return False
        if len(self._unshaken) >= MOST_UNSHAKEN or len(self._streams) >= self._most:
            oldest = next(iter(self._unshaken.values()), None)
            if oldest is None:
                return False
            self._end(oldest, "crowded")
        return True

    def _welcome(self, stream: Stream, now: float) -> bool:
        """Go on with the handshake; True when we know the router at the other end."""
        try:
            stream.shake()
        except ssl.SSLWantReadError:
            self._watch(stream, _READ)
            return False
        except ssl.SSLWantWriteError:
            self._watch(stream, _WRITE)
            return False
        del self._unshaken[stream.source[0]]
        if self._knows(stream.fingerprint) is None:
            if self._quiet.may(stream.fingerprint, now):
                log.warning(
                    "a certificate that is revoked or of nobody",
                    extra={"address": stream.address, "fingerprint": stream.fingerprint},
                )
            raise Ended("stranger")
        same = [each for each in self._streams.values() if each.fingerprint == stream.fingerprint]
        for old in same[:-MOST_EACH]:
            self._end(old, "replaced")
        self.counts["opened"] += 1
        return True

    def _care(self, stream: Stream) -> None:
        """Wait for what can be dealt with: a client that takes no replies is not read either."""
        reading = _READ if stream.unsent <= PAUSE_AT else 0
        self._watch(stream, reading | (_WRITE if stream.unsent else 0))

    def _watch(self, stream: Stream, interest: int) -> None:
        if interest != stream.interest:
            stream.interest = interest
            self._selector.modify(stream.wire, interest, data=stream)

    def _end(self, stream: Stream, why: str) -> None:
        name = stream.source[0]
        if self._streams.pop(name, None) is None:
            return
        self._unshaken.pop(name, None)
        self._replied.discard(stream)
        self.counts[f"ended_{why}"] += 1
        self._selector.unregister(stream.wire)
        stream.close()
        self.gone(name)


def _overdue(stream: Stream, now: float) -> str | None:
    """Why the connection has had its time, if it has."""
    if not stream.is_shaken:
        return "handshake" if now - stream.born_at > HANDSHAKE else None
    if stream.begun_at is not None and now - stream.begun_at > PACKET:
        return "slow"
    if stream.stuck_at is not None and now - stream.stuck_at > STUCK:
        return "slow"
    return "idle" if now - stream.heard_at > IDLE else None


def listen(address: str, number: int, *, shared: bool = True) -> socket.socket:
    """A listening socket; without `shared` it fails when anybody else has the port."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        opened.setblocking(False)
        opened.bind((address, number))
        opened.listen(128)
    except OSError:
        opened.close()
        raise
    return opened
