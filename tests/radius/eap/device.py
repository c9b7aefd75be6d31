"""A device that signs in to Wi-Fi, written from the RFCs and apart from our own EAP code, and an access point."""

from __future__ import annotations

import os
from collections.abc import Callable

from cryptography import x509
from OpenSSL import SSL, crypto

from kmikro.lib import mschap
from radius.credentials import Challenge
from radius.eap.conversation import Conversation
from radius.eap.inner import Claim
from radius.events import Accept, Reject
from tests.radius import vectors as v
from tests.radius.eap import shown

PEAP, TTLS = 25, 21
LABELS = {PEAP: b"client EAP encryption", TTLS: b"ttls keying material"}
Verdict = Accept | Reject


def response(ident: int, kind: int, data: bytes) -> bytes:
    return bytes((2, ident)) + (5 + len(data)).to_bytes(2, "big") + bytes((kind,)) + data


def avp(code: int, value: bytes, vendor: int = 0, flags: int = 0x40) -> bytes:
    head = code.to_bytes(4, "big") + bytes((flags | (0x80 if vendor else 0),))
    head += (len(value) + (12 if vendor else 8)).to_bytes(3, "big") + (
        vendor.to_bytes(4, "big") if vendor else b""
    )
    return head + value + bytes(-len(value) % 4)


class Device:
    """`answer` takes an EAP request and gives the response. `method` is 25 or 21, `inner` 'pap' or 'mschapv2'."""

    def __init__(
        self,
        method: int = PEAP,
        inner: str = "mschapv2",
        *,
        name: bytes = b"nemo",
        password: bytes = b"arctangent",
        outer: bytes = b"anonymous",
        piece: int = 1200,
        versions: tuple[int, int] = (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION),
    ) -> None:
        self.method, self.inner, self.name, self.password, self.outer = method, inner, name, password, outer
        self.piece = piece
        shared = SSL.Context(SSL.TLS_CLIENT_METHOD)
        shared.set_min_proto_version(versions[0])
        shared.set_max_proto_version(versions[1])
        store = shared.get_cert_store()
        assert store is not None
        trusted = x509.load_pem_x509_certificate(shown.root().certificate.encode())
        store.add_cert(crypto.X509.from_cryptography(trusted))
        shared.set_verify(SSL.VERIFY_PEER)
        self.end = SSL.Connection(shared, None)
        self.end.set_connect_state()
        self.up = False
        self.heard: list[bytes] = []  # inside
        self.largest = 0  # EAP packet of the server
        self._pieces: list[bytes] = []
        self._to_say = b""
        self._nt = mschap.nt_hash(password) or b""
        self._authenticator = b""
        self.believes = False  # the server has proven that it knows the password

    @property
    def key(self) -> bytes:
        return self.end.export_keying_material(LABELS[self.method], 64)

    def identity(self) -> bytes:
        return response(7, 1, self.outer)

    def answer(self, request: bytes) -> bytes:
        assert request[0] == 1
        assert int.from_bytes(request[2:4], "big") == len(request)
        self.largest = max(self.largest, len(request))
        ident, kind, data = request[1], request[4], request[5:]
        if kind == 1:
            return response(ident, 1, self.outer)
        if kind != self.method:
            return response(ident, 3, bytes((self.method,)))
        flags = data[0]
        if flags & 0x20:
            return self._say(ident, self._shake(b""))
        self._pieces.append(data[5:] if flags & 0x80 else data[1:])
        if flags & 0x40:
            return self._packet(ident, b"\0")
        whole, self._pieces = b"".join(self._pieces), []
        if self._to_say:
            assert not whole
            return self._next(ident)
        if not self.up:
            out = self._shake(whole)
            if self.up and self.method == TTLS:
                out += self.seal(self.first())
            return self._say(ident, out)
        return self._say(ident, self.inside(self.open(whole), ident))

    def inside(self, clear: bytes, ident: int) -> bytes:
        """What to send for what the server said inside: octets for the wire."""
        self.heard.append(clear)
        if self.method == TTLS:
            self.believes = b"S=" + self._authenticator in clear
            return b""
        said = self.spoken(clear)
        return self.seal(said)

    def spoken(self, clear: bytes) -> bytes:
        """PEAPv0 without headers; the Result TLV with them."""
        if clear == b"\x01":
            return b"\x01" + self.name
        if clear[0] == 26 and clear[1] == 1:
            ident, challenge = clear[2], clear[6 : 6 + clear[5]]
            value = self.mschap_value(challenge, ident)
            return (
                bytes((26, 2, ident)) + (54 + len(self.name)).to_bytes(2, "big") + b"\x31" + value + self.name
            )
        if clear[0] == 26 and clear[1] == 3:
            self.believes = b"S=" + self._authenticator in clear
            return b"\x1a\x03"
        if clear[0] == 26 and clear[1] == 4:
            return b"\x1a\x04"
        assert clear[0] == 1
        assert clear[4:] in (b"\x21\x80\x03\0\x02\0\x01", b"\x21\x80\x03\0\x02\0\x02")
        return b"\x02" + clear[1:]

    def first(self) -> bytes:
        """What TTLS says inside without being asked."""
        if self.inner == "pap":
            padded = self.password + bytes(-len(self.password) % 16)
            return avp(1, self.name) + avp(2, padded)
        implied = self.end.export_keying_material(b"ttls challenge", 17)
        value = self.mschap_value(implied[:16], implied[16])
        answer = bytes((implied[16], 0)) + value[:48]
        return avp(1, self.name) + avp(11, implied[:16], 311) + avp(25, answer, 311)

    def mschap_value(self, challenge: bytes, ident: int) -> bytes:
        peer = os.urandom(16)
        hashed = mschap.challenge_hash(peer, challenge, self.name)
        answer = mschap.challenge_response(hashed, self._nt)
        self._authenticator = mschap.authenticator_response(self._nt, answer, hashed)[2:]
        return peer + bytes(8) + answer + b"\0"

    def seal(self, clear: bytes) -> bytes:
        self.end.sendall(clear)
        return self._out()

    def open(self, octets: bytes) -> bytes:
        if not octets:
            return b""
        self.end.bio_write(octets)
        return self.end.recv(65536)

    def _shake(self, octets: bytes) -> bytes:
        if octets:
            self.end.bio_write(octets)
        try:
            self.end.do_handshake()
            self.up = True
        except SSL.WantReadError:
            pass
        except SSL.Error:
            return self._out()  # an alert
        return self._out()

    def _out(self) -> bytes:
        out = b""
        try:
            while True:
                out += self.end.bio_read(65536)
        except SSL.WantReadError:
            return out

    def _say(self, ident: int, octets: bytes) -> bytes:
        if len(octets) <= self.piece:
            return self._packet(ident, b"\0" + octets)
        self._to_say = octets[self.piece :]
        return self._packet(ident, b"\xc0" + len(octets).to_bytes(4, "big") + octets[: self.piece])

    def _next(self, ident: int) -> bytes:
        part, self._to_say = self._to_say[: self.piece], self._to_say[self.piece :]
        return self._packet(ident, (b"\x40" if self._to_say else b"\0") + part)

    def _packet(self, ident: int, data: bytes) -> bytes:
        return response(ident, self.method, data)


def talk(
    conversation: Conversation, device: Device, judge: Callable[[Claim], Verdict], said: bytes | None = None
) -> Verdict:
    """Let both speak until there is an end; every claim goes to `judge`."""
    octets = device.identity() if said is None else said
    for _ in range(60):
        answer: object = conversation.hear(octets)
        if isinstance(answer, Claim):
            answer = conversation.judge(judge(answer))
        if isinstance(answer, Accept | Reject):
            return answer
        assert isinstance(answer, Challenge)
        assert answer.state == conversation.state
        octets = device.answer(answer.eap)
    raise AssertionError("it did not end")


def eap_attributes(eap: bytes) -> bytes:
    return b"".join(v.attribute(79, eap[at : at + 253]) for at in range(0, len(eap), 253)) or v.attribute(
        79, b""
    )
