"""MD4 (RFC 1320), for NT hashes only: from OpenSSL's library where it is there, and in plain Python."""

from __future__ import annotations

import struct

from kmikro.lib.libcrypto import library_md4

_ALL = 0xFFFF_FFFF
_START = (0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476)
# For each round: what is added, four shifts, and the order in which the words are taken.
_ROUND_1 = tuple((word, (3, 7, 11, 19)[word % 4]) for word in range(16))
_ROUND_2 = tuple(
    (word, (3, 5, 9, 13)[at % 4])
    for at, word in enumerate((0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15))
)
_ROUND_3 = tuple(
    (word, (3, 9, 11, 15)[at % 4])
    for at, word in enumerate((0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15))
)


def plain_md4(octets: bytes) -> bytes:
    """The digest, computed here."""
    padded = octets + b"\x80" + bytes((55 - len(octets)) % 64) + struct.pack("<Q", len(octets) * 8)
    a, b, c, d = _START
    for at in range(0, len(padded), 64):
        words = struct.unpack_from("<16I", padded, at)
        before = a, b, c, d
        for word, shift in _ROUND_1:
            mixed = (a + (d ^ (b & (c ^ d))) + words[word]) & _ALL
            a, b, c, d = d, (mixed << shift | mixed >> (32 - shift)) & _ALL, b, c
        for word, shift in _ROUND_2:
            mixed = (a + ((b & c) | (d & (b | c))) + words[word] + 0x5A82_7999) & _ALL
            a, b, c, d = d, (mixed << shift | mixed >> (32 - shift)) & _ALL, b, c
        for word, shift in _ROUND_3:
            mixed = (a + (b ^ c ^ d) + words[word] + 0x6ED9_EBA1) & _ALL
            a, b, c, d = d, (mixed << shift | mixed >> (32 - shift)) & _ALL, b, c
        a, b, c, d = ((one + other) & _ALL for one, other in zip((a, b, c, d), before, strict=True))
    return struct.pack("<4I", a, b, c, d)


md4 = library_md4 or plain_md4
