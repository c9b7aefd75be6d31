"""Voucher codes: alphabets without look-alikes, a check character, and the keyed look-up digest."""

import hashlib
import secrets
from dataclasses import dataclass
from functools import lru_cache

# No vowels (no words), no 0/O, 1/I/L, 2/Z, 5/S, 8/B, and neither U nor V next to each other in shape.
ALPHABET = "CDFHJKMNPRTVWXY34679"
RANDOM_LENGTH = 11  # 20**11 = 47.5 bits; with the check character a code has 12 characters
LENGTH = RANDOM_LENGTH + 1
SHORTEST, LONGEST = 6, 16  # of the random part
LONGEST_PREFIX = 3  # more would leave too little of a covered code uncovered
# Codes there are for each voucher that is sold. The portal takes 300 tries a minute of an ISP (portal.entry), so that a
# hit by guessing takes weeks of nothing else.
ROOM = 10_000_000
_INNER, _OUTER = (bytes(octet ^ pad for octet in range(256)) for pad in (0x36, 0x5C))
# The check character wants an even number of signs: with an odd one doubling would give two signs the same value.
ALPHABETS = {"mixed": ALPHABET, "digits": "0123456789", "letters": "CDFHJKMNPRTVWXYZ"}
_SIGNS = frozenset("".join(ALPHABETS.values()))
_VALUES = {name: {sign: number for number, sign in enumerate(signs)} for name, signs in ALPHABETS.items()}
# What is taken for what when a code is read off paper or typed on a phone; keys that no code has come first.
_READ_AS = {
    "0": "DC", "O": "DC", "Q": "9", "G": "C6", "1": "T7J", "I": "T7J", "L": "T7J", "2": "7Z", "Z": "7", "5": "36", "S": "36",
    "8": "36", "B": "R3", "A": "4", "E": "F3", "U": "VW", "C": "6", "D": "", "F": "PT", "H": "NK", "J": "T", "K": "XH",
    "M": "NW", "N": "MH", "P": "RF", "R": "PK", "T": "7F", "V": "YW", "W": "VM", "X": "KY", "Y": "VX", "3": "9", "4": "9",
    "6": "C", "7": "TZ", "9": "34",
}  # fmt: skip
_READ_AS_DIGITS = {
    "O": "0", "D": "0", "Q": "0", "I": "1", "L": "1", "Z": "2", "A": "4", "S": "5", "G": "6", "T": "7", "B": "8",
    "0": "68", "1": "7", "2": "7", "3": "89", "4": "9", "5": "6", "6": "058", "7": "12", "8": "360", "9": "34",
}  # fmt: skip
_SEPARATORS = str.maketrans("", "", " -_.\u00a0\t")


@dataclass(frozen=True, slots=True)
class Shape:
    """What codes of a batch look like: a prefix that all have, `length` random signs, and the check character of those."""

    prefix: str = ""
    alphabet: str = "mixed"
    length: int = RANDOM_LENGTH

    @property
    def total(self) -> int:
        return len(self.prefix) + self.length + 1

    @property
    def room(self) -> int:
        """How many codes there are."""
        return int(len(ALPHABETS[self.alphabet]) ** self.length)


DEFAULT = Shape()


def shortest_for(alphabet: str, count: int) -> int:
    """The shortest random part with which so many vouchers cannot be guessed."""
    signs, length = len(ALPHABETS[alphabet]), SHORTEST
    while signs**length < ROOM * count:
        length += 1
    return length


def check_character(body: str, alphabet: str = "mixed") -> str:
    """Luhn modulo the number of signs: finds every single wrong character and nearly every swap of neighbours."""
    values, signs, total = _VALUES[alphabet], ALPHABETS[alphabet], 0
    for place, symbol in enumerate(reversed(body)):
        value = values[symbol] * (2 if place % 2 == 0 else 1)
        total += value // len(signs) + value % len(signs)
    return signs[-total % len(signs)]


def mint(shape: Shape = DEFAULT) -> str:
    """A new random code with its check character."""
    signs, drawn = ALPHABETS[shape.alphabet], ""
    size = len(signs)
    fair = 256 - 256 % size  # octets above it would make some signs likelier than others
    while len(drawn) < shape.length:
        drawn += "".join(
            signs[octet % size] for octet in secrets.token_bytes(shape.length + 2) if octet < fair
        )
    body = drawn[: shape.length]
    return shape.prefix + body + check_character(body, shape.alphabet)


def normalise(typed: str) -> str:
    """What a person typed or a router sent, as we compare it: capitals without separators."""
    return typed.upper().translate(_SEPARATORS)


def is_plausible(typed: str, shape: Shape = DEFAULT) -> bool:
    """True when length, prefix, alphabet and check character fit: a typo is found before any look-up."""
    code = normalise(typed)
    if len(code) != shape.total or not code.startswith(shape.prefix):
        return False
    body, values = code[len(shape.prefix) :], _VALUES[shape.alphabet]
    return all(symbol in values for symbol in body) and check_character(body[:-1], shape.alphabet) == body[-1]


def meant(typed: str, shape: Shape = DEFAULT) -> list[str]:
    """The codes that somebody may have meant who made one slip: a sign misread, or two neighbours swapped."""
    code, first = normalise(typed), len(shape.prefix)
    if len(code) != shape.total or is_plausible(code, shape):
        return []
    read_as = _READ_AS_DIGITS if shape.alphabet == "digits" else _READ_AS
    slips = {code[:at] + sign + code[at + 1 :] for at, sign in enumerate(shape.prefix)}
    slips |= {
        code[:at] + other + code[at + 1 :]
        for at in range(first, shape.total)
        for other in read_as.get(code[at], "")
    }
    slips |= {code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(shape.total - 1)}
    return sorted(each for each in slips if is_plausible(each, shape))


def shown(code: str) -> str:
    """The code in groups of four for people."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def masked(code: str) -> str:
    """Enough of a code to recognise it, not enough to use it: short codes and digits show less."""
    digits = sum(sign.isdigit() for sign in code)
    if len(code) < LENGTH or digits >= len(code) - LONGEST_PREFIX:
        return f"••••••{code[-2:]}"
    return f"{code[:2]}••••••{code[-4:]}"


def may_be(typed: str) -> bool:
    """Whether a name that nobody has looks like a code of some shape, slips included: then it is covered."""
    code = normalise(typed)
    ours, digits = sum(sign in ALPHABET for sign in code), sum(sign.isdigit() for sign in code)
    if len(code) <= SHORTEST:
        return False
    near = abs(len(code) - LENGTH) <= 1 and ours >= len(code) - 3
    return near or digits >= len(code) - LONGEST_PREFIX or sum(s in _SIGNS for s in code) >= len(code) - 1


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
