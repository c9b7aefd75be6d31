"""Control messages octet for octet, as [MS-SSTP] 2.2 draws them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.sstp import Malformed, messages
from kmikro.lib.sstp.messages import Attribute, Message, Status


def test_a_request_asks_for_ppp() -> None:
    found = messages.parse(bytes.fromhex("0001 0001 0001 0006 0001"))
    assert found.kind == Message.CONNECT_REQUEST
    assert messages.asks_for_ppp(found)
    assert not messages.asks_for_ppp(messages.parse(bytes.fromhex("0001 0001 0001 0006 0002")))
    assert not messages.asks_for_ppp(messages.parse(bytes.fromhex("0001 0000")))
    twice = messages.parse(bytes.fromhex("0001 0002 0001 0006 0001 0001 0006 0001"))
    assert not messages.asks_for_ppp(twice), "an attribute that stands twice is none"


def test_the_acknowledgement() -> None:
    nonce = bytes(range(32))
    assert messages.connect_ack(3, nonce) == bytes.fromhex("10010030 0002 0001 00040028 000000 03") + nonce


def test_a_refusal_names_its_reason() -> None:
    refused = messages.with_status(Message.CONNECT_NAK, Status.VALUE_NOT_SUPPORTED, Attribute.PROTOCOL)
    assert refused == bytes.fromhex("10010014 0003 0001 0002000c 00000001 00000004")
    assert messages.control(Message.ECHO_REQUEST) == bytes.fromhex("10010008 0008 0000")


@pytest.mark.parametrize(
    "body", ["", "0001", "00010001", "0001000100010003", "00010001000100070001", "0001000100010006000100"]
)
def test_wrong_lengths_are_malformed(body: str) -> None:
    with pytest.raises(Malformed):
        messages.parse(bytes.fromhex(body))


@given(st.binary(max_size=200))
def test_whatever_comes_is_a_message_or_malformed(body: bytes) -> None:
    try:
        found = messages.parse(body)
    except Malformed:
        return
    assert sum(len(value) + 4 for _, value in found.attributes) + 4 == len(body)
