"""What is said inside a tunnel, by either method: who it is, with which proof, and how it ends. No TLS in here."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from radius.credentials import MsChap, Proof
from radius.eap import avps, framing, mschap
from radius.eap.framing import Malformed

_USER_NAME, _USER_PASSWORD = (0, 1), (0, 2)
_MICROSOFT = 311
_MS_CHALLENGE, _MS_RESPONSE, _MS_SUCCESS = (_MICROSOFT, 11), (_MICROSOFT, 25), 26
_KNOWN = {_USER_NAME, _USER_PASSWORD, _MS_CHALLENGE, _MS_RESPONSE}
_NONE, _GOOD, _BAD = 0, 1, 2  # results of a Result TLV
_RESULT = b"\x80\x03\0\x02\0"  # mandatory, type 3, two octets, the first of them


@dataclass(frozen=True, slots=True)
class Say:
    """Send this inside."""

    clear: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody says who they are and proves it; `is_last` when the verdict ends the conversation."""

    username: bytes
    is_last: bool
    password: bytes | None = field(default=None, repr=False)
    ms_chap: MsChap | None = None


@dataclass(frozen=True, slots=True)
class End:
    """All is said."""

    good: bool


class Phase(Protocol):
    """One method's part inside the tunnel. `hear` raises `Malformed`."""

    label: bytes  # of the key that is exported

    def hear(self, clear: bytes, ident: int) -> Say | Claim | End:
        """What the device said; `ident` is that of the EAP request that will carry our words."""
        ...

    def judged(self, proof: Proof | None, error: bytes) -> Say | None:
        """Tell the device the verdict on a claim that was not the last; None when a refusal needs no words."""
        ...


class Peap:
    """PEAPv0: EAP again, without its headers, but with them for the last exchange (draft-kamath-pppext-peapv0)."""

    label = b"client EAP encryption"

    def __init__(self, draw: Callable[[int], bytes] = os.urandom) -> None:
        self._expect: Callable[[int, bytes, int], Say | Claim | End] = self._start
        self._draw = draw
        self._username = b""
        self._asked = b""
        self._ident = 0
        self._claim: Claim | None = None
        self._result = _NONE

    def hear(self, clear: bytes, ident: int) -> Say | Claim | End:
        if not clear and self._expect != self._start:
            raise Malformed("the device said nothing inside the tunnel")
        if (
            len(clear) >= 5
            and clear[0] == framing.RESPONSE
            and int.from_bytes(clear[2:4], "big") == len(clear)
        ):
            kind, data = clear[4], clear[5:]
        else:
            kind, data = (clear[0], clear[1:]) if clear else (0, b"")
        return self._expect(kind, data, ident)

    def judged(self, proof: Proof | None, error: bytes) -> Say | None:
        if proof is not None:
            self._expect, self._result = self._acknowledged, _GOOD
            said = mschap.success(self._ident, proof.success[1:])
        else:
            self._expect, self._result = self._acknowledged, _BAD
            said = mschap.failure(self._ident, error)
        return Say(bytes((framing.MSCHAPV2,)) + said)

    def _start(self, kind: int, data: bytes, ident: int) -> Say:
        if kind:
            raise Malformed("the device spoke inside the tunnel before it was asked")
        self._expect = self._named
        return Say(bytes((framing.IDENTITY,)))

    def _named(self, kind: int, data: bytes, ident: int) -> Say:
        if kind != framing.IDENTITY or not 0 < len(data) <= 253:
            raise Malformed("the device did not say inside the tunnel who it is")
        self._username, self._asked, self._ident = data, self._draw(16), ident
        self._expect = self._answered
        return Say(bytes((framing.MSCHAPV2,)) + mschap.challenge(ident, self._asked))

    def _answered(self, kind: int, data: bytes, ident: int) -> Claim:
        if kind == framing.NAK:
            raise Malformed("the device wants another method inside PEAP than MSCHAPv2")
        if kind != framing.MSCHAPV2:
            raise Malformed("the device answered another method than MSCHAPv2")
        answer, name = mschap.response(data, self._ident, self._asked)
        if _bare(name) != _bare(self._username):
            raise Malformed("the answer was made with another name than the one that was said")
        self._claim = Claim(self._username, False, ms_chap=answer)
        self._expect = self._impatient
        return self._claim

    def _impatient(self, kind: int, data: bytes, ident: int) -> End:
        raise Malformed("the device spoke before it had our verdict")

    def _acknowledged(self, kind: int, data: bytes, ident: int) -> Say | End:
        wanted = mschap.SUCCESS if self._result == _GOOD else mschap.FAILURE
        if kind != framing.MSCHAPV2 or data[:1] != bytes((wanted,)):
            if self._result == _GOOD:
                raise Malformed("the device did not believe our own proof")
            return End(False)
        self._expect = self._confirmed
        return Say(framing.request(ident, framing.EXTENSIONS, _RESULT + bytes((self._result,))))

    def _confirmed(self, kind: int, data: bytes, ident: int) -> Claim | End:
        agrees = kind == framing.EXTENSIONS and _result_of(data) == _GOOD
        if self._result == _GOOD and agrees and self._claim is not None:
            return Claim(self._claim.username, True, ms_chap=self._claim.ms_chap)
        return End(False)


class Ttls:
    """EAP-TTLSv0 with PAP or MS-CHAP-V2, as attributes (RFC 5281, sections 11.2.4 and 11.2.5)."""

    label = b"ttls keying material"

    def __init__(self, implied: Callable[[], bytes]) -> None:
        self._implied = implied  # the 17 octets that both ends take for the challenge of MS-CHAP-V2
        self._claim: Claim | None = None
        self._is_proven = False

    def hear(self, clear: bytes, ident: int) -> Say | Claim | End:
        if self._is_proven and self._claim is not None:
            if clear:
                raise Malformed("the device did not believe our own proof")
            return Claim(self._claim.username, True, ms_chap=self._claim.ms_chap)
        if self._claim is not None:
            raise Malformed("the device spoke before it had our verdict")
        if not clear:
            return Say(b"")
        self._claim = self._read(clear)
        return self._claim

    def judged(self, proof: Proof | None, error: bytes) -> Say | None:
        if proof is None:
            return None
        self._is_proven = True
        return Say(avps.write(_MICROSOFT, _MS_SUCCESS, proof.success))

    def _read(self, clear: bytes) -> Claim:
        said: dict[tuple[int, int], bytes] = {}
        for each in avps.read(clear):
            key = (each.vendor, each.code)
            if key in said:
                raise Malformed("an attribute inside the tunnel came twice")
            if key in _KNOWN:
                said[key] = each.value
            elif each.mandatory:
                raise Malformed("the device wants another method inside TTLS than PAP or MSCHAPv2")
        name = said.get(_USER_NAME, b"")
        if not 0 < len(name) <= 253:
            raise Malformed("the device did not say inside the tunnel who it is")
        if (_USER_PASSWORD in said) == (_MS_RESPONSE in said):
            raise Malformed("there is no password inside the tunnel, or more than one")
        if _MS_RESPONSE in said:
            return Claim(name, False, ms_chap=self._ms_chap(said))
        return Claim(name, True, password=said[_USER_PASSWORD].rstrip(b"\0"))

    def _ms_chap(self, said: dict[tuple[int, int], bytes]) -> MsChap:
        value, implied = said[_MS_RESPONSE], self._implied()
        if len(value) != 50 or said.get(_MS_CHALLENGE) != implied[:16] or value[0] != implied[16]:
            raise Malformed("the MS-CHAPv2 answer inside TTLS is not for this tunnel")
        return MsChap(2, value[0], implied[:16], value[26:], value[2:18])


def _bare(name: bytes) -> bytes:
    """A name without the domain that Windows puts before it; the answer is made without it (RFC 2759, section 4)."""
    return name.rpartition(b"\\")[2]


def _result_of(data: bytes) -> int:
    """What the Result TLV among others says; 0 when there is none."""
    at = 0
    while len(data) - at >= 4:
        kind, length = (
            int.from_bytes(data[at : at + 2], "big") & 0x3FFF,
            int.from_bytes(data[at + 2 : at + 4], "big"),
        )
        if kind == 3 and length == 2 and len(data) - at >= 6:
            return int.from_bytes(data[at + 4 : at + 6], "big")
        at += 4 + length
    return _NONE
