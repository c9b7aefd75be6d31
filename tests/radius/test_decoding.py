"""Packets in words: names in order, and never an octet of a secret."""

from __future__ import annotations

import os

import pytest

from radius.decoding import _NAMES, _SHOWN, show
from radius.packet import Malformed
from tests.radius import vectors as v


def test_a_request_by_the_names_of_the_dictionary_in_order() -> None:
    assert show(v.G1) == (
        "Access-Request",
        10,
        [
            ("Message-Authenticator", "(16 octets)"),
            ("User-Name", "nemo"),
            ("User-Password", "(16 octets)"),
            ("NAS-Identifier", "rtr-1"),
            ("NAS-Port", "3"),
        ],
    )


def test_accounting_numbers_have_their_meaning() -> None:
    shown = dict(show(v.G5).attributes)
    assert shown["Acct-Status-Type"] == "3 (Interim-Update)"
    assert (shown["Acct-Input-Octets"], shown["Acct-Input-Gigawords"]) == ("4294967295", "1")


def test_an_answer_with_vendor_attributes() -> None:
    assert show(v.G2).attributes[-1] == ("Mikrotik-Rate-Limit", "5M/10M")
    assert ("MS-MPPE-Send-Key", "(34 octets)") in show(v.G11).attributes


def test_what_is_unknown_is_a_number_and_a_length() -> None:
    body = v.attribute(222, b"secret?") + v.vendor(9, 1, b"secret?") + v.attribute(26, b"\0\0\0")
    assert show(v.access(body)).attributes[1:] == [
        ("Attribute 222", "(7 octets)"),
        ("9 attribute 1", "(7 octets)"),
        ("Attribute 26", "(3 octets)"),
    ]


SECRETS = (
    *("User-Password", "CHAP-Password", "CHAP-Challenge", "EAP-Message", "Message-Authenticator", "State"),
    *("MS-CHAP-Response", "MS-CHAP2-Response", "MS-CHAP2-Success", "MS-CHAP-MPPE-Keys", "MS-MPPE-Send-Key"),
    *("MS-MPPE-Recv-Key", "MS-CHAP-Challenge", "MS-CHAP-Error", "Class", "Proxy-State", "Tunnel-Password"),
    *("Mikrotik-Wireless-PSK", "Mikrotik-Wireless-Enc-Key"),
)


@pytest.mark.parametrize("name", SECRETS)
def test_no_octet_of_a_secret(name: str) -> None:
    assert name not in _SHOWN
    places = {known: place for place, (known, _) in _NAMES.items()}
    vendor, number = places[name]
    secret = b"S3CR3T-" + os.urandom(9).hex().encode()
    numbers = {"Mikrotik": 14988, "Microsoft": 311}
    if vendor:
        body = v.vendor(numbers[vendor], number, secret)
    elif name == "Message-Authenticator":
        secret, body = secret[:16], v.attribute(number, secret[:16])
    else:
        body = v.attribute(number, secret)
    packet = bytes((1, 1)) + (20 + len(body)).to_bytes(2, "big") + bytes(16) + body
    shown = show(packet)
    assert shown.attributes == [(name, f"({len(secret)} octets)")]


def test_all_that_is_shown_is_known() -> None:
    assert {name for name, _ in _NAMES.values()} >= _SHOWN


def test_controls_and_long_names_are_spelled() -> None:
    ((_, name),) = [
        each for each in show(v.access(v.attribute(1, b"a\0<b>"))).attributes if each[0] == "User-Name"
    ]
    assert name == "a\\x00<b>"


def test_what_is_no_packet() -> None:
    with pytest.raises(Malformed):
        show(b"\1\2\3")
