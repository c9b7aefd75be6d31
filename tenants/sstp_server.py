"""The SSTP server: TLS connections with a call on each, on one event loop. Nobody can hold it up or fill its memory."""

import asyncio
import os
import socket
import ssl
from collections import Counter

import structlog

from kmikro.lib.sstp.binding import Certificate
from kmikro.lib.sstp.call import TO_SIGN_IN, Call, Terms
from kmikro.lib.sstp.guesses import Guesses
from tenants.sstp_calls import Switchboard
from tenants.sstp_tun import Gone, Tun

log = structlog.get_logger("tenants.sstp_server")
MOST_WAITING = 256  # connections whose router has not signed in
MOST_CALLS = 5_000
MOST_BUFFERED = 256 * 1024  # octets that a connection may leave unread before it is cut
HIGH = 64 * 1024  # from here on packets for it are dropped
AT_ONCE = 64  # packets of the kernel in one turn, so that others have theirs
TICK = 1.0
FAREWELL = 5.0  # seconds for the last words


class Connection(asyncio.Protocol):
    """A line of the switchboard."""

    def __init__(self, server: "Server", source: tuple[str, int]) -> None:
        self._server, self._source = server, source
        self.endpoint = f"{source[0]}:{source[1]}"
        self._call = Call(server.terms, server.now())
        self._transport: asyncio.Transport | None = None
        self._is_full = self._is_up = self._has_left = False

    address = property(lambda self: self._call.address)
    secret = property(lambda self: self._call.secret)
    heard_at = property(lambda self: self._call.heard_at)
    source = property(lambda self: self._source[0])

    @property
    def is_up(self) -> bool:
        return self._is_up

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.set_write_buffer_limits(high=HIGH)
        self._server.came(self)

    def data_received(self, data: bytes) -> None:
        answer, packets = self._call.feed(data, self._server.now())
        self._say(answer)
        if self._call.is_up and not self._is_up:
            self._is_up = True
            self._server.board.opened(self)
        if self._is_up:
            self._server.board.heard(self)
            self._server.board.arrived(self, packets)
        self._look()

    def tick(self) -> None:
        self._say(self._call.tick(self._server.now()))
        self._look()

    def pass_on(self, packet: bytes) -> bool:
        if not self._is_full:
            self._say(self._call.packet(packet))
        return not self._is_full

    def hang_up(self, why: str) -> None:
        self._say(self._call.end(why))
        self._look()

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False

    def connection_lost(self, error: Exception | None) -> None:
        self._call.end("the connection broke")
        self._leave()

    def cut(self) -> None:
        """Without a word."""
        if self._transport is not None:
            self._transport.abort()

    def _say(self, octets: bytes) -> None:
        if not octets or self._transport is None or self._transport.is_closing():
            return
        self._transport.write(octets)
        if self._transport.get_write_buffer_size() > MOST_BUFFERED:
            self._call.end("it does not read what it is sent")
            self._transport.abort()

    def _look(self) -> None:
        if self._call.is_over:
            self._leave()
            if self._transport is not None:
                self._transport.close()

    def _leave(self) -> None:
        if not self._has_left:
            self._has_left = True
            self._server.left(self, self._call.is_over, self._call.signed_in_wrong)


class Server:
    """Accepts, limits, and moves packets between the interface and the calls."""

    def __init__(self, hub: str, certificate: Certificate, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        self._tun: Tun | None = None
        self.board = Switchboard(hub, self._write)
        self.terms = Terms(hub, certificate, self.board.find, os.urandom)
        self._connections: set[Connection] = set()
        self._shaking: set[asyncio.Task[None]] = set()
        self._guesses = Guesses()
        self._door: asyncio.Task[None] | None = None
        self._clock: asyncio.TimerHandle | None = None
        self.turned_away: Counter[str] = Counter()
        self.port = 0

    def now(self) -> float:
        return self._loop.time()

    @property
    def has_interface(self) -> bool:
        return self._tun is not None

    def listen(self, host: str, port: int) -> None:
        """Raises OSError where the port cannot be had."""
        listener = socket.create_server((host, port), backlog=512, reuse_port=False)
        listener.setblocking(False)
        self.port = listener.getsockname()[1]
        self._door = self._loop.create_task(self._accept(listener))
        self._tick()

    def use(self, tun: Tun) -> None:
        """Packets come from here and go there."""
        self._tun = tun
        self._loop.add_reader(tun.handle, self._leaving)

    async def close(self) -> None:
        """Hang up everywhere, and give the last words a moment."""
        if self._door is not None:
            self._door.cancel()
        if self._clock is not None:
            self._clock.cancel()
        for task in list(self._shaking):
            task.cancel()
        for each in list(self._connections):
            each.hang_up("the hub stops")
        await asyncio.sleep(0.05)
        for each in list(self._connections):
            each.cut()
        self._drop_interface()

    async def _accept(self, listener: socket.socket) -> None:
        with listener:
            while True:
                try:
                    taken, source = await self._loop.sock_accept(listener)
                except OSError as error:  # no file is left, or the peer is gone already
                    log.warning("accept", why=type(error).__name__)
                    await asyncio.sleep(0.1)
                    continue
                why = self._refusal(source[0])
                if why:
                    self.turned_away[why] += 1
                    taken.close()
                    continue
                taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                task = self._loop.create_task(self._shake(taken, source[:2]))
                self._shaking.add(task)
                task.add_done_callback(self._shaking.discard)

    def _refusal(self, source: str) -> str:
        if not self._guesses.may_try(source, self.now()):
            return "guesses"
        if len(self._shaking) + len(self._connections) - len(self.board) >= MOST_WAITING:
            return "waiting"
        return "full" if len(self.board) >= MOST_CALLS else ""

    async def _shake(self, taken: socket.socket, source: tuple[str, int]) -> None:
        try:
            await self._loop.connect_accepted_socket(
                lambda: Connection(self, source), taken, ssl=self._tls,
                ssl_handshake_timeout=TO_SIGN_IN, ssl_shutdown_timeout=FAREWELL,
            )  # fmt: skip
        except (TimeoutError, OSError, ssl.SSLError) as error:
            self.turned_away["tls"] += 1
            log.debug("no-tls", source=source[0], why=type(error).__name__)

    def came(self, connection: Connection) -> None:
        self._connections.add(connection)

    def left(self, connection: Connection, why: str, is_guess: bool) -> None:
        """Its call is over, for whatever reason."""
        self._connections.discard(connection)
        if connection.is_up:
            self.board.ended(connection, why)
            return
        if is_guess:
            self._guesses.failed(connection.source, self.now())
        log.info("no-call", endpoint=connection.endpoint, why=why)

    def _tick(self) -> None:
        self._clock = self._loop.call_later(TICK, self._tick)
        for each in list(self._connections):
            each.tick()

    def _write(self, packet: bytes) -> bool:
        return self._tun is not None and self._tun.write(packet)

    def _leaving(self) -> None:
        assert self._tun is not None
        for _ in range(AT_ONCE):
            try:
                packet = self._tun.read()
            except Gone:
                log.warning("interface-gone")
                self._drop_interface()
                return
            if packet is None:
                return
            self.board.leaving(packet)

    def _drop_interface(self) -> None:
        if self._tun is not None:
            self._loop.remove_reader(self._tun.handle)
            self._tun.close()
            self._tun = None
