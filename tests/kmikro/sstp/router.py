"""The other end of an SSTP call, written from [MS-SSTP], RFC 1661, 1332 and 2759 and from nothing of the product.

Only the arithmetic of MS-CHAP is shared, which has vectors of its own. Octets in, octets out; `twist` spoils what it sends.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from collections.abc import Callable

from kmikro.lib import mschap

HELLO = (
    b"SSTP_DUPLEX_POST /sra_{BA195980-CD49-458b-9E23-C84EE0ADCD75}/ HTTP/1.1\r\n"
    b"Host: hub.example\r\nSSTPCORRELATIONID: {00000000-0000-0000-0000-000000000001}\r\n"
    b"Content-Length: 18446744073709551615\r\n\r\n"
)
CONNECT = bytes.fromhex("1001000e 00010001 00010006 0001")
Twist = Callable[[bytes], bytes]


def packet(protocol: int, payload: bytes, head: bytes = b"\xff\x03", short: bool = False) -> bytes:
    """PPP in SSTP."""
    body = head + (bytes((protocol,)) if short else struct.pack(">H", protocol)) + payload
    return struct.pack(">BBH", 0x10, 0, len(body) + 4) + body


def control(kind: int, attributes: bytes = b"", many: int = 0) -> bytes:
    return struct.pack(">BBHHH", 0x10, 1, 8 + len(attributes), kind, many) + attributes


def ppp(code: int, ident: int, data: bytes = b"") -> bytes:
    return struct.pack(">BBH", code, ident, len(data) + 4) + data


def udp(source: str, target: str, port: int = 1812, data: bytes = b"x") -> bytes:
    """An IPv4 packet."""
    head = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 28 + len(data), 7, 0, 64, 17, 0,
        bytes(map(int, source.split("."))), bytes(map(int, target.split("."))),
    )  # fmt: skip
    total = sum(struct.unpack(">10H", head))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    head = head[:10] + struct.pack(">H", total ^ 0xFFFF) + head[12:]
    return head + struct.pack(">HHHH", 40000, port, 8 + len(data), 0) + data


class Router:
    """A client that dials in."""

    def __init__(
        self, user: str, password: str, certificate: bytes, *, sha1: bool = False, twist: Twist = bytes,
        compress: bool = False, more_ipcp: bytes = b"", nonce: bytes = b"",
    ) -> None:  # fmt: skip
        self.user, self.password, self.certificate = user.encode(), password, certificate
        self.sha1, self.twist, self.compress, self.more_ipcp, self.old_nonce = (
            sha1, twist, compress, more_ipcp, nonce,
        )  # fmt: skip
        self.held = b""
        self.has_http = False
        self.nonce = b""
        self.address = "0.0.0.0"
        self.lcp = [False, False]
        self.ipcp = [False, False]
        self.proved = False
        self.said_connected = b""
        self.verdict = b""
        self.packets: list[bytes] = []
        self.controls: list[tuple[int, bytes]] = []
        self.rejected: list[int] = []
        self.keys = b""
        self.hub = ""
        self.answer, self.challenge, self.peer = b"", b"", os.urandom(16)

    @property
    def is_up(self) -> bool:
        return all(self.ipcp) and self.proved and bool(self.said_connected)

    def begin(self) -> bytes:
        return HELLO

    def ppp(self, protocol: int, payload: bytes) -> bytes:
        short = self.compress and protocol < 256
        return packet(protocol, payload, b"" if self.compress and protocol != 0xC021 else b"\xff\x03", short)

    def feed(self, octets: bytes) -> bytes:
        """What this end answers."""
        self.held += octets
        out = b""
        if not self.has_http:
            head, end, rest = self.held.partition(b"\r\n\r\n")
            if not end:
                return b""
            assert head.startswith(b"HTTP/1.1 200"), head
            self.has_http, self.held = True, rest
            out += CONNECT
        while len(self.held) >= 4:
            length = struct.unpack_from(">H", self.held, 2)[0] & 0xFFF
            if len(self.held) < length:
                break
            whole, self.held = self.held[:length], self.held[length:]
            assert whole[0] == 0x10
            out += self.control(whole) if whole[1] & 1 else self.data(whole[4:])
        return self.twist(out)

    def control(self, whole: bytes) -> bytes:
        kind = struct.unpack_from(">H", whole, 4)[0]
        self.controls.append((kind, whole))
        if kind == 2:
            assert len(whole) == 48
            assert whole[15] == 3, "SHA-1 and SHA-256 are offered"
            self.nonce = whole[16:48]
            return self.ppp(0xC021, ppp(1, 1, b"\x01\x04\x05\xdc\x05\x06abcd\x07\x02\x08\x02"))
        if kind == 8:
            return control(9)
        return b""

    def data(self, body: bytes) -> bytes:
        assert body[:2] == b"\xff\x03"
        protocol = struct.unpack_from(">H", body, 2)[0]
        payload = body[4:]
        if protocol == 0x21:
            self.packets.append(payload)
            return b""
        code, ident, length = struct.unpack_from(">BBH", payload)
        return {0xC021: self.took_lcp, 0xC223: self.took_chap, 0x8021: self.took_ipcp}[protocol](
            code, ident, payload[4:length]
        )

    def took_lcp(self, code: int, ident: int, data: bytes) -> bytes:
        if code == 1:
            assert b"\x03\x05\xc2\x23\x81" in data, "MS-CHAPv2 is asked for"
            self.lcp[0] = True
            return self.ppp(0xC021, ppp(2, ident, data))
        if code == 2:
            self.lcp[1] = True
        if code == 5:
            return self.ppp(0xC021, ppp(6, ident))
        if code == 8:
            self.rejected.append(struct.unpack_from(">H", data)[0])
        if code == 9:
            return self.ppp(0xC021, ppp(10, ident, b"abcd" + data[4:]))
        return b""

    def took_chap(self, code: int, ident: int, data: bytes) -> bytes:
        if code == 1:
            self.challenge = data[1 : 1 + data[0]]
            nt = mschap.nt_hash(self.password.encode())
            assert nt is not None
            hashed = mschap.challenge_hash(self.peer, self.challenge, self.user)
            self.answer = mschap.challenge_response(hashed, nt)
            send, receive = mschap.session_keys(nt, self.answer)  # of the server: our own the other way round
            self.keys = receive + send
            self.expected = mschap.authenticator_response(nt, self.answer, hashed)
            value = self.peer + bytes(8) + self.answer + b"\0"
            return self.ppp(0xC223, ppp(2, ident, bytes((49,)) + value + self.user))
        self.verdict = data
        if code != 3:
            return b""
        assert data.startswith(self.expected), "it knows the password too"
        self.proved = True
        self.said_connected = self.connected()
        return (
            self.said_connected
            + self.ppp(0x8021, ppp(1, 1, b"\x03\x06\0\0\0\0" + self.more_ipcp))
            + self.ppp(0x8057, ppp(1, 1, b"\x01\x0aabcdefgh"))
        )

    def connected(self) -> bytes:
        digest = hashlib.sha1 if self.sha1 else hashlib.sha256
        seen = digest(self.certificate).digest()
        zeroed = (
            bytes.fromhex("10010070 0004 0001 00030068 000000")
            + (b"\x01" if self.sha1 else b"\x02")
            + (self.old_nonce or self.nonce)
            + seen.ljust(32, b"\0")
            + bytes(32)
        )
        key = hmac.new(
            self.keys, b"SSTP inner method derived CMK" + bytes((len(seen), 0, 1)), digest
        ).digest()
        return zeroed[:-32] + hmac.new(key, zeroed, digest).digest().ljust(32, b"\0")

    def took_ipcp(self, code: int, ident: int, data: bytes) -> bytes:
        if code == 1:
            self.hub = ".".join(str(each) for each in data[2:6])
            self.ipcp[0] = True
            return self.ppp(0x8021, ppp(2, ident, data))
        if code == 2:
            self.ipcp[1] = True
        if code == 3:
            self.address = ".".join(str(each) for each in data[2:6])
            return self.ppp(0x8021, ppp(1, ident + 1, data))
        if code == 4:
            self.more_ipcp = b""
            return self.ppp(0x8021, ppp(1, ident + 1, b"\x03\x06\0\0\0\0"))
        return b""

    def sends(self, ip: bytes) -> bytes:
        return self.ppp(0x21, ip)
