"""A running virtual router on loopback, and a RADIUS server built on pyrad to see what it really sends."""

import socket
import threading
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from pyrad.dictionary import Dictionary
from pyrad.packet import AcctPacket, AuthPacket, Packet

from routers.virtual import VirtualRouter
from tests.addresses import own

SECRET = b"s3cret"
_DICTIONARY = """
ATTRIBUTE User-Name 1 string
ATTRIBUTE User-Password 2 octets
ATTRIBUTE CHAP-Password 3 octets
ATTRIBUTE NAS-IP-Address 4 ipaddr
ATTRIBUTE Framed-IP-Address 8 ipaddr
ATTRIBUTE Reply-Message 18 string
ATTRIBUTE Class 25 octets
ATTRIBUTE Session-Timeout 27 integer
ATTRIBUTE Idle-Timeout 28 integer
ATTRIBUTE Called-Station-Id 30 string
ATTRIBUTE Calling-Station-Id 31 string
ATTRIBUTE NAS-Identifier 32 string
ATTRIBUTE Acct-Status-Type 40 integer
ATTRIBUTE Acct-Input-Octets 42 integer
ATTRIBUTE Acct-Output-Octets 43 integer
ATTRIBUTE Acct-Session-Id 44 string
ATTRIBUTE Acct-Session-Time 46 integer
ATTRIBUTE Acct-Terminate-Cause 49 integer
ATTRIBUTE Acct-Input-Gigawords 52 integer
ATTRIBUTE CHAP-Challenge 60 octets
ATTRIBUTE Port-Limit 62 integer
ATTRIBUTE Message-Authenticator 80 octets
ATTRIBUTE Acct-Interim-Interval 85 integer
VENDOR Mikrotik 14988
BEGIN-VENDOR Mikrotik
ATTRIBUTE Mikrotik-Rate-Limit 8 string
ATTRIBUTE Mikrotik-Total-Limit 17 integer
END-VENDOR Mikrotik
"""


class FakeServer:
    """Answers as `decide` says and keeps everything it was sent, in order of arrival."""

    def __init__(self) -> None:
        self.dictionary = Dictionary(StringIO(_DICTIONARY))
        self.raw: list[bytes] = []
        self.auth: list[Any] = []
        self.acct: list[Any] = []
        self.decide: Callable[[Any], dict[str, Any] | str | None] = lambda packet: {}
        self.sign = True
        self.spoil = False
        self.wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.wire.bind(("127.0.0.1", 0))
        self.port = self.wire.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            data, sender = self.wire.recvfrom(4096)
            if data == b"stop":
                return
            self.raw.append(data)
            if data[0] == 4:
                packet = AcctPacket(secret=SECRET, dict=self.dictionary, packet=data)
                assert packet.VerifyAcctRequest()
                self.acct.append(packet)
                self.wire.sendto(packet.CreateReply().ReplyPacket(), sender)
                continue
            packet = AuthPacket(secret=SECRET, dict=self.dictionary, packet=data)
            self.auth.append(packet)
            decision = self.decide(packet)
            if decision is None:
                continue
            reply = Packet(
                id=packet.id, secret=SECRET, authenticator=packet.authenticator, dict=self.dictionary
            )
            if isinstance(decision, str):
                reply.code = 3
                reply["Reply-Message"] = decision
            else:
                reply.code = 2
                for name, value in decision.items():
                    reply[name] = value
            if self.sign:
                reply.add_message_authenticator()
            raw = reply.ReplyPacket()
            self.wire.sendto(raw[:4] + bytes(16) + raw[20:] if self.spoil else raw, sender)

    def kinds(self) -> list[int]:
        """Acct-Status-Type of each record in order."""
        numbers = {"Start": 1}
        return [numbers.get(p["Acct-Status-Type"][0], p["Acct-Status-Type"][0]) for p in self.acct]

    def stop(self) -> None:
        """End the thread and close the socket."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.sendto(b"stop", ("127.0.0.1", self.port))
        self.thread.join(5)
        self.wire.close()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    fake = FakeServer()
    yield fake
    fake.stop()


@pytest.fixture
def router() -> Iterator[VirtualRouter]:
    with VirtualRouter(address=own(77)) as running:
        yield running


@pytest.fixture
def hotspot(server: FakeServer) -> Iterator[VirtualRouter]:
    """A router that was set up by hand as a hotspot with RADIUS."""
    router = VirtualRouter(address=own(78), identity="site-1", speed=20)
    with router:
        said = router.paste(
            f"""
            /radius add service=hotspot address=127.0.0.1 secret=s3cret authentication-port={server.port} \\
                accounting-port={server.port} timeout=300ms
            /ip hotspot profile add name=hsprof use-radius=yes login-by=http-chap,http-pap
            /ip hotspot add name=hs1 interface=bridge-lan profile=hsprof disabled=no
            """
        )
        assert said == ""
        yield router
