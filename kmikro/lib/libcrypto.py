"""MD4 and single DES straight from OpenSSL's library, where it still has them: MS-CHAP (RFC 2759) knows nothing newer.

`hashlib` reaches MD4 only through a provider that nobody loads, and a cipher object of the `cryptography` package costs
ten times as much as the block that it encrypts. Where the library or one of its functions is missing, or computes
nonsense, there is None, and the callers do it in their own way.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

_NAMES = ("libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.3.dylib")
_SCHEDULE = 128  # octets of a DES_key_schedule
_ENCRYPT = 1
Md4 = Callable[[bytes], bytes]
Encrypt = Callable[[bytes], bytes]
Des = Callable[[tuple[bytes, ...]], Encrypt]  # keys of 8 octets, whose parity counts nothing


def _library() -> ctypes.PyDLL | None:
    for name in _NAMES:
        try:
            return ctypes.PyDLL(name)  # the calls are shorter than letting go of the interpreter's lock
        except OSError:
            continue
    return None


def find_md4(library: ctypes.PyDLL | None) -> Md4 | None:
    """MD4 of some octets (RFC 1320)."""
    try:
        digest = library.MD4  # type: ignore[union-attr]  # None has no MD4 either
    except AttributeError:
        return None
    digest.argtypes, digest.restype = (ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p), ctypes.c_void_p

    def md4(octets: bytes) -> bytes:
        room = ctypes.create_string_buffer(16)
        digest(octets, len(octets), room)
        return room.raw

    return md4 if md4(b"abc").hex() == "a448017aaf21d8525fc10ae87aa6729d" else None


def find_des(library: ctypes.PyDLL | None) -> Des | None:
    """Single DES (FIPS 46-3): a block under each of some keys."""
    try:
        set_key, encrypt = library.DES_set_key_unchecked, library.DES_ecb_encrypt  # type: ignore[union-attr]
    except AttributeError:
        return None
    set_key.argtypes, set_key.restype = (ctypes.c_char_p, ctypes.c_char_p), None
    encrypt.argtypes = (ctypes.c_char_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int)
    encrypt.restype, address = None, ctypes.addressof

    def schedule(key: bytes) -> bytes:
        room = ctypes.create_string_buffer(_SCHEDULE)
        set_key(key, room)
        return room.raw

    def under(keys: tuple[bytes, ...]) -> Encrypt:
        made, room_of = (
            [(8 * at, schedule(key)) for at, key in enumerate(keys)],
            ctypes.c_char * (8 * len(keys)),
        )

        def encrypted(block: bytes) -> bytes:
            room = room_of()
            start = address(room)
            for at, each in made:
                encrypt(block, start + at, each, _ENCRYPT)
            return room.raw

        return encrypted

    # FIPS 81, "Now is t" under a key with right parity and under the same without it.
    keys = bytes.fromhex("0123456789abcdef"), bytes.fromhex("0022446688aaccee")
    return under if under(keys)(b"Now is t").hex() == "3fa40e8a984d4815" * 2 else None


_LIBRARY = _library()
library_md4 = find_md4(_LIBRARY)
library_des = find_des(_LIBRARY)
