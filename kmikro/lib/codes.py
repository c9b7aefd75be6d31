"""Voucher codes: an alphabet without look-alikes, a check character, and the keyed look-up digest."""

import hashlib
import secrets
from functools import lru_cache

# No vowels (no words), no 0/O, 1/I/L, 2/Z, 5/S, 8/B, and neither U nor V next to each other in shape.
ALPHABET = "CDFHJKMNPRTVWXY34679"
RANDOM_LENGTH = 11  # 20**11 = 47.5 bits; with the check character a code has 12 characters
LENGTH = RANDOM_LENGTH + 1
_VALUE = {symbol: number for number, symbol in enumerate(ALPHABET)}
_INNER, _OUTER = (bytes(octet ^ pad for octet in range(256)) for pad in (0x36, 0x5C))
# What is taken for what when a code is read off paper or typed on a phone; keys that no code has come first.
_READ_AS = {
    "0": "DC", "O": "DC", "Q": "9", "G": "C6", "1": "T7J", "I": "T7J", "L": "T7J", "2": "7", "Z": "7", "5": "36", "S": "36",
    "8": "36", "B": "R3", "A": "4", "E": "F3", "U": "VW", "C": "6", "D": "", "F": "PT", "H": "NK", "J": "T", "K": "XH",
    "M": "NW", "N": "MH", "P": "RF", "R": "PK", "T": "7F", "V": "YW", "W": "VM", "X": "KY", "Y": "VX", "3": "9", "4": "9",
    "6": "C", "7": "T", "9": "34",
}  # fmt: skip
_SEPARATORS = str.maketrans("", "", " -_.\u00a0\t")


def check_character(body: str) -> str:
    """Luhn modulo 20: finds every single wrong character and nearly every swap of neighbours."""
    total = 0
    for place, symbol in enumerate(reversed(body)):
        value = _VALUE[symbol] * (2 if place % 2 == 0 else 1)
        total += value // len(ALPHABET) + value % len(ALPHABET)
    return ALPHABET[-total % len(ALPHABET)]


def mint() -> str:
    """A new random code with its check character."""
    drawn = ""
    while len(drawn) < RANDOM_LENGTH:  # octets of 240 and more would make some signs likelier than others
        drawn += "".join(
            ALPHABET[octet % 20] for octet in secrets.token_bytes(RANDOM_LENGTH + 2) if octet < 240
        )
    body = drawn[:RANDOM_LENGTH]
    return body + check_character(body)


def normalise(typed: str) -> str:
    """What a person typed or a router sent, as we compare it: capitals without separators."""
    return typed.upper().translate(_SEPARATORS)


def is_plausible(typed: str) -> bool:
    """True when length, alphabet and check character fit: a typo is found before any look-up."""
    code = normalise(typed)
    return (
        len(code) == LENGTH
        and all(symbol in _VALUE for symbol in code)
        and check_character(code[:-1]) == code[-1]
    )


def meant(typed: str) -> list[str]:
    """The codes that somebody may have meant who made one slip: a sign misread, or two neighbours swapped."""
    code = normalise(typed)
    if len(code) != LENGTH or is_plausible(code):
        return []
    slips = {
        code[:at] + other + code[at + 1 :] for at, sign in enumerate(code) for other in _READ_AS.get(sign, "")
    }
    slips |= {code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(LENGTH - 1)}
    return sorted(each for each in slips if is_plausible(each))


def shown(code: str) -> str:
    """The code in groups of four for people."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def masked(code: str) -> str:
    """Enough of a code to recognise it, not enough to use it."""
    return f"{code[:2]}••••••{code[-4:]}" if len(code) >= LENGTH else code


@lru_cache(maxsize=16)
def _pads(key: bytes) -> tuple["hashlib._Hash", "hashlib._Hash"]:
    """The two hash states of HMAC that depend on the key alone (RFC 2104)."""
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    return hashlib.sha256(block.translate(_INNER)), hashlib.sha256(block.translate(_OUTER))


def lookup_octets(key: bytes, schema: str, name: str) -> bytes:
    """Keyed digest under which a user name or code is found; schema keeps tenants' digests apart."""
    inner, outer = (each.copy() for each in _pads(key))
    inner.update(f"{schema}\0{name}".encode(errors="surrogateescape"))
    outer.update(inner.digest())
    return outer.digest()


def lookup_digest(key: bytes, schema: str, name: str) -> str:
    """`lookup_octets` as they are stored, in hex."""
    return lookup_octets(key, schema, name).hex()
