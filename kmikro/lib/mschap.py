"""MS-CHAP with numbers only: who knows the password (RFC 2433, RFC 2759), and the keys that follow (RFC 3079).

The NT hash opens everything that the password opens, so it is handled like a password: never stored, never shown.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
from collections.abc import Callable
from functools import lru_cache, partial

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import ECB

from kmikro.lib.libcrypto import Encrypt, library_des
from kmikro.lib.md4 import md4

WRONG_PASSWORD, DISABLED, NOT_PERMITTED = 691, 647, 649  # RFC 2759, section 6

_SIGNED = b"Magic server to client signing constant"
_MORE = b"Pad to make it do more than one iteration"
_MASTER = b"This is the MPPE Master Key"
_SERVER_RECEIVES = b"On the client side, this is the send key; on the server side, it is the receive key."
_SERVER_SENDS = b"On the client side, this is the receive key; on the server side, it is the send key."
_PAD_1, _PAD_2 = bytes(40), b"\xf2" * 40
_SEND_END, _RECEIVE_END = _SERVER_SENDS + _PAD_2, _SERVER_RECEIVES + _PAD_2
_ECB = ECB()  # one block per key: no mode at all


_new: Callable[[bytes], hashlib._Hash] = partial(hashlib.sha1, usedforsecurity=False)
with contextlib.suppress(ImportError):  # quicker for a hundred octets
    _new = importlib.import_module("_sha1").sha1


def _sha(octets: bytes) -> bytes:
    return _new(octets).digest()


def keys_of(nt: bytes) -> tuple[bytes, bytes, bytes]:
    """The three DES keys that an NT hash makes: 7 octets each, spread over 8; the last bit of each counts nothing."""
    return _spread(*nt[:7]), _spread(*nt[7:14]), _spread(nt[14], nt[15], 0, 0, 0, 0, 0)


def _spread(a: int, b: int, c: int, d: int, e: int, f: int, g: int) -> bytes:
    return bytes(
        (
            a,
            (a << 7 | b >> 1) & 255,
            (b << 6 | c >> 2) & 255,
            (c << 5 | d >> 3) & 255,
            (d << 4 | e >> 4) & 255,
            (e << 3 | f >> 5) & 255,
            (f << 2 | g >> 6) & 255,
            g << 1 & 255,
        )
    )


def plain_des(keys: tuple[bytes, ...]) -> Encrypt:
    """Single DES is Triple DES with the same key three times."""
    ciphers = [Cipher(TripleDES(key * 3), _ECB).encryptor().update for key in keys]
    return lambda block: b"".join([cipher(block) for cipher in ciphers])


_des = library_des or plain_des


@lru_cache(maxsize=8_192)
def _three(nt: bytes) -> Encrypt:
    """What encrypts a block under the three keys of an NT hash: 1 KB, but making it takes longer than using it."""
    return _des(keys_of(nt))


def nt_hash(password: bytes) -> bytes | None:
    """MD4 of the password in UTF-16; None when its octets are no text, which no MS-CHAP client could type."""
    try:
        return md4(password.decode().encode("utf-16-le"))
    except UnicodeDecodeError:
        return None


@lru_cache(maxsize=8_192)
def hash_of_hash(nt: bytes) -> bytes:
    """MD4 of the NT hash."""
    return md4(nt)


def challenge_hash(peer_challenge: bytes, challenge: bytes, username: bytes) -> bytes:
    return _sha(peer_challenge + challenge + username)[:8]


def challenge_response(challenge: bytes, nt: bytes) -> bytes:
    """24 octets: the challenge of 8 under the three keys that the NT hash makes."""
    return _three(nt)(challenge)


def authenticator_response(nt: bytes, response: bytes, hashed: bytes) -> bytes:
    """What proves to the client that we know the password too (RFC 2759, section 8.7)."""
    inner = _sha(hash_of_hash(nt) + response + _SIGNED)
    return b"S=" + _sha(inner + hashed + _MORE).hex().upper().encode()


def session_keys(nt: bytes, response: bytes) -> tuple[bytes, bytes]:
    """Send and receive key of the server, 128 bits each (RFC 3079, section 3.4)."""
    start = _sha(hash_of_hash(nt) + response + _MASTER)[:16] + _PAD_1
    return _sha(start + _SEND_END)[:16], _sha(start + _RECEIVE_END)[:16]


_KNOWN = (
    (nt_hash(b"MyPw"), "fc156af7edcd6c0edde3337d427f4eac"),
    (_des((bytes(8),))(bytes(8)), "8ca64de9c1b123a7"),
)
if any(found is None or found.hex() != known for found, known in _KNOWN):
    raise RuntimeError("MD4 or DES of this machine computes nonsense; MS-CHAP would let in the wrong people.")
