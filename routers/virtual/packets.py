"""RADIUS datagrams for the NAS side: strict reading, writing, signing and checking; no sockets."""

import hashlib
import hmac
import secrets
import struct
from collections.abc import Sequence
from dataclasses import dataclass

ACCESS_REQUEST, ACCESS_ACCEPT, ACCESS_REJECT = 1, 2, 3
ACCOUNTING_REQUEST, ACCOUNTING_RESPONSE = 4, 5
DISCONNECT_REQUEST, DISCONNECT_ACK, DISCONNECT_NAK = 40, 41, 42
COA_REQUEST, COA_ACK, COA_NAK = 43, 44, 45

USER_NAME, USER_PASSWORD, CHAP_PASSWORD, NAS_IP, NAS_PORT, SERVICE_TYPE = 1, 2, 3, 4, 5, 6
FRAMED_IP, REPLY_MESSAGE, CLASS, SESSION_TIMEOUT, IDLE_TIMEOUT = 8, 18, 25, 27, 28
CALLED_STATION, CALLING_STATION, NAS_IDENTIFIER = 30, 31, 32
STATUS_TYPE, DELAY_TIME, INPUT_OCTETS, OUTPUT_OCTETS, ACCT_SESSION_ID = 40, 41, 42, 43, 44
SESSION_TIME, INPUT_PACKETS, OUTPUT_PACKETS, TERMINATE_CAUSE = 46, 47, 48, 49
INPUT_GIGAWORDS, OUTPUT_GIGAWORDS, EVENT_TIMESTAMP = 52, 53, 55
CHAP_CHALLENGE, NAS_PORT_TYPE, PORT_LIMIT = 60, 61, 62
MESSAGE_AUTHENTICATOR, INTERIM_INTERVAL, NAS_PORT_ID, ERROR_CAUSE = 80, 85, 87, 101
VENDOR_SPECIFIC = 26
MIKROTIK, WISPR = 14988, 14122
RECV_LIMIT, XMIT_LIMIT, GROUP, RATE_LIMIT, HOST_IP = 1, 2, 3, 8, 10
RECV_GIGAWORDS, XMIT_GIGAWORDS, TOTAL_LIMIT, TOTAL_GIGAWORDS = 14, 15, 17, 18
LOGOFF_URL = 3


class BadPacket(Exception):
    """Bytes that are no valid RADIUS packet, or that are signed wrongly."""


@dataclass(frozen=True)
class Attribute:
    """One attribute; `vendor` 0 is the standard space."""

    kind: int
    value: bytes
    vendor: int = 0


@dataclass(frozen=True)
class Packet:
    """A packet that passed the length checks."""

    code: int
    identifier: int
    authenticator: bytes
    attributes: tuple[Attribute, ...]
    raw: bytes

    def first(self, kind: int, vendor: int = 0) -> bytes | None:
        """The first value of an attribute."""
        return next((a.value for a in self.attributes if (a.kind, a.vendor) == (kind, vendor)), None)

    def number(self, kind: int, vendor: int = 0) -> int | None:
        """The first value as an unsigned number; a value that is not four octets is none."""
        value = self.first(kind, vendor)
        return int.from_bytes(value, "big") if value is not None and len(value) == 4 else None

    def text(self, kind: int, vendor: int = 0) -> str | None:
        """The first value as text."""
        value = self.first(kind, vendor)
        return None if value is None else value.decode("utf-8", "replace")


def text(kind: int, value: str, vendor: int = 0) -> Attribute:
    """A text attribute, cut at what fits."""
    return Attribute(kind, value.encode("utf-8", "surrogateescape")[: 247 if vendor else 253], vendor)


def number(kind: int, value: int, vendor: int = 0) -> Attribute:
    """A 32 bit attribute; higher bits belong into a gigawords attribute."""
    return Attribute(kind, struct.pack("!I", value & 0xFFFFFFFF), vendor)


def ip(kind: int, value: str, vendor: int = 0) -> Attribute:
    """An IPv4 address attribute."""
    return Attribute(kind, bytes(map(int, value.split("."))), vendor)


def read(raw: bytes) -> Packet:
    """Check every length before believing any of them."""
    if not 20 <= len(raw) <= 4096:
        raise BadPacket("size")
    code, identifier, length = struct.unpack("!BBH", raw[:4])
    if not 20 <= length <= len(raw):
        raise BadPacket("length")
    raw = raw[:length]
    attributes: list[Attribute] = []
    at = 20
    while at < length:
        if at + 2 > length or raw[at + 1] < 2 or at + raw[at + 1] > length:
            raise BadPacket("attribute length")
        kind, value = raw[at], raw[at + 2 : at + raw[at + 1]]
        at += raw[at + 1]
        attributes += _vendor(value) if kind == VENDOR_SPECIFIC else [Attribute(kind, value)]
    return Packet(code, identifier, raw[4:20], tuple(attributes), raw)


def _vendor(value: bytes) -> list[Attribute]:
    if len(value) < 6:
        raise BadPacket("vendor attribute length")
    vendor, at, found = int.from_bytes(value[:4], "big"), 4, []
    while at < len(value):
        if at + 2 > len(value) or value[at + 1] < 2 or at + value[at + 1] > len(value):
            raise BadPacket("vendor attribute length")
        found.append(Attribute(value[at], value[at + 2 : at + value[at + 1]], vendor))
        at += value[at + 1]
    return found


def _body(attributes: Sequence[Attribute]) -> bytes:
    parts = []
    for a in attributes:
        inner = bytes([a.kind, len(a.value) + 2]) + a.value
        if a.vendor:
            inner = bytes([VENDOR_SPECIFIC, len(inner) + 6]) + struct.pack("!I", a.vendor) + inner
        parts.append(inner)
    return b"".join(parts)


def _head(code: int, identifier: int, body: bytes) -> bytes:
    return struct.pack("!BBH", code, identifier, 20 + len(body))


def write_access(
    attributes: Sequence[Attribute], secret: bytes, *, identifier: int, authenticator: bytes, sign: bool
) -> bytes:
    """An Access-Request; `sign` puts Message-Authenticator last as RouterOS 7.15 and newer do."""
    if not sign:
        body = _body(attributes)
        return _head(ACCESS_REQUEST, identifier, body) + authenticator + body
    body = _body([*attributes, Attribute(MESSAGE_AUTHENTICATOR, bytes(16))])
    raw = _head(ACCESS_REQUEST, identifier, body) + authenticator + body
    return raw[:-16] + hmac.digest(secret, raw, "md5")


def write_accounting(attributes: Sequence[Attribute], secret: bytes, *, identifier: int) -> bytes:
    """An Accounting-Request with its computed authenticator."""
    body = _body(attributes)
    head = _head(ACCOUNTING_REQUEST, identifier, body)
    return head + hashlib.md5(head + bytes(16) + body + secret).digest() + body


def check_reply(packet: Packet, request: bytes, secret: bytes, *, demand: bool) -> None:
    """Response Authenticator always, Message-Authenticator when present or demanded."""
    raw, asked = packet.raw, request[4:20]
    wanted = hashlib.md5(raw[:4] + asked + raw[20:] + secret).digest()
    if packet.identifier != request[1] or not hmac.compare_digest(wanted, packet.authenticator):
        raise BadPacket("response authenticator")
    present = _check_message(packet, asked, secret)
    if demand and not present:
        raise BadPacket("no message authenticator")


def check_dynamic(packet: Packet, secret: bytes) -> None:
    """The authenticator of a CoA or Disconnect request, and its Message-Authenticator when present."""
    raw = packet.raw
    wanted = hashlib.md5(raw[:4] + bytes(16) + raw[20:] + secret).digest()
    if not hmac.compare_digest(wanted, packet.authenticator):
        raise BadPacket("request authenticator")
    _check_message(packet, bytes(16), secret)


def _check_message(packet: Packet, authenticator: bytes, secret: bytes) -> bool:
    at = 20
    while at < len(packet.raw):
        kind, size = packet.raw[at], packet.raw[at + 1]
        if kind == MESSAGE_AUTHENTICATOR:
            if size != 18:
                raise BadPacket("message authenticator length")
            raw = packet.raw[:4] + authenticator + packet.raw[20:]
            raw = raw[: at + 2] + bytes(16) + raw[at + 18 :]
            if not hmac.compare_digest(hmac.digest(secret, raw, "md5"), packet.raw[at + 2 : at + 18]):
                raise BadPacket("message authenticator")
            return True
        at += size
    return False


def write_answer(code: int, request: Packet, attributes: Sequence[Attribute], secret: bytes) -> bytes:
    """An ACK or NAK: Message-Authenticator first, then the Response Authenticator over all."""
    body = _body([Attribute(MESSAGE_AUTHENTICATOR, bytes(16)), *attributes])
    head = _head(code, request.identifier, body)
    signature = hmac.digest(secret, head + request.authenticator + body, "md5")
    body = body[:2] + signature + body[18:]
    return head + hashlib.md5(head + request.authenticator + body + secret).digest() + body


def hide(password: str, authenticator: bytes, secret: bytes) -> bytes:
    """User-Password of PAP."""
    raw = password.encode("utf-8", "surrogateescape")[:128]
    raw += bytes(-len(raw) % 16 or (16 if not raw else 0))
    hidden, last = b"", authenticator
    for start in range(0, len(raw), 16):
        key = hashlib.md5(secret + last).digest()
        last = bytes(a ^ b for a, b in zip(raw[start : start + 16], key, strict=True))
        hidden += last
    return hidden


def fresh_authenticator() -> bytes:
    """Sixteen octets nobody can guess."""
    return secrets.token_bytes(16)
