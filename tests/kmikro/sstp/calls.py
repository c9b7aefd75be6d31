"""A server's call and a router joined without a wire."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from kmikro.lib import mschap
from kmikro.lib.sstp import binding
from kmikro.lib.sstp.call import Call, Terms
from kmikro.lib.sstp.chap import Person
from tests.kmikro.sstp.router import Router

HUB, ADDRESS, USER, PASSWORD = "10.99.0.1", "10.99.0.7", "kmikro-10.99.0.7", "bWFueSBhIHNlY3JldA=="
DER = b"a certificate in DER, as far as the digests are concerned"
NT = mschap.nt_hash(PASSWORD.encode()) or b""


def find(name: str) -> Person | None:
    return Person(ADDRESS, NT) if name == USER else None


TERMS = Terms(HUB, binding.digests(DER), find, os.urandom)


@dataclass
class Talk:
    """What each end sent, piece by piece, and the IP packets that the server got."""

    router: Router
    call: Call
    now: float = 0.0
    sent: list[bytes] = field(default_factory=list)  # by the router
    said: list[bytes] = field(default_factory=list)  # by the server
    packets: list[bytes] = field(default_factory=list)

    def give(self, octets: bytes) -> None:
        """The router sends this, and both talk until neither has anything to say."""
        while octets:
            self.sent.append(octets)
            answer, packets = self.call.feed(octets, self.now)
            self.said.append(answer)
            self.packets += packets
            octets = self.router.feed(answer) if answer else b""


def talk(user: str = USER, password: str = PASSWORD, certificate: bytes = DER, **more: Any) -> Talk:
    """From the first octet to the end of what there is to say."""
    made = Talk(Router(user, password, certificate, **more), Call(TERMS, 0.0))
    made.give(made.router.begin())
    return made
