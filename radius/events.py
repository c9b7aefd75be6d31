"""What the RADIUS core speaks of: questions from routers, what policy knows, and answers to them.

Nobody changes an event. Those made for every datagram are not `frozen`: it would slow their making five times.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from radius.credentials import Challenge, Chap, Link, MsChap, Proof
from radius.octets import spell
from radius.sentences import Said, say
from radius.terms import PLAIN, Addresses, Extras

Source = tuple[str, int]


class Port(StrEnum):
    """Which of the two sockets a datagram came to."""

    AUTH = "auth"
    ACCT = "acct"

    __hash__ = str.__hash__  # Enum's own is a Python function, and both are keys on the hot path


class Kind(StrEnum):
    """Acct-Status-Type, as far as it changes anything."""

    START = "start"
    INTERIM = "interim"
    STOP = "stop"
    ON = "on"
    OFF = "off"
    OTHER = "other"

    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True)
class Nas:
    """A router that may ask us, found by its source address alone."""

    schema: str
    router_id: int
    address: str
    secret: bytes = field(repr=False)
    require_message_auth: bool = True
    limit_proxy_state: bool = True
    previous_secret: bytes | None = field(default=None, repr=False)
    zone: str = "UTC"  # the ISP's, for times in sentences
    allow_mschap1: bool = False
    mac_auth_password: bytes = field(default=b"", repr=False)  # what its hotspot sends beside a MAC
    allow_eap: bool = False  # Wi-Fi with 802.1X
    language: str = "en"  # the ISP's, for customers who have not said theirs
    admit_unknown: bool = False  # to the walled garden of the ISP, where it has one
    is_suspended: bool = False  # the whole ISP, by the platform


@dataclass(slots=True)
class AccessRequest:
    """May this person connect? Octets of the password are clear here and are never shown."""

    nas: Nas
    identifier: int
    authenticator: bytes
    source: Source
    username: bytes
    password: bytes | None = field(repr=False)  # PAP, revealed
    chap: Chap | None
    mac: str = ""  # Calling-Station-Id; AA:BB:CC:DD:EE:FF when it is a MAC, else spelled as sent
    framed_ip: str = ""
    called: str = ""
    nas_identifier: str = ""
    nas_port_id: str = ""
    nas_port_type: int | None = None
    session_id: str = ""  # spelled, see radius.octets
    service_type: int | None = None
    state: bytes | None = None
    proxy_states: tuple[bytes, ...] = ()
    has_message_auth: bool = True
    oddities: tuple[str, ...] = ()  # e.g. 'duplicate:User-Name', 'both_passwords', 'malformed:CHAP-Password'
    ms_chap: MsChap | None = None
    eap: bytes | None = None  # all EAP-Message attributes, joined
    tunnel: str = ""  # 'EAP-TTLS' or 'PEAP': name and password came through it

    @property
    def name(self) -> str:
        """The user name as text that can be stored and shown."""
        return spell(self.username)


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """Are you there? (RFC 5997)"""

    nas: Nas
    identifier: int
    authenticator: bytes
    source: Source
    proxy_states: tuple[bytes, ...] = ()


@dataclass(slots=True)
class AccountingRecord:
    """One accounting fact of a router. Times in unix seconds, counters cumulative over the session.

    It holds no secret, and every text in it is spelled (`radius.octets`), so that it may lie in the journal and in
    the spool (`radius.reports`). Several records that say the same share one `fingerprint`.
    """

    schema: str
    router_id: int
    nas_address: str
    identifier: int
    authenticator: bytes
    source: Source
    kind: Kind
    session_id: str
    username: bytes
    mac: str
    framed_ip: str
    called: str
    upload_octets: int
    download_octets: int
    upload_packets: int
    download_packets: int
    session_time: int
    terminate_cause: str
    event_at: float
    received_at: float
    class_: bytes = b""
    delay: int = 0
    flags: tuple[str, ...] = ()  # e.g. 'event_time_ignored', 'absurd_counters', 'missing:Acct-Session-Id'
    proxy_states: tuple[bytes, ...] = ()
    nas_port_id: str = ""
    gigawords: bool | None = False  # did it have the high words of the counters; None: it had no counters

    @property
    def name(self) -> str:
        """The user name as text that can be stored and shown."""
        return spell(self.username)

    @property
    def fingerprint(self) -> str:
        """32 hex digits of what the record says; a retransmission with a new Identifier keeps them (R29)."""
        said = (
            *(self.schema, self.router_id, self.kind.value, self.session_id, self.name, self.mac),
            *(self.session_time, self.upload_octets, self.download_octets, round(self.event_at)),
        )
        return hashlib.blake2b(repr(said).encode(), digest_size=16).hexdigest()


class Step(NamedTuple):
    """One rule of policy, how it went, and what explains it: a sentence, or what `sentences.say` makes one of."""

    code: str
    ok: bool
    said: Said

    @property
    def text(self) -> str:
        return say(self.said)


@dataclass(slots=True)
class Accept:
    """Yes, within these limits."""

    service_id: int | None  # None: nobody's, in a walled garden, on trial or at a router itself
    plan_id: int
    session_timeout: int | None  # seconds, never 0
    data_left: int | None  # octets, never 0
    upload_bps: int
    download_bps: int
    interim_seconds: int
    class_: bytes
    devices: int = 0  # at once, for the router's own count; 0 = any number
    starts_clock: bool = False
    replaces: str | None = None  # the live session of the same device that this one takes over
    trace: tuple[Step, ...] = ()
    proof: Proof | None = None
    link: Link | None = None
    extras: Extras = PLAIN
    addresses: Addresses = ()
    upload_left: int | None = None  # octets, never 0
    download_left: int | None = None
    message: str = ""  # for the customer
    binds: str = ""  # the MAC that the service belongs to from now on
    ends_at: float | None = None  # of the service, unix seconds; what its clock is set to when it starts
    told: list[tuple[str, int | str | bytes]] | None = field(
        default=None, init=False, repr=False, compare=False
    )  # what the reply said to this subscriber alone, once it was written


@dataclass(frozen=True, slots=True)
class Reject:
    """No; `code` for machines, `message` for the customer, `trace` for the operator."""

    code: str
    message: str
    trace: tuple[Step, ...] = ()
    service_id: int | None = None
    delay: bool = True
    inner: bytes = b""  # who was asked for inside a tunnel


@dataclass(frozen=True, slots=True)
class Recorded:
    """The accounting record is durable."""


@dataclass(frozen=True, slots=True)
class Alive:
    """The answer to Status-Server."""


Question = AccessRequest | AccountingRecord | StatusRequest
Verdict = Accept | Reject | Challenge | Recorded | Alive


@dataclass(slots=True)
class Ask:
    """A new question that waits for its verdict; `secret` is the one that its signature matched."""

    question: Question
    nas: Nas
    port: Port
    secret: bytes = field(repr=False)
    exchange: Any = field(default=None, init=False, repr=False, compare=False)  # the engine's


@dataclass(frozen=True, slots=True)
class Resend:
    """A retransmission of a question that was answered: the same octets go out again."""

    reply: bytes


@dataclass(frozen=True, slots=True)
class Drop:
    """No octet leaves; `reason` is what the counter is called."""

    reason: str
    alert: bool = False
