"""IPv6 prefixes: R35, reserved octet 0, length at most 128, padding bits zero."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib import prefixes
from kmikro.lib.refusal import Refusal


@pytest.mark.parametrize(
    ("prefix", "octets"),
    [
        ("2001:db8:1::/64", "004020010db800010000"),  # as in golden packet G13
        ("2001:db8:2::/56", "003820010db8000200"),
        ("::/0", "0000"),
        ("2001:db8::1/128", "008020010db8000000000000000000000001"),
        ("2001:db8:8000::/33", "002120010db880"),
    ],
)
def test_as_radius_carries_them(prefix: str, octets: str) -> None:
    assert prefixes.octets(prefix).hex() == octets


@pytest.mark.parametrize(
    "bad", ["2001:db8::/129", "2001:db8::1/64", "2001:db8::", "10.0.0.0/8", "", "/", "x/64", "::/-1"]
)
def test_what_is_no_prefix_is_refused(bad: str) -> None:
    with pytest.raises(Refusal) as refusal:
        prefixes.normalise(bad)
    assert refusal.value.code == "bad_prefix"


@given(st.integers(0, 2**128 - 1), st.integers(0, 128))
def test_what_is_kept_can_be_laid_out_and_pads_with_zeros(number: int, length: int) -> None:
    kept = number >> (128 - length) << (128 - length)
    octets = prefixes.octets(
        prefixes.normalise(f"{':'.join(f'{kept >> at & 65535:x}' for at in range(112, -1, -16))}/{length}")
    )
    assert (octets[0], octets[1]) == (0, length)
    assert len(octets) == 2 + -(-length // 8)
    assert int.from_bytes(octets[2:].ljust(16, b"\0"), "big") == kept
