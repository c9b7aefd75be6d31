"""The side of MS-CHAPv2 that asks (RFC 1994, RFC 2759): one challenge, one answer, one verdict."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from kmikro.lib import mschap
from kmikro.lib.sstp import Malformed
from kmikro.lib.sstp.binding import Keys
from kmikro.lib.sstp.negotiation import REQUESTS, RESTART
from kmikro.lib.sstp.options import Draw
from kmikro.lib.sstp.ppp import Packet

CHALLENGE, RESPONSE, SUCCESS, FAILURE = 1, 2, 3, 4
_NAME = b"kmikro"
_VALUE = 49
_NOBODY = bytes(16)


def user_of(address: str) -> str:
    """The name by which the router of this address signs in."""
    return f"kmikro-{address}"


@dataclass(frozen=True, slots=True)
class Login:
    """A router that may sign in, as it is written down."""

    address: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """A router that may sign in: its address, and the NT hash of its password."""

    address: str
    nt: bytes = field(repr=False)


Find = Callable[[str], Person | None]


class Examiner:
    """Asks until it is answered; `person` and `keys` are there once the answer was right."""

    def __init__(self, find: Find, draw: Draw) -> None:
        self._find, self._draw = find, draw
        self._challenge = draw(16)
        self._ident = draw(1)[0]
        self._left, self._due = REQUESTS, 0.0
        self._verdict: Packet | None = None
        self._heard = b""
        self.person: Person | None = None
        self.keys: Keys | None = None

    @property
    def has_failed(self) -> bool:
        return self._verdict is not None and self.person is None

    def ask(self, now: float) -> Packet:
        self._due = now + RESTART
        return Packet(CHALLENGE, self._ident, bytes((16,)) + self._challenge + _NAME)

    def tick(self, now: float) -> list[Packet]:
        """The challenge again, when nobody answered it; raises Malformed when nobody ever does."""
        if self._verdict is not None or now < self._due:
            return []
        self._left -= 1
        if self._left <= 0:
            raise Malformed("the other end does not sign in")
        return [self.ask(now)]

    def take(self, packet: Packet) -> list[Packet]:
        """An answer came; the same one again gets the same verdict, another one none."""
        if packet.code != RESPONSE or packet.ident != self._ident:
            return []
        if self._verdict is not None:
            return [self._verdict] if packet.data == self._heard else []
        data = packet.data
        if len(data) < _VALUE + 1 or data[0] != _VALUE:
            raise Malformed("the answer is not of MS-CHAPv2")
        self._heard = data
        self._verdict = self._judged(data[1:17], data[25:49], data[1 + _VALUE :])
        return [self._verdict]

    def _judged(self, peer_challenge: bytes, response: bytes, told: bytes) -> Packet:
        name = told.rpartition(b"\\")[2]  # a domain in front is no part of the answer
        person = self._find(name.decode("ascii", "replace"))
        nt = person.nt if person else _NOBODY  # a name that nobody has costs as much time as a wrong password
        hashed = mschap.challenge_hash(peer_challenge, self._challenge, name)
        right = hmac.compare_digest(mschap.challenge_response(hashed, nt), response)
        if person is None or not right:
            fresh = self._draw(16).hex().upper()
            text = f"E={mschap.WRONG_PASSWORD} R=0 C={fresh} V=3 M=Access denied"
            return Packet(FAILURE, self._ident, text.encode())
        self.person = person
        self.keys = Keys(*mschap.session_keys(nt, response))
        return Packet(
            SUCCESS, self._ident, mschap.authenticator_response(nt, response, hashed) + b" M=Welcome"
        )
