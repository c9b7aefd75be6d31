"""A router's own address to the hub's, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.sstp import gate
from tests.kmikro.sstp.router import udp

HUB, OWN = gate.address_of("10.99.0.1"), gate.address_of("10.99.0.7")
RIGHT = udp("10.99.0.7", "10.99.0.1")


def test_its_own_packets_pass_without_their_padding() -> None:
    assert gate.from_router(RIGHT + b"padding", OWN, HUB) == (RIGHT, "")
    assert gate.to_router(udp("10.99.0.1", "10.99.0.7"), HUB) == OWN


@pytest.mark.parametrize(
    ("packet", "why"),
    [
        (udp("10.99.0.8", "10.99.0.1"), "spoofed"),
        (udp("10.99.0.1", "10.99.0.1"), "spoofed"),
        (udp("10.99.0.7", "10.99.0.8"), "forwarded"),
        (udp("10.99.0.7", "169.254.169.254"), "forwarded"),
        (udp("10.99.0.7", "255.255.255.255"), "forwarded"),
        (b"\x60" + bytes(60), "malformed"),
        (RIGHT[:19], "malformed"),
        (RIGHT[:-1], "malformed"),
        (b"\x44" + RIGHT[1:], "malformed"),
        (b"\x4f" + RIGHT[1:2] + b"\x00\x20" + RIGHT[4:], "malformed"),
        (b"", "malformed"),
    ],
)
def test_everything_else_is_dropped_and_has_a_name(packet: bytes, why: str) -> None:
    assert gate.from_router(packet, OWN, HUB) == (b"", why)
    assert why in gate.COUNTERS


@given(st.binary(max_size=60), st.booleans())
def test_nothing_passes_with_another_address(noise: bytes, is_header: bool) -> None:
    packet = b"\x45\x00" + len(noise).to_bytes(2, "big") + noise[4:] if is_header else noise
    passed, why = gate.from_router(packet, OWN, HUB)
    assert bool(passed) is (why == "")
    if passed:
        assert (passed[12:16], passed[16:20]) == (OWN, HUB)


def test_what_is_not_from_the_hub_goes_to_no_router() -> None:
    for packet in (udp("10.99.0.7", "10.99.0.8"), b"\x60" + bytes(60), b"", RIGHT[:19]):
        assert gate.to_router(packet, HUB) == b""
