"""Answers to challenges, as routers bring them, and what we prove to the client in return. Nobody changes them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Chap:
    """A CHAP answer: its id octet, the 16 octets of the response, and the challenge that was answered."""

    ident: int
    response: bytes
    challenge: bytes


@dataclass(slots=True)
class MsChap:
    """An MS-CHAP answer of version 1 or 2: the challenge is 8 or 16 octets, the response 24."""

    version: int
    ident: int
    challenge: bytes
    response: bytes
    peer_challenge: bytes = b""  # version 2 only


@dataclass(slots=True)
class Proof:
    """What follows from a right MS-CHAP answer: our own proof to the client, and keys for the link (secrets)."""

    version: int
    success: bytes = b""  # the value of MS-CHAP2-Success
    keys: tuple[bytes, bytes] | None = field(default=None, repr=False)  # send, receive; None: no PPP, no keys
    v1_keys: bytes | None = field(default=None, repr=False)  # LM and NT key of version 1


@dataclass(frozen=True, slots=True)
class Link:
    """What an access point learns of somebody who signed in through a tunnel: who it was, and the key of the link."""

    username: bytes
    key: bytes = field(repr=False)  # MSK, 64 octets: what the access point receives with, then sends with


@dataclass(frozen=True, slots=True)
class Challenge:
    """The conversation goes on: an EAP request, and the State that its answer must bring back."""

    eap: bytes = field(repr=False)
    state: bytes
    inner: bytes = b""  # who was asked for inside the tunnel, once that is known
