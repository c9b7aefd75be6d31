"""Attributes inside TTLS, octet by octet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radius.eap import avps
from radius.eap.avps import Avp
from radius.eap.framing import Malformed

NEMO = bytes.fromhex("00000001 4000000c 6e656d6f".replace(" ", ""))


def test_a_name_and_a_padded_password_are_read() -> None:
    password = bytes.fromhex("00000002 4000000d 7365637265000000".replace(" ", ""))
    assert avps.read(NEMO + password) == [Avp(0, 1, True, b"nemo"), Avp(0, 2, True, b"secre")]
    assert avps.read(password[:-3])[0].value == b"secre", "padding may be missing at the end"


def test_vendors_have_a_space_of_their_own() -> None:
    octets = avps.write(311, 26, b"\x05S=")
    assert octets == bytes.fromhex("0000001a c000000f 00000137 05533d00".replace(" ", ""))
    assert avps.read(octets) == [Avp(311, 26, True, b"\x05S=")]
    assert avps.write(0, 1, b"nemo") == NEMO


@pytest.mark.parametrize(
    "octets",
    [
        "00000001400000",
        "0000000140000007",
        "000000014000000d6e656d6f",
        "00000001c000000b00000137",
        "0000000140ffffff",
    ],
)
def test_wrong_lengths_are_malformed(octets: str) -> None:
    with pytest.raises(Malformed):
        avps.read(bytes.fromhex(octets))


def test_too_many_are_malformed() -> None:
    with pytest.raises(Malformed):
        avps.read(NEMO * 33)


@given(st.binary(max_size=200))
def test_any_octets_are_read_or_malformed(octets: bytes) -> None:
    try:
        found = avps.read(octets)
    except Malformed:
        return
    assert sum(len(each.value) for each in found) <= len(octets)
