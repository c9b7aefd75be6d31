"""The crypto binding: who signed in is who holds this very TLS connection ([MS-SSTP] 2.2.7, 3.2.5.2, 3.3.5.2.3).

Without it a man in the middle could let a router sign in to him and pass its MS-CHAP answers on to us.
"""

import hashlib
import hmac
import struct
from dataclasses import dataclass, field

SHA1, SHA256 = 1, 2
HASHES = SHA1 | SHA256
NONCE = 32
CONNECTED = 112  # octets of the whole Call Connected message
_VALUE = 100
_MAC = 32
_SEED = b"SSTP inner method derived CMK"
_NAMES = {SHA1: "sha1", SHA256: "sha256"}


@dataclass(frozen=True, slots=True)
class Certificate:
    """Digests of the server's certificate in DER."""

    sha1: bytes
    sha256: bytes


def digests(der: bytes) -> Certificate:
    """What a client may say that it saw."""
    return Certificate(hashlib.sha1(der, usedforsecurity=False).digest(), hashlib.sha256(der).digest())


@dataclass(frozen=True, slots=True)
class Keys:
    """What MS-CHAPv2 left: the master keys as the server names them (RFC 3079)."""

    send: bytes = field(repr=False)
    receive: bytes = field(repr=False)

    @property
    def hlak(self) -> bytes:
        """The higher-layer authentication key of the server; the client has the same by its own names."""
        return self.receive + self.send


def compound_mac(hlak: bytes, message: bytes, kind: int) -> bytes:
    """The MAC over a Call Connected message, whose own MAC counts as zeros."""
    name = _NAMES[kind]
    size = hashlib.new(name).digest_size
    key = hmac.new(hlak, _SEED + struct.pack("<HB", size, 1), name).digest()
    return hmac.new(key, message[:-_MAC] + bytes(_MAC), name).digest()


def trouble(message: bytes, value: bytes | None, *, nonce: bytes, seen: Certificate, keys: Keys) -> str:
    """Why a Call Connected message does not bind its sender to this connection; empty when it does."""
    if value is None or len(value) != _VALUE or len(message) != CONNECTED:
        return "there is no crypto binding"
    kind = value[3]
    if kind not in _NAMES:
        return "the crypto binding is by no digest that we asked for"
    if not hmac.compare_digest(value[4 : 4 + NONCE], nonce):
        return "the crypto binding is of another connection"
    digest = seen.sha1 if kind == SHA1 else seen.sha256
    if not hmac.compare_digest(value[36 : 36 + len(digest)], digest):
        return "the crypto binding is of another certificate"
    expected = compound_mac(keys.hlak, message, kind)
    if not hmac.compare_digest(value[68 : 68 + len(expected)], expected):
        return "the crypto binding was made with other keys"
    return ""
