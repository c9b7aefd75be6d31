"""One device that signs in to Wi-Fi: from its name outside to a verdict, over EAP-TTLS or PEAP."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from radius import mppe
from radius.credentials import Challenge, Link
from radius.eap import framing
from radius.eap.fragments import START, Incoming, Outgoing
from radius.eap.framing import Malformed
from radius.eap.inner import Claim, End, Peap, Phase, Say, Ttls
from radius.eap.tunnel import Broken, Tunnel
from radius.events import Accept, Reject, Step

MOST_ROUNDS = 40
MOST_OCTETS = 1 << 16  # of all the device says
NAMES = {framing.PEAP: "PEAP", framing.TTLS: "EAP-TTLS"}


class Conversation:
    """State of one sign-in. `hear` gives what goes out next, or the claim that policy has to judge."""

    def __init__(self, state: bytes, tunnel: Callable[[], Tunnel]) -> None:
        self.state = state
        self.is_over = False
        self.inner = b""  # who is asked for inside, once that is known
        self._make_tunnel = tunnel
        self._ident = 0
        self._kind = 0
        self._rounds = self._octets = 0
        self._heard: bytes | None = None
        self._said: Challenge | Claim | Reject | None = None
        self._incoming, self._outgoing = Incoming(), Outgoing()
        self._tunnel: Tunnel | None = None
        self._phase: Phase | None = None
        self._refusal: Reject | None = None

    @property
    def method(self) -> str:
        return NAMES.get(self._kind, "EAP")

    def hear(self, octets: bytes) -> Challenge | Claim | Reject:
        """Take an EAP packet. The same one again, under another RADIUS identifier, gets the same answer."""
        if octets != self._heard or self._said is None:
            try:
                said = self._hear(octets)
            except (Malformed, Broken) as fault:
                said = self._failed(fault)
            self._said, self._heard = said, octets
            if isinstance(said, Reject):
                self._end()
        return self._said

    def judge(self, verdict: Accept | Reject) -> Challenge | Accept | Reject:
        """What the verdict on a claim becomes on the wire. A claim that is not the last one goes on inside."""
        claim, phase, tunnel = self._said, self._phase, self._tunnel
        if not isinstance(claim, Claim) or phase is None or tunnel is None:
            raise TypeError("There is no claim to judge.")
        if claim.is_last and isinstance(verdict, Accept):  # after a lost reply it may be judged once more
            self.is_over = True
            return replace(verdict, proof=None, link=Link(claim.username, tunnel.export(phase.label)))
        words = None if claim.is_last else self._words(phase, claim, verdict)
        if words is None:
            self._said = verdict if isinstance(verdict, Reject) else self._failed(Malformed("it has no end"))
            self._end()
            return self._said
        try:
            self._said = self._within(words)
        except Broken as fault:
            self._said = self._failed(fault)
        return self._said

    def _words(self, phase: Phase, claim: Claim, verdict: Accept | Reject) -> Say | None:
        """How the method tells the device; it then has its last word."""
        if isinstance(verdict, Accept) or claim.ms_chap is None:
            return phase.judged(verdict.proof if isinstance(verdict, Accept) else None, b"")
        error = mppe.error(claim.ms_chap, verdict, os.urandom)[1:] + b" M=" + verdict.message.encode()
        words = phase.judged(None, error)
        if words is not None:
            self._refusal = replace(verdict, delay=False)  # its delay is spent before the device is told
        return words

    def _failed(self, fault: Exception) -> Reject:
        if self._refusal is not None:  # what the device does with a refusal changes nothing
            return self._refusal
        if isinstance(fault, Broken):
            return _refused("tls_failed", _explained(str(fault)))
        return _refused("eap_broken", f"The sign-in over {self.method} failed: {fault}.")

    def _hear(self, octets: bytes) -> Challenge | Claim | Reject:
        self._rounds += 1
        self._octets += len(octets)
        if self._rounds > MOST_ROUNDS or self._octets > MOST_OCTETS:
            raise Malformed("it went on for too long")
        if self.is_over:
            raise Malformed("it was over already")
        if not octets and not self._ident:  # EAP-Start (RFC 3579, section 2.1)
            return self._ask(framing.IDENTITY, b"")
        answer = framing.read(octets)
        if self._heard is not None and answer.ident != self._ident:
            raise Malformed("the answer is to another question")
        self._ident = answer.ident
        if not self._kind:
            if answer.kind != framing.IDENTITY:
                raise Malformed("the device did not begin with its name")
            return self._offer(framing.PEAP)
        if answer.kind == framing.NAK and self._tunnel is None:
            return self._other(answer.data)
        if answer.kind != self._kind:
            raise Malformed("the device answered another method than was asked")
        return self._take(answer.data)

    def _offer(self, kind: int) -> Challenge:
        self._kind = kind
        return self._ask(kind, bytes((START,)))

    def _other(self, wanted: bytes) -> Challenge | Reject:
        if self._kind == framing.PEAP and framing.TTLS in wanted:
            return self._offer(framing.TTLS)
        return _refused("eap_method", "The device is set up for neither PEAP nor EAP-TTLS.")

    def _take(self, data: bytes) -> Challenge | Claim | Reject:
        whole = self._incoming.take(data)
        if whole is None:
            return self._ask(self._kind, b"\0")
        if self._outgoing:
            if whole:
                raise Malformed("the device spoke while we did")
            return self._ask(self._kind, self._outgoing.next())
        if self._tunnel is None:
            self._tunnel = self._make_tunnel()
        if not self._tunnel.is_up:
            if not whole:
                raise Malformed("the device said nothing where TLS waits for it")
            reply = self._tunnel.shake(whole)
            return self._ask(self._kind, self._outgoing.put(reply))
        if self._phase is None:
            self._phase = self._begin(self._tunnel)
        clear = self._tunnel.open(whole) if whole else b""
        return self._heard_within(self._phase.hear(clear, self._next_ident()))

    def _begin(self, tunnel: Tunnel) -> Phase:
        if self._kind == framing.PEAP:
            return Peap()
        return Ttls(lambda: tunnel.export(b"ttls challenge", 17))

    def _heard_within(self, said: Say | Claim | End) -> Challenge | Claim | Reject:
        if isinstance(said, Say):
            return self._within(said)
        if isinstance(said, Claim):
            return said
        return self._failed(Malformed("the device ended it"))

    def _within(self, said: Say) -> Challenge:
        if self._tunnel is None:
            raise TypeError("There is no tunnel to speak in.")
        sealed = self._tunnel.seal(said.clear) if said.clear else b""
        return self._ask(self._kind, self._outgoing.put(sealed))

    def _ask(self, kind: int, data: bytes) -> Challenge:
        self._ident = self._next_ident()
        return Challenge(framing.request(self._ident, kind, data), self.state)

    def _next_ident(self) -> int:
        return self._ident % 255 + 1

    def _end(self) -> None:
        self.is_over = True
        self._tunnel = None


def _refused(code: str, text: str) -> Reject:
    return Reject(code, "", (Step(code, False, text),))  # the entrance puts it into words


def _explained(reason: str) -> str:
    """A word of OpenSSL as a sentence for the operator."""
    if any(each in reason for each in ("unknown ca", "bad certificate", "certificate unknown")):
        return f"The device does not trust our certificate ({reason}): it has to be given the root."
    if "certificate expired" in reason:
        return f"The device thinks that our certificate has ended ({reason}): its clock may be wrong."
    if any(each in reason for each in ("protocol", "version")):
        return f"The device does not speak TLS 1.2 ({reason})."
    return f"The tunnel to the device broke: {reason}."
