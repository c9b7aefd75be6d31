"""PPP in its order: LCP, MS-CHAPv2, IPCP; before its time nothing is answered, and what we do not have is rejected."""

import os

import pytest

from kmikro.lib.sstp import Malformed, ppp
from kmikro.lib.sstp.link import Link
from kmikro.lib.sstp.ppp import Packet
from tests.kmikro.sstp.calls import HUB, find, talk
from tests.kmikro.sstp.router import udp


def sent(link: Link, protocol: int, packet: Packet) -> list[tuple[int, Packet]]:
    frames, ip = link.take(ppp.closed(protocol, ppp.written(packet))[4:], 0)
    assert ip == b""
    found = [ppp.opened(each[4:]) for each in frames]
    return [(number, ppp.read(payload)) for number, payload in found]


def opened() -> Link:
    link = talk().call._link
    assert link is not None
    assert link.is_open
    return link


@pytest.mark.parametrize("protocol", [ppp.CHAP, ppp.IPCP, ppp.IP, 0x8057, ppp.PAP])
def test_before_lcp_nothing_else_is_heard(protocol: int) -> None:
    link = Link(HUB, find, os.urandom)
    link.start(0)
    assert sent(link, protocol, Packet(1, 1, bytes(8))) == []
    assert sent(link, ppp.LCP, Packet(ppp.ECHO, 1, bytes(4))) == []


def test_before_the_sign_in_no_address_is_given() -> None:
    link = Link(HUB, find, os.urandom)
    (first,) = link.start(0)
    asked = ppp.read(ppp.opened(first[4:])[1])
    sent(link, ppp.LCP, Packet(ppp.REQUEST, 1))
    answered = sent(link, ppp.LCP, Packet(ppp.ACK, asked.ident, asked.data))
    assert [(number, each.code) for number, each in answered] == [(ppp.CHAP, 1)]
    for protocol in (ppp.IPCP, 0x8057, 0x80FD, ppp.EAP):
        assert sent(link, protocol, Packet(1, 1, b"\3\6\0\0\0\0")) == []


@pytest.mark.parametrize("protocol", [0x8057, 0x80FD, 0x8281, 0x8053, ppp.PAP, ppp.EAP, 0x003D, 0x0057])
def test_protocols_that_we_do_not_have_are_rejected(protocol: int) -> None:
    (answer,) = sent(opened(), protocol, Packet(1, 9, b"data"))
    assert answer[0] == ppp.LCP
    assert answer[1].code == ppp.PROTOCOL_REJECT
    assert answer[1].data == protocol.to_bytes(2, "big") + ppp.written(Packet(1, 9, b"data"))


def test_an_echo_has_our_magic_number_and_their_data() -> None:
    ((protocol, answer),) = sent(opened(), ppp.LCP, Packet(ppp.ECHO, 5, b"abcdhello"))
    assert (protocol, answer.code, answer.ident, answer.data[4:]) == (ppp.LCP, ppp.ECHO_REPLY, 5, b"hello")
    assert answer.data[:4] != b"abcd"


def test_codes_that_nobody_knows_are_rejected() -> None:
    for protocol in (ppp.LCP, ppp.IPCP):
        ((where, answer),) = sent(opened(), protocol, Packet(99, 5, b"what"))
        assert (where, answer.code, answer.data) == (
            protocol, ppp.CODE_REJECT, ppp.written(Packet(99, 5, b"what")),
        )  # fmt: skip


@pytest.mark.parametrize("protocol", [ppp.LCP, ppp.IPCP])
def test_who_hangs_up_gets_his_answer(protocol: int) -> None:
    link = opened()
    ((_, answer),) = sent(link, protocol, Packet(ppp.TERMINATE, 3))
    assert (answer.code, answer.ident) == (ppp.TERMINATED, 3)
    assert link.is_over


def test_what_we_cannot_do_without_may_not_be_rejected() -> None:
    for number in (ppp.LCP, ppp.CHAP, ppp.IPCP, ppp.IP):
        with pytest.raises(Malformed):
            sent(opened(), ppp.LCP, Packet(ppp.PROTOCOL_REJECT, 1, number.to_bytes(2, "big")))
    assert sent(opened(), ppp.LCP, Packet(ppp.PROTOCOL_REJECT, 1, b"\x80\x57")) == []
    with pytest.raises(Malformed):
        sent(opened(), ppp.LCP, Packet(ppp.CODE_REJECT, 1, b"\1"))


def test_packets_come_out_once_the_link_is_open() -> None:
    packet = udp("10.99.0.7", HUB)
    assert opened().take(b"\x21" + packet, 0) == ([], packet)
