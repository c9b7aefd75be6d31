"""Dynamic authorisation (RFC 5176): Disconnect- and CoA-Requests, and what a router answered. Octets only."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

DISCONNECT, COA = 40, 43
_ACK, _NAK = 1, 2  # added to the request's code
USER_NAME, FRAMED_IP, CALLING_STATION, SESSION_ID, EVENT_TIME = 1, 8, 31, 44, 55
_MESSAGE_AUTHENTICATOR, _ERROR_CAUSE = 80, 101
_HEADER, _LARGEST = 20, 4096
_NOTHING = bytes(16)

NO_SESSION = 503
CAUSES = {
    401: "The router does not support one of the attributes.",
    402: "The router misses an attribute.",
    403: "The router says the request is meant for another router.",
    404: "The router calls the request invalid.",
    405: "The router does not offer this service.",
    406: "The router does not offer this extension.",
    407: "The router calls a value of the request invalid.",
    501: "The router forbids it; is incoming RADIUS accepted there?",
    502: "The router cannot pass the request on.",
    503: "The router does not have this session.",
    504: "The session cannot be removed.",
    505: "Another proxy went wrong on the way.",
    506: "The router lacks resources.",
    507: "The request was begun already.",
    508: "The router cannot tell several sessions apart.",
}

Attribute = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the router said; cause is its Error-Cause, 0 when it gave none."""

    acked: bool
    cause: int = 0

    @property
    def text(self) -> str:
        if self.acked:
            return ""
        return CAUSES.get(self.cause, f"The router refused (Error-Cause {self.cause}).")


def request(
    code: int, identifier: int, attributes: Iterable[Attribute], *, secret: bytes, now: float
) -> bytes:
    """A signed request. Retransmissions must send these very octets; `now` is its Event-Timestamp."""
    body = b"".join(
        bytes((kind, len(value) + 2)) + value
        for kind, value in (*attributes, (EVENT_TIME, int(now).to_bytes(4, "big")))
        if 0 < len(value) <= 253
    )
    length = _HEADER + 18 + len(body)
    head = bytes((code, identifier)) + length.to_bytes(2, "big")
    seal = hmac.new(secret, head + _NOTHING + b"\x50\x12" + _NOTHING + body, hashlib.md5).digest()
    body = b"\x50\x12" + seal + body
    return head + _digest(head + _NOTHING + body + secret) + body


def answer(reply: bytes, request: bytes, *, secret: bytes) -> Answer | None:
    """The verified answer to a request; None for anything that does not prove to be one (then keep listening)."""
    length = int.from_bytes(reply[2:4], "big")
    if not _HEADER <= length <= min(len(reply), _LARGEST) or reply[1] != request[1]:
        return None
    reply = reply[:length]
    if reply[0] not in (request[0] + _ACK, request[0] + _NAK):
        return None
    if not hmac.compare_digest(_digest(reply[:4] + request[4:20] + reply[20:] + secret), reply[4:20]):
        return None
    found = _attributes(reply)
    if found is None or not _seal_holds(reply, request[4:20], found, secret):
        return None
    cause = next((value for kind, _, value in found if kind == _ERROR_CAUSE and len(value) == 4), b"")
    return Answer(reply[0] == request[0] + _ACK, int.from_bytes(cause, "big"))


def _digest(octets: bytes) -> bytes:
    return hashlib.md5(octets, usedforsecurity=False).digest()


def _attributes(packet: bytes) -> list[tuple[int, int, bytes]] | None:
    """Kind, offset of the value, value; None when the lengths do not add up."""
    found: list[tuple[int, int, bytes]] = []
    at = _HEADER
    while at < len(packet):
        if len(packet) - at < 2 or packet[at + 1] < 2 or at + packet[at + 1] > len(packet):
            return None
        found.append((packet[at], at + 2, packet[at + 2 : at + packet[at + 1]]))
        at += packet[at + 1]
    return found


def _seal_holds(
    reply: bytes, authenticator: bytes, found: list[tuple[int, int, bytes]], secret: bytes
) -> bool:
    """A Message-Authenticator that is there must hold; RouterOS sends none in its answers."""
    seals = [(at, value) for kind, at, value in found if kind == _MESSAGE_AUTHENTICATOR]
    if not seals:
        return True
    if len(seals) > 1 or len(seals[0][1]) != 16:
        return False
    at, value = seals[0]
    covered = reply[:4] + authenticator + reply[20:at] + _NOTHING + reply[at + 16 :]
    return hmac.compare_digest(hmac.new(secret, covered, hashlib.md5).digest(), value)
