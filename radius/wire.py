"""Octets to questions and verdicts to octets; nothing is believed before its signature is."""

from __future__ import annotations

import os
from functools import lru_cache

from radius import mikrotik, mppe, reading
from radius.attributes import encode, integer_head, number
from radius.credentials import Challenge
from radius.eap import framing
from radius.events import (
    Accept,
    AccessRequest,
    AccountingRecord,
    Alive,
    Ask,
    Drop,
    Nas,
    Port,
    Recorded,
    Reject,
    Source,
    StatusRequest,
    Verdict,
)
from radius.packet import Malformed, Packet, parse
from radius.seal import Seal, seal_of
from radius.terms import Addresses, Extras

ACCESS_REQUEST, ACCESS_ACCEPT, ACCESS_REJECT = 1, 2, 3
ACCOUNTING_REQUEST, ACCOUNTING_RESPONSE, ACCESS_CHALLENGE, STATUS_SERVER = 4, 5, 11, 12

HEARD = {Port.AUTH: (ACCESS_REQUEST, STATUS_SERVER), Port.ACCT: (ACCOUNTING_REQUEST, STATUS_SERVER)}
_PROXY_STATE, _EAP_MESSAGE = number("Proxy-State"), number("EAP-Message")
_REPLY_MESSAGE, _CLASS = number("Reply-Message"), number("Class")
_USER_NAME, _STATE = number("User-Name"), number("State")
_INTEGER_HEADS = {
    name: integer_head(name)
    for name in (
        *("Session-Timeout", "Port-Limit", "Mikrotik-Total-Limit", "Mikrotik-Total-Limit-Gigawords"),
        *("Mikrotik-Recv-Limit", "Mikrotik-Recv-Limit-Gigawords"),
        *("Mikrotik-Xmit-Limit", "Mikrotik-Xmit-Limit-Gigawords"),
    )
}
_NOTHING = bytes(16)


def read(datagram: bytes, nas: Nas, source: Source, port: Port, received_at: float) -> Ask | Drop:
    """The question in a datagram, once its shape, its port and its signature are right."""
    try:
        packet = parse(datagram)
    except Malformed as reason:
        return Drop(f"malformed_{reason}")
    code = packet.code
    if code not in HEARD[port]:
        return Drop("code")
    if code == ACCOUNTING_REQUEST:
        return _accounting(packet, nas, source, received_at)
    if packet.seal_at is None:
        if (refusal := _unsealed(packet, nas)) is not None:
            return refusal
        seal, secret = seal_of(nas.secret), nas.secret
    else:
        seal, secret = seal_of(nas.secret), nas.secret
        if not seal.vouches_for_itself(packet):
            if not nas.previous_secret or not seal_of(nas.previous_secret).vouches_for_itself(packet):
                return Drop("wrong_message_authenticator", alert=True)
            seal, secret = seal_of(nas.previous_secret), nas.previous_secret
        packet.remember()
    if code == STATUS_SERVER:
        states = tuple(value for kind, value in packet.attributes if kind == _PROXY_STATE)
        status = StatusRequest(nas, packet.identifier, packet.authenticator, source, states)
        return Ask(status, nas, port, secret)
    return Ask(reading.access_request(packet, nas, source, seal), nas, port, secret)


def _unsealed(packet: Packet, nas: Nas) -> Drop | None:
    """Why a packet without Message-Authenticator is not heard, if it is not."""
    kinds = {kind for kind, _ in packet.attributes}
    if packet.code == STATUS_SERVER:
        return Drop("no_message_authenticator")
    if _PROXY_STATE in kinds and nas.limit_proxy_state:
        return Drop("blastradius_shape", alert=True)
    if nas.require_message_auth or _EAP_MESSAGE in kinds:
        return Drop("no_message_authenticator")
    return None


def _accounting(packet: Packet, nas: Nas, source: Source, received_at: float) -> Ask | Drop:
    seal, secret = seal_of(nas.secret), nas.secret
    if not seal.vouches_for_request(packet):
        if not nas.previous_secret or not seal_of(nas.previous_secret).vouches_for_request(packet):
            return Drop("wrong_authenticator", alert=True)
        seal, secret = seal_of(nas.previous_secret), nas.previous_secret
    if packet.seal_at is not None and not seal.vouches(packet, _NOTHING):
        return Drop("wrong_message_authenticator", alert=True)
    packet.remember()
    return Ask(reading.accounting_record(packet, nas, source, received_at), nas, Port.ACCT, secret)


def write(ask: Ask, verdict: Verdict, draw: mppe.Draw = os.urandom, seal: Seal | None = None) -> bytes:
    """The signed reply to a question; `draw` gives what must be new in every reply, `seal` signs unless the secret does."""
    question, seal = ask.question, seal or seal_of(ask.secret)
    if isinstance(question, AccessRequest) and isinstance(verdict, Accept):
        code, body = ACCESS_ACCEPT, _accept_body(verdict)
        if not (question.eap or verdict.proof or verdict.link or question.proxy_states):  # nearly always
            return seal.reply(code, question.identifier, question.authenticator, body)
        if verdict.proof is not None:
            body += mppe.proven(verdict.proof, seal, question.authenticator, draw)
        if verdict.link is not None:
            body += mppe.linked(verdict.link, seal, question.authenticator, draw)
            if verdict.link.username != question.username:  # so that accounting names who it really is
                body += _octets(_USER_NAME, verdict.link.username)
    elif isinstance(question, AccessRequest) and isinstance(verdict, Reject):
        code, body = ACCESS_REJECT, _text(_REPLY_MESSAGE, verdict.message)
        body += mppe.refused(question, verdict, draw)
    elif isinstance(question, AccessRequest) and isinstance(verdict, Challenge):
        code, body = ACCESS_CHALLENGE, _spread(verdict.eap) + _octets(_STATE, verdict.state)
    elif isinstance(question, AccountingRecord) and isinstance(verdict, Recorded):
        body = _states(question.proxy_states)
        return seal.plain_reply(ACCOUNTING_RESPONSE, question.identifier, question.authenticator, body)
    elif isinstance(question, StatusRequest) and isinstance(verdict, Alive):
        code, body = (ACCESS_ACCEPT if ask.port is Port.AUTH else ACCOUNTING_RESPONSE), b""
    else:
        raise TypeError(f"{type(verdict).__name__} does not answer {type(question).__name__}.")
    if isinstance(question, AccessRequest) and question.eap is not None and code != ACCESS_CHALLENGE:
        body += _spread(framing.ending(question.eap, code == ACCESS_ACCEPT))
    if not isinstance(question, AccessRequest) or question.has_message_auth:
        body += _states(question.proxy_states)
    return seal.reply(code, question.identifier, question.authenticator, body)


def _accept_body(accept: Accept) -> bytes:
    parts = [_template(accept.upload_bps, accept.download_bps, accept.interim_seconds, accept.extras)]
    accept.told = mikrotik.personal_attributes(accept)
    for name, value in accept.told:
        if isinstance(value, int):
            parts.append(_INTEGER_HEADS[name] + value.to_bytes(4, "big"))
        elif isinstance(value, bytes) and value:
            parts.append(bytes((_CLASS, len(value) + 2)) + value)
    if accept.addresses:
        parts.append(_addresses(accept.addresses))
    if accept.message:
        parts.append(_text(_REPLY_MESSAGE, accept.message))
    return b"".join(parts)


@lru_cache(maxsize=4096)
def _template(upload_bps: int, download_bps: int, interim_seconds: int, extras: Extras) -> bytes:
    """What a plan says, encoded once."""
    return encode(
        mikrotik.plan_attributes(
            upload_bps=upload_bps, download_bps=download_bps, interim_seconds=interim_seconds, extras=extras
        )
    )


@lru_cache(maxsize=4096)
def _addresses(addresses: Addresses) -> bytes:
    return encode(mikrotik.address_attributes(addresses))


def _octets(kind: int, value: bytes) -> bytes:
    return bytes((kind, len(value) + 2)) + value if 0 < len(value) <= 253 else b""


def _spread(eap: bytes) -> bytes:
    """An EAP packet over as many EAP-Message attributes as it needs, in order (RFC 3579, section 3.1)."""
    return b"".join(_octets(_EAP_MESSAGE, eap[at : at + 253]) for at in range(0, len(eap), 253))


def _text(kind: int, text: str) -> bytes:
    """A text attribute of at most 253 octets, never cut inside a character."""
    octets = text.encode()[:253].decode("utf-8", "ignore").encode()
    return bytes((kind, len(octets) + 2)) + octets if octets else b""


def _states(states: tuple[bytes, ...]) -> bytes:
    """Proxy-State as it came, in order (RFC 2865, section 5.33)."""
    if not states:
        return b""
    return b"".join(bytes((_PROXY_STATE, len(state) + 2)) + state for state in states)
