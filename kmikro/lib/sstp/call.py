"""One call at the server: the HTTP request, SSTP's own messages, PPP in them, and when it is over ([MS-SSTP] 3.3).

A call is up when the router signed in, has its address, and proved by the crypto binding that it did so on this very
connection; not before does a packet pass. Each step has a time by which it must be done.
"""

from dataclasses import dataclass

from kmikro.lib.sstp import Malformed, binding, http, messages, ppp
from kmikro.lib.sstp.binding import Certificate
from kmikro.lib.sstp.chap import Find
from kmikro.lib.sstp.frames import Frame, Splitter
from kmikro.lib.sstp.link import Link
from kmikro.lib.sstp.messages import Attribute, Control, Message, Status
from kmikro.lib.sstp.options import Draw

TO_SIGN_IN = 10.0  # seconds from the beginning
TO_OPEN = 10.0  # more, for the rest
ECHO = 30.0  # of silence, before we ask whether anybody is there
MISSES = 2


@dataclass(frozen=True, slots=True)
class Terms:
    """What all calls of a server have in common."""

    hub: str
    certificate: Certificate
    find: Find
    draw: Draw


class Call:
    """Octets of the connection go in; octets for it and IP packets come out. `is_over` says why it ended."""

    def __init__(self, terms: Terms, now: float) -> None:
        self._terms = terms
        self._request: http.Request | None = http.Request()
        self._frames = Splitter()
        self._link: Link | None = None
        self._nonce = b""
        self._is_bound = False
        self._deadline: float | None = now + TO_SIGN_IN
        self._has_signed_in = False
        self._heard_at, self._echoes = now, 0
        self.is_over = ""
        self.signed_in_wrong = False  # somebody guesses

    @property
    def address(self) -> str:
        """Of the router that signed in; empty before."""
        person = self._link.examiner.person if self._link else None
        return person.address if person else ""

    @property
    def secret(self) -> bytes:
        """The NT hash that it signed in with, to notice another password."""
        person = self._link.examiner.person if self._link else None
        return person.nt if person else b""

    @property
    def is_up(self) -> bool:
        return not self.is_over and self._is_bound and self._link is not None and self._link.is_open

    @property
    def heard_at(self) -> float:
        return self._heard_at

    def feed(self, octets: bytes, now: float) -> tuple[bytes, list[bytes]]:
        """What to send, and the IP packets that came."""
        out: list[bytes] = []
        packets: list[bytes] = []
        if not self.is_over:
            try:
                self._took(octets, now, out, packets)
            except Malformed as why:
                self._abort(str(why), out)
        self._note(now)
        return b"".join(out), packets

    def tick(self, now: float) -> bytes:
        """What time brings: requests again, an echo, or the end."""
        out: list[bytes] = []
        if not self.is_over:
            try:
                self._ticked(now, out)
            except Malformed as why:
                self._abort(str(why), out, Status.TIMEOUT)
        return b"".join(out)

    def packet(self, packet: bytes) -> bytes:
        """An IP packet for the router, as it is sent; nothing while the call is not up."""
        return ppp.closed(ppp.IP, packet) if self.is_up else b""

    def end(self, why: str) -> bytes:
        """We hang up; gives the last words."""
        if self.is_over:
            return b""
        self.is_over = why
        if self._link is None:
            return b""
        return b"".join(self._link.end()) + messages.with_status(Message.DISCONNECT, Status.NO_ERROR)

    def _took(self, octets: bytes, now: float, out: list[bytes], packets: list[bytes]) -> None:
        if self._request is not None:
            rest = self._request.feed(octets)
            if rest is None:
                return
            self._request, octets = None, rest
            out.append(http.ACCEPTED)
        for frame in self._frames.feed(octets):
            self._heard_at, self._echoes = now, 0
            if frame.is_control:
                self._control(frame, now, out)
            elif self._link is not None:
                sent, packet = self._link.take(frame.body, now)
                out += sent
                if packet and self.is_up:
                    packets.append(packet)
                if self._link.is_over:
                    self._hung_up(out)
            else:
                raise Malformed("PPP came before the call")
            if self.is_over:
                return

    def _hung_up(self, out: list[bytes]) -> None:
        assert self._link is not None
        self.is_over = self._link.is_over
        self.signed_in_wrong = self._link.examiner.has_failed
        out.append(messages.with_status(Message.DISCONNECT, Status.NO_ERROR))

    def _control(self, frame: Frame, now: float, out: list[bytes]) -> None:
        message = messages.parse(frame.body)
        if message.kind == Message.CONNECT_REQUEST:
            self._connect(message, now, out)
        elif message.kind == Message.CONNECTED:
            self._connected(frame, message)
        elif message.kind == Message.ECHO_REQUEST and self._is_bound:
            out.append(messages.control(Message.ECHO_RESPONSE))
        elif message.kind == Message.ECHO_RESPONSE and self._is_bound:
            pass
        elif message.kind == Message.DISCONNECT:
            self.is_over = "the router hung up"
            out.append(messages.control(Message.DISCONNECT_ACK))
        elif message.kind == Message.ABORT:
            self._abort("the router broke off", out, Status.NO_ERROR)
        else:
            raise Malformed("a message came that has no place here")

    def _connect(self, message: Control, now: float, out: list[bytes]) -> None:
        if self._link is not None:
            raise Malformed("a second call on one connection")
        if not messages.asks_for_ppp(message):
            out.append(
                messages.with_status(Message.CONNECT_NAK, Status.VALUE_NOT_SUPPORTED, Attribute.PROTOCOL)
            )
            self.is_over = "it asked for another protocol than PPP"
            return
        self._nonce = self._terms.draw(binding.NONCE)
        self._link = Link(self._terms.hub, self._terms.find, self._terms.draw)
        out.append(messages.connect_ack(binding.HASHES, self._nonce))
        out += self._link.start(now)

    def _connected(self, frame: Frame, message: Control) -> None:
        keys = self._link.examiner.keys if self._link else None
        if keys is None:
            raise Malformed("the call is said to be complete before anybody signed in")
        if self._is_bound:
            raise Malformed("the call is said to be complete twice")
        trouble = binding.trouble(
            frame.whole,
            message.the(Attribute.BINDING),
            nonce=self._nonce,
            seen=self._terms.certificate,
            keys=keys,
        )
        if trouble:
            self.signed_in_wrong = True
            raise Malformed(trouble)
        self._is_bound = True

    def _note(self, now: float) -> None:
        """A step is done: the next has its own time."""
        if self.is_up:
            self._deadline = None
        elif self.address and not self._has_signed_in:
            self._has_signed_in, self._deadline = True, now + TO_OPEN

    def _ticked(self, now: float, out: list[bytes]) -> None:
        if self._deadline is not None and now >= self._deadline:
            raise Malformed("it took too long to sign in" if not self.address else "it took too long to open")
        if self._link is not None:
            out += self._link.tick(now)
        if self.is_up and now >= self._heard_at + ECHO * (self._echoes + 1):
            if self._echoes >= MISSES:
                raise Malformed("nothing was heard of it any more")
            self._echoes += 1
            out.append(messages.control(Message.ECHO_REQUEST))

    def _abort(self, why: str, out: list[bytes], status: Status = Status.INVALID_FRAME) -> None:
        self.is_over = why
        if self._request is not None:
            out.append(http.REFUSED)
        else:
            out.append(messages.with_status(Message.ABORT, status))
