"""EAP packets, octet by octet."""

from __future__ import annotations

import pytest

from radius.eap import framing
from radius.eap.framing import Malformed


def test_a_response_is_read_and_its_padding_is_not() -> None:
    octets = bytes.fromhex("0207000e01616e6f6e796d6f7573")
    assert framing.read(octets) == (7, framing.IDENTITY, b"anonymous")
    assert framing.read(octets + b"\0\0") == framing.read(octets)
    assert framing.read(bytes.fromhex("0207000501")) == (7, 1, b"")


@pytest.mark.parametrize(
    "octets",
    [
        "",
        "02",
        "020700",
        "02070004",
        "0207000401",
        "0207000601",
        "02070000 01",
        "0107000501",
        "0307000501",
        "0007000501",
    ],
)
def test_what_is_no_response_is_malformed(octets: str) -> None:
    with pytest.raises(Malformed):
        framing.read(bytes.fromhex(octets))


def test_a_request_and_both_ends() -> None:
    assert framing.request(9, framing.PEAP, b"\x20") == bytes.fromhex("010900061920")
    response = bytes.fromhex("0207000501")
    assert framing.ending(response, True) == bytes.fromhex("03070004")
    assert framing.ending(response, False) == bytes.fromhex("04070004")
    assert framing.ending(b"", False) == bytes.fromhex("04000004")
