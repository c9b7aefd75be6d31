"""RADIUS/1.1: inside TLS nothing is signed or hidden a second time, and a token says which answer is whose (RFC 9765).

The header keeps Code and Length. The octet of the Identifier is reserved, the Authenticator begins with the token and
is zero otherwise. Packets become the same questions as others; where those have an authenticator, these have a digest
of the packet, so that a token that is used again with other contents is another question.
"""

from __future__ import annotations

import hashlib

from radius import reading, wire
from radius.attributes import number
from radius.events import Ask, Drop, Nas, Port, Source, StatusRequest, Verdict
from radius.packet import HEADER, MESSAGE_AUTHENTICATOR, Malformed, parse
from radius.seal import LONGEST_PAP, Seal

ALPN = "radius/1.1"
HISTORIC = "radius/1.0"
_PROXY_STATE, _CHAP_CHALLENGE = number("Proxy-State"), number("CHAP-Challenge")


class Clear(Seal):
    """Stands where a secret's seal stands, and leaves everything as it is."""

    def __init__(self) -> None:
        super().__init__(b"there is none")

    def reveal(self, hidden: bytes, authenticator: bytes) -> bytes | None:
        return hidden if 0 < len(hidden) <= LONGEST_PAP else None

    def hide(self, password: bytes, authenticator: bytes) -> bytes:
        return password

    def hide_salted(self, key: bytes, salt: bytes, authenticator: bytes) -> bytes:
        """The key alone, without salt and length (RFC 9765, section 5.1.4)."""
        return key

    def reply(self, code: int, identifier: int, request_authenticator: bytes, body: bytes) -> bytes:
        """A reply to the token, here called `identifier`, without Message-Authenticator."""
        head = bytes((code, 0)) + (HEADER + len(body)).to_bytes(2, "big")
        return head + identifier.to_bytes(4, "big") + bytes(12) + body

    plain_reply = reply


CLEAR = Clear()


def read(datagram: bytes, nas: Nas, source: Source, port: Port, received_at: float) -> Ask | Drop:
    """The question in a packet; TLS has proven who asks."""
    try:
        packet = parse(_unsealed(datagram))
    except Malformed as reason:
        return Drop(f"malformed_{reason}")
    if packet.code not in wire.HEARD[port]:
        return Drop("code")
    token = int.from_bytes(packet.octets[4:8], "big")
    mark = hashlib.blake2b(packet.octets, digest_size=16).digest()
    if packet.code == wire.STATUS_SERVER:
        states = tuple(value for kind, value in packet.attributes if kind == _PROXY_STATE)
        return Ask(StatusRequest(nas, token, mark, source, states), nas, port, b"")
    if packet.code == wire.ACCOUNTING_REQUEST:
        record = reading.accounting_record(packet, nas, source, received_at)
        record.identifier, record.authenticator = token, mark
        return Ask(record, nas, Port.ACCT, b"")
    request = reading.access_request(packet, nas, source, CLEAR)
    request.identifier, request.authenticator, request.has_message_auth = token, mark, True
    if request.chap is not None and all(kind != _CHAP_CHALLENGE for kind, _ in packet.attributes):
        request.chap = None  # there is no authenticator that could be the challenge
        request.oddities = (*request.oddities, "malformed:CHAP-Challenge")
    return Ask(request, nas, port, b"")


def write(ask: Ask, verdict: Verdict) -> bytes:
    """The reply to a question that `read` gave."""
    return wire.write(ask, verdict, seal=CLEAR)


def _unsealed(datagram: bytes) -> bytes:
    """The packet without Message-Authenticator, whatever its length: it means nothing here. Leaves what is broken."""
    if MESSAGE_AUTHENTICATOR not in datagram[HEADER:]:
        return datagram
    parts, at, end = [], HEADER, len(datagram)
    while at + 2 <= end and datagram[at + 1] >= 2 and at + datagram[at + 1] <= end:
        size = datagram[at + 1]
        if datagram[at] != MESSAGE_AUTHENTICATOR:
            parts.append(datagram[at : at + size])
        at += size
    body = b"".join(parts) + datagram[at:]
    return datagram[:2] + (HEADER + len(body)).to_bytes(2, "big") + datagram[4:HEADER] + body
