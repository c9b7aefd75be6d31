"""The crypto binding holds for this connection, this certificate and these keys, and for nothing else."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.sstp import binding
from kmikro.lib.sstp.binding import Keys

DER, NONCE = b"certificate", bytes(range(32))
KEYS = Keys(send=bytes(16), receive=bytes(range(16)))
SEEN = binding.digests(DER)


def message(kind: int = 2, nonce: bytes = NONCE, der: bytes = DER, hlak: bytes = KEYS.hlak) -> bytes:
    """Built with hashlib alone, step by step as section 3.2.5.2 has them."""
    name = {1: "sha1", 2: "sha256"}.get(kind, "sha256")
    seen = hashlib.new(name, der).digest()
    head = bytes.fromhex("10010070 0004 0001 00030068 000000") + bytes((kind,))
    zeroed = head + nonce + seen.ljust(32, b"\0") + bytes(32)
    first = hmac.new(hlak, b"SSTP inner method derived CMK" + bytes((len(seen), 0)) + b"\x01", name).digest()
    return zeroed[:-32] + hmac.new(first, zeroed, name).digest().ljust(32, b"\0")


def trouble(whole: bytes, value: bytes | None = None) -> str:
    return binding.trouble(whole, value or whole[12:], nonce=NONCE, seen=SEEN, keys=KEYS)


@pytest.mark.parametrize("kind", [1, 2])
def test_the_right_one_holds(kind: int) -> None:
    assert trouble(message(kind)) == ""


@pytest.mark.parametrize("kind", [1, 2])
@given(bit=st.integers(0, 8 * 112 - 1))
def test_a_bit_that_was_turned_on_the_way_is_noticed(kind: int, bit: int) -> None:
    whole = bytearray(message(kind))
    whole[bit // 8] ^= 1 << bit % 8
    unread = kind == 1 and bit // 8 >= 100  # the padding of the shorter MAC
    assert (trouble(bytes(whole)) == "") is unread


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"nonce": bytes(32)}, "another connection"),
        ({"der": b"of the man in the middle"}, "another certificate"),
        ({"hlak": bytes(32)}, "other keys"),
        ({"hlak": KEYS.send + KEYS.receive}, "other keys"),
        ({"kind": 3}, "no digest"),
    ],
)
def test_what_is_wrong_is_told(wrong: dict[str, bytes], words: str) -> None:
    assert words in trouble(message(**wrong))  # type: ignore[arg-type]


def test_none_at_all() -> None:
    whole = message()
    for value in (None, b"", bytes(99)):
        assert "no crypto binding" in binding.trouble(whole, value, nonce=NONCE, seen=SEEN, keys=KEYS)
    assert "no crypto binding" in trouble(whole + b"\0", whole[12:])
    assert KEYS.hlak.hex() not in repr(KEYS)
