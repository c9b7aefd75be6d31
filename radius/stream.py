"""One RADIUS connection over TLS: octets to packets and back, with a bound on everything (RFC 6613, RFC 6614)."""

from __future__ import annotations

import hashlib
import ssl

from radius.clear import ALPN
from radius.events import Nas, Source
from radius.packet import HEADER, LARGEST

SECRET = b"radsec"  # RFC 6614, section 2.3: a constant, since TLS does the rest
RECORD = 16_384  # octets; the largest that TLS gives at once, so that nothing stays behind unseen
RECORDS = 4  # read of one connection before the others have their turn
MOST_UNSENT = 256 << 10  # octets of replies that a client has not taken; more ends the connection
PAUSE_AT = 64 << 10  # from here on nothing more is read from it


class Ended(Exception):
    """The connection is of no more use; its text is the name of the counter."""


class Stream:
    """A connection whose peer is nobody until the handshake is done and its certificate is known."""

    def __init__(self, wire: ssl.SSLSocket, name: str, peer: Source, now: float) -> None:
        self.wire = wire
        self.source: Source = (name, peer[1])
        self.address = peer[0]
        self.fingerprint = ""
        self.known: Nas | None = None  # as the directory has it
        self.router: Nas | None = None  # the same, at the address of this connection
        self.born_at = self.heard_at = now
        self.begun_at: float | None = None  # since when a packet is not complete
        self.stuck_at: float | None = None  # since when the peer takes nothing
        self.interest = 0
        self.is_clear = False  # speaks RADIUS/1.1
        self._incoming = bytearray()
        self._outgoing = bytearray()

    @property
    def is_shaken(self) -> bool:
        return bool(self.fingerprint)

    @property
    def unsent(self) -> int:
        return len(self._outgoing)

    def shake(self) -> bool:
        """Go on with the handshake; True when it is done and `fingerprint` tells who it is.

        Raises `ssl.SSLWantReadError` or `ssl.SSLWantWriteError` until then, `Ended` when it failed.
        """
        try:
            self.wire.do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except (OSError, ValueError):
            raise Ended("handshake") from None
        certificate = self.wire.getpeercert(binary_form=True)
        if not certificate:
            raise Ended("handshake")
        self.is_clear = self.wire.selected_alpn_protocol() == ALPN
        if self.is_clear and self.wire.version() != "TLSv1.3":  # RFC 9765 wants nothing older
            raise Ended("old_tls")
        if self.is_clear:
            self.source = (self.source[0], 0)  # a token takes all the room of the key of an exchange
        self.fingerprint = hashlib.sha256(certificate).hexdigest()
        return True

    def read(self, now: float) -> list[bytes]:
        """The packets that have come completely; raises `Ended` at the peer's end or at what is no RADIUS."""
        packets: list[bytes] = []
        for _ in range(RECORDS):
            try:
                octets = self.wire.recv(RECORD)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                break
            except (OSError, ValueError):
                raise Ended("broken") from None
            if not octets:
                if packets:
                    break  # they are heard first; the end is read again in the next turn
                raise Ended("by_peer")
            self._incoming += octets
            self.heard_at = now
            self._cut(packets, now)
        return packets

    def _cut(self, packets: list[bytes], now: float) -> None:
        incoming, at = self._incoming, 0
        while len(incoming) - at >= 4:
            length = incoming[at + 2] << 8 | incoming[at + 3]
            if not HEADER <= length <= LARGEST:
                raise Ended("malformed")
            if len(incoming) - at < length:
                break
            packets.append(bytes(incoming[at : at + length]))
            at += length
        if at or self.begun_at is None:
            self.begun_at = now if len(incoming) > at else None
        del incoming[:at]

    def put(self, reply: bytes) -> None:
        """Take a reply; it leaves with the next `flush`. Raises `Ended` when too much waits already."""
        if len(self._outgoing) + len(reply) > MOST_UNSENT:
            raise Ended("slow")
        self._outgoing += reply

    def flush(self, now: float) -> None:
        """Send what the peer takes now."""
        moved = False
        while self._outgoing:
            try:
                sent = self.wire.send(bytes(self._outgoing[:RECORD]))
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                break
            except (OSError, ValueError):
                raise Ended("broken") from None
            del self._outgoing[:sent]
            moved = True
        if not self._outgoing:
            self.stuck_at = None
        elif moved or self.stuck_at is None:
            self.stuck_at = now

    def close(self) -> None:
        """Say good-bye as TLS does when the peer still listens, and close."""
        try:
            if self.is_shaken:
                self.wire.unwrap()
        except (OSError, ValueError):  # it went without a word, or does not answer at once
            pass
        self.wire.close()
