"""OpenSSL's MD4 and DES beside our own ways, and a library that lacks or garbles them."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib import libcrypto
from kmikro.lib.md4 import md4, plain_md4
from kmikro.lib.mschap import challenge_response, keys_of, plain_des


@given(st.binary(max_size=300))
def test_md4_is_the_same_in_both_ways(octets: bytes) -> None:
    assert md4(octets) == plain_md4(octets)


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=8, max_size=8))
def test_des_is_the_same_in_both_ways(nt: bytes, block: bytes) -> None:
    assert challenge_response(block, nt) == plain_des(keys_of(nt))(block)


@given(st.binary(min_size=16, max_size=16))
def test_keys_are_seven_bits_to_an_octet(nt: bytes) -> None:
    bits = "".join(f"{octet:08b}" for octet in nt + bytes(5))
    spread = "".join(f"{octet >> 1:07b}" for key in keys_of(nt) for octet in key)
    assert spread == bits


@pytest.mark.parametrize(
    "library",
    [
        None,
        SimpleNamespace(),
        SimpleNamespace(
            MD4=ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p)(
                lambda *_: None
            ),
            DES_set_key_unchecked=ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_void_p)(lambda *_: None),
            DES_ecb_encrypt=ctypes.CFUNCTYPE(
                None, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int
            )(lambda *_: None),
        ),
    ],
    ids=["none", "without them", "nonsense"],
)
def test_a_library_that_cannot_is_not_believed(library: Any) -> None:
    assert libcrypto.find_md4(library) is None
    assert libcrypto.find_des(library) is None
