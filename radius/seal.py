"""What two parties with a shared secret can prove to each other, and hide: MD5 as RADIUS uses it."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import importlib
import struct
from collections.abc import Callable
from functools import lru_cache, partial

from radius.credentials import Chap
from radius.packet import Packet

_NOTHING = bytes(16)
_UNSEALED = b"\x50\x12" + _NOTHING
_HEAD = struct.Struct("!BBH").pack
LONGEST_PAP = 128  # octets, RFC 2865 section 5.2
_BLOCK = 64
_INNER = bytes(octet ^ 0x36 for octet in range(256))
_OUTER = bytes(octet ^ 0x5C for octet in range(256))

_new: Callable[[bytes], hashlib._Hash] = partial(hashlib.md5, usedforsecurity=False)
with contextlib.suppress(ImportError):  # the interpreter's own is twice as fast for so few octets
    _new = importlib.import_module("_md5").md5


def _md5(octets: bytes) -> bytes:
    return _new(octets).digest()


same = hmac.compare_digest  # of octets, without telling by time where they differ


def answers(chap: Chap, password: bytes) -> bool:
    """Is this CHAP response made with this password? (RFC 2865, section 2.2)"""
    return same(_md5(bytes((chap.ident,)) + password + chap.challenge), chap.response)


class Seal:
    """One shared secret, with the hash states that depend on nothing else computed once."""

    __slots__ = ("_inner", "_outer", "_secret", "_start")

    def __init__(self, secret: bytes) -> None:
        if not secret:
            raise ValueError("A shared secret is never empty.")
        key = (_md5(secret) if len(secret) > _BLOCK else secret).ljust(_BLOCK, b"\0")
        self._secret = secret
        self._inner = _new(key.translate(_INNER))
        self._outer = _new(key.translate(_OUTER))
        self._start = _new(secret)

    def _hmac(self, octets: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(octets)
        outer.update(inner.digest())
        return outer.digest()

    def vouches(self, packet: Packet, authenticator: bytes) -> bool:
        """Does the packet's Message-Authenticator hold? Only its own 16 octets count as zero.

        `authenticator` is the packet's own for Access-Request and Status-Server, 16 zero octets for
        accounting and CoA requests, and that of the request for every reply (RFC 3579, section 3.2).
        """
        octets, at = packet.octets, packet.seal_at
        if at is None:
            return False
        covered = octets[:4] + authenticator + octets[20:at] + _NOTHING + octets[at + 16 :]
        return same(self._hmac(covered), octets[at : at + 16])

    def vouches_for_itself(self, packet: Packet) -> bool:
        """`vouches` for a packet that brings its own authenticator: Access-Request and Status-Server."""
        octets, at = packet.octets, packet.seal_at
        if at is None:
            return False
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(octets[:at] + _NOTHING + octets[at + 16 :])
        outer.update(inner.digest())
        return same(outer.digest(), octets[at : at + 16])

    def vouches_for_request(self, packet: Packet) -> bool:
        """Does the authenticator of an Accounting-, CoA- or Disconnect-Request hold? (RFC 2866, section 3)"""
        octets = packet.octets
        return same(_md5(octets[:4] + _NOTHING + octets[20:] + self._secret), octets[4:20])

    def vouches_for_reply(self, packet: Packet, request_authenticator: bytes) -> bool:
        """Do both authenticators of a reply hold? A reply without Message-Authenticator never does."""
        octets = packet.octets
        whole = _md5(octets[:4] + request_authenticator + octets[20:] + self._secret)
        return same(whole, octets[4:20]) and self.vouches(packet, request_authenticator)

    def reply(self, code: int, identifier: int, request_authenticator: bytes, body: bytes) -> bytes:
        """A signed reply whose first attribute is the Message-Authenticator."""
        head = _HEAD(code, identifier, 38 + len(body))
        start, inner, outer = head + request_authenticator, self._inner.copy(), self._outer.copy()
        inner.update(start + _UNSEALED + body)
        outer.update(inner.digest())
        body = b"\x50\x12" + outer.digest() + body
        return head + _new(start + body + self._secret).digest() + body

    def plain_reply(self, code: int, identifier: int, request_authenticator: bytes, body: bytes) -> bytes:
        """A signed reply without Message-Authenticator: Accounting-Response as RFC 2866 has it."""
        head = _HEAD(code, identifier, 20 + len(body))
        return head + _new(head + request_authenticator + body + self._secret).digest() + body

    def access_request(self, code: int, identifier: int, authenticator: bytes, body: bytes) -> bytes:
        """An Access-Request or Status-Server with a random authenticator and a Message-Authenticator first."""
        head = bytes((code, identifier)) + (38 + len(body)).to_bytes(2, "big") + authenticator
        return head + b"\x50\x12" + self._hmac(head + b"\x50\x12" + _NOTHING + body) + body

    def request(self, code: int, identifier: int, body: bytes, *, sealed: bool = True) -> bytes:
        """A signed Accounting-, CoA- or Disconnect-Request; `sealed` puts a Message-Authenticator first."""
        length = len(body) + (38 if sealed else 20)
        head = bytes((code, identifier)) + length.to_bytes(2, "big")
        if sealed:
            body = b"\x50\x12" + self._hmac(head + _NOTHING + b"\x50\x12" + _NOTHING + body) + body
        return head + _md5(head + _NOTHING + body + self._secret) + body

    def hide(self, password: bytes, authenticator: bytes) -> bytes:
        """Hide a User-Password (RFC 2865, section 5.2)."""
        padded = password.ljust(max(16, -(-len(password) // 16) * 16), b"\0")
        hidden, last = b"", authenticator
        for at in range(0, len(padded), 16):
            last = self._mask(padded[at : at + 16], last)
            hidden += last
        return hidden

    def hide_salted(self, key: bytes, salt: bytes, authenticator: bytes) -> bytes:
        """Salt and hidden key of MS-MPPE-Send-Key and -Recv-Key (RFC 2548, section 2.4.2)."""
        if len(key) != 16:
            return salt + self.hide(bytes((len(key),)) + key, authenticator + salt)
        first = self._mask(b"\x10" + key[:15], authenticator + salt)
        return salt + first + self._mask(key[15:] + _NOTHING[1:], first)

    def reveal(self, hidden: bytes, authenticator: bytes) -> bytes | None:
        """Reveal a User-Password without its trailing NULs; None when no password hides so."""
        if not hidden or len(hidden) % 16 or len(hidden) > LONGEST_PAP:
            return None
        if len(hidden) == 16:  # most passwords
            return self._mask(hidden, authenticator).rstrip(b"\0")
        clear, last = b"", authenticator
        for at in range(0, len(hidden), 16):
            block = hidden[at : at + 16]
            clear += self._mask(block, last)
            last = block
        return clear.rstrip(b"\0")

    def _mask(self, block: bytes, last: bytes) -> bytes:
        state = self._start.copy()
        state.update(last)
        masked = int.from_bytes(block, "big") ^ int.from_bytes(state.digest(), "big")
        return masked.to_bytes(16, "big")


@lru_cache(maxsize=16_384)
def seal_of(secret: bytes) -> Seal:
    """The seal of a secret; those in use stay computed."""
    return Seal(secret)
