"""Our golden packets and FreeRADIUS' radclient say the same: what it sends we would send, what we send it reads."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Callable

import pytest

from radius.packet import parse
from radius.seal import Seal
from tests.radius import vectors as v

SEAL = Seal(v.SECRET)
pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(
        shutil.which("radclient") is None, reason="RADCLIENT IS NOT INSTALLED: no independent peer was asked"
    ),
]


def converse(kind: str, lines: str, answer: Callable[[bytes], bytes]) -> tuple[bytes, str]:
    """What radclient sends to a server that answers so, and what it prints of the answer."""
    heard: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind(("127.0.0.1", 0))
        wire.settimeout(10)

        def serve() -> None:
            datagram, source = wire.recvfrom(4096)
            heard.append(datagram)
            wire.sendto(answer(datagram), source)

        thread = threading.Thread(target=serve)
        thread.start()
        done = subprocess.run(
            ["radclient", "-x", "-r", "1", "-t", "3", f"127.0.0.1:{wire.getsockname()[1]}", kind]
            + [v.SECRET.decode()],
            input=lines,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        thread.join(10)
    return heard[0], done.stdout + done.stderr


def accept(body: bytes) -> Callable[[bytes], bytes]:
    return lambda request: SEAL.reply(2, request[1], request[4:20], body)


def test_g1_as_radclient_sends_it() -> None:
    """The attributes of G1 in its order: the octets are those that our own hand makes for this authenticator."""
    lines = 'Message-Authenticator=0x00,User-Name="nemo",User-Password="arctangent",NAS-Identifier="rtr-1",NAS-Port=3'
    sent, said = converse("auth", lines, accept(v.G2[38:]))
    body = v.attribute(1, b"nemo") + v.attribute(2, SEAL.hide(b"arctangent", sent[4:20])) + v.G1[62:]
    assert sent == SEAL.access_request(1, sent[1], sent[4:20], body)
    assert "Received Access-Accept" in said
    assert 'Mikrotik-Rate-Limit = "5M/10M"' in said
    assert "Session-Timeout = 3600" in said
    assert "Framed-IP-Address = 100.64.0.10" in said


def test_g3_is_read_as_a_reject() -> None:
    lines = 'Message-Authenticator=0x00,User-Name="nemo",User-Password="arctangent"'
    _, said = converse("auth", lines, lambda asked: SEAL.reply(3, asked[1], asked[4:20], v.G3[38:]))
    assert "Received Access-Reject" in said
    assert 'Reply-Message = "Expired"' in said


def test_g4_and_g5_as_radclient_sends_them() -> None:
    def recorded(request: bytes) -> bytes:
        return SEAL.plain_reply(5, request[1], request[4:20], b"")

    start = 'Acct-Status-Type=Start,Acct-Session-Id="81a00001",User-Name="nemo",NAS-Identifier="rtr-1"'
    interim = start.replace("Start", "Interim-Update") + (
        ",Acct-Session-Time=86400,Acct-Input-Octets=4294967295,Acct-Input-Gigawords=1,Acct-Output-Octets=5,"
        "Acct-Output-Gigawords=2,Event-Timestamp=1700000000"
    )
    for lines, golden in ((start, v.G4), (interim, v.G5)):
        sent, said = converse("acct", lines, recorded)
        assert sent[20:] == golden[20:]
        assert sent == SEAL.request(4, sent[1], golden[20:], sealed=False)
        assert "Received Accounting-Response" in said


def test_g8_as_radclient_sends_it() -> None:
    sent, said = converse("status", "Message-Authenticator=0x00", accept(b""))
    assert sent == SEAL.access_request(12, sent[1], sent[4:20], b"")
    assert "Received Access-Accept" in said


def test_g9_as_radclient_sends_it() -> None:
    sent, _ = converse(
        "auth", 'Message-Authenticator=0x00,User-Name="nemo",CHAP-Password="arctangent"', accept(b"")
    )
    packet = parse(sent)
    assert SEAL.vouches(packet, packet.authenticator)
    chap = dict(packet.attributes)[3]
    assert (len(chap), 60 in dict(packet.attributes)) in {(17, True), (17, False)}


def test_g13_is_read_with_its_prefixes() -> None:
    lines = 'Message-Authenticator=0x00,User-Name="nemo",User-Password="arctangent",Proxy-State=0xdead'
    golden = v.octets(
        "610c004020010db8000100007b0b003820010db8000200600a00000000000000012104dead"
    )  # G13 without its seal
    _, said = converse("auth", lines, accept(golden))
    assert "Framed-IPv6-Prefix = 2001:db8:1::/64" in said
    assert "Delegated-IPv6-Prefix = 2001:db8:2::/56" in said
    assert "Proxy-State = 0xdead" in said


def test_a_reply_that_is_not_ours_is_not_believed_there_either() -> None:
    lines = 'Message-Authenticator=0x00,User-Name="nemo",User-Password="arctangent"'
    _, said = converse("auth", lines, lambda asked: Seal(b"another").reply(2, asked[1], asked[4:20], b""))
    assert "Reply verification failed" in said
