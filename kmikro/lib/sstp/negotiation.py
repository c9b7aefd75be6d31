"""How two ends of PPP agree on options, for LCP and IPCP alike (RFC 1661, section 4), without a way back once they have.

TCP carries it, so nothing is lost, but a slow line makes either end ask twice. What was agreed stays: an end that asks for
something else afterwards gets its call ended and makes a new one.
"""

from collections.abc import Sequence
from typing import Protocol

from kmikro.lib.sstp import Malformed, ppp
from kmikro.lib.sstp.ppp import Options, Packet

RESTART = 3.0  # seconds before a request is sent again
REQUESTS = 10
FAILURES = 5  # Naks of one side before there is no hope


class Side(Protocol):
    """What one protocol wants, and what it thinks of what the other end wants."""

    def wanted(self) -> Options:
        """Our options."""
        ...

    def judged(self, asked: Options) -> tuple[int, Options]:
        """ACK, NAK or REJECT, and the options that belong to it."""
        ...

    def refused(self, code: int, answered: Options) -> bool:
        """The other end does not like ours; whether there is something else to ask for."""
        ...


class Negotiation:
    """One protocol's agreement. What it wants sent it returns."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._ident = 0
        self._sent: Options = ()
        self._left = REQUESTS
        self._naks = 0
        self._refusals = 0
        self._agreed: Options | None = None  # theirs, that we acknowledged
        self._ours = False  # acknowledged by them
        self._due: float | None = None

    @property
    def is_open(self) -> bool:
        return self._ours and self._agreed is not None

    def start(self, now: float) -> list[Packet]:
        """The first request."""
        return [self._request(now)]

    def _request(self, now: float) -> Packet:
        self._ident = (self._ident + 1) & 255
        self._sent = tuple(self._side.wanted())
        self._due = now + RESTART
        return Packet(ppp.REQUEST, self._ident, ppp.joined(self._sent))

    def tick(self, now: float) -> list[Packet]:
        """The request again, when nobody answered it; raises Malformed when nobody ever does."""
        if self._due is None or now < self._due:
            return []
        self._left -= 1
        if self._left <= 0:
            raise Malformed("the other end does not negotiate")
        self._due = now + RESTART
        return [Packet(ppp.REQUEST, self._ident, ppp.joined(self._sent))]

    def take(self, packet: Packet, now: float) -> list[Packet]:
        """A Configure packet came."""
        options = ppp.options(packet.data)
        if packet.code == ppp.REQUEST:
            return self._asked(packet.ident, options)
        if packet.ident != self._ident or self._ours:  # an answer to what we do not ask any more
            return []
        if packet.code == ppp.ACK:
            return self._acknowledged(options)
        return self._declined(packet.code, options, now)

    def _asked(self, ident: int, asked: Options) -> list[Packet]:
        if self._agreed is not None and list(asked) == list(self._agreed):  # it had not heard our answer yet
            return [Packet(ppp.ACK, ident, ppp.joined(asked))]
        if self.is_open:
            raise Malformed("the other end wants to negotiate again")
        code, answer = self._side.judged(asked)
        self._agreed = tuple(asked) if code == ppp.ACK else None
        if code == ppp.NAK:
            self._naks += 1
        if self._naks > FAILURES:
            raise Malformed("the other end wants what we cannot give")
        return [Packet(code, ident, ppp.joined(answer))]

    def _acknowledged(self, options: Sequence[tuple[int, bytes]]) -> list[Packet]:
        if list(options) == list(self._sent):
            self._ours, self._due = True, None
        return []

    def _declined(self, code: int, options: Options, now: float) -> list[Packet]:
        self._refusals += 1
        if self._refusals > FAILURES or not self._side.refused(code, options):
            raise Malformed("the other end does not take what we need")
        return [self._request(now)]
