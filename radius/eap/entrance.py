"""Where requests with EAP go in, and what comes out: a challenge, a refusal, or somebody for policy to judge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from typing import Protocol

from radius import messages
from radius.credentials import Challenge
from radius.eap.conversations import Conversations
from radius.eap.inner import Claim
from radius.eap.tunnel import Tunnel
from radius.events import Accept, AccessRequest, Reject, Step
from radius.sockets import Datagram

PASSED_ON = "eap_passed_on"  # another worker answers
_FATAL = ("duplicate:", "both_passwords")


Judge = Callable[[AccessRequest], Accept | Reject]
Heard = tuple[AccessRequest, Accept | Reject | None, Accept | Reject | Challenge | str]


class PassesOn(Protocol):
    """The way to the other workers; ours is named by `tag`."""

    tag: bytes

    def pass_on(self, datagram: Datagram, tag: bytes) -> bool: ...


class Entrance:
    """All conversations of one worker. `door` gives what makes tunnels, None while there is no certificate."""

    def __init__(self, door: Callable[[], Callable[[], Tunnel] | None], relay: PassesOn) -> None:
        self._door, self._relay = door, relay
        self.conversations = Conversations(relay.tag)

    def hear(self, request: AccessRequest, datagram: Datagram, now: float, judge: Judge) -> Heard:
        """Go on with a conversation, or begin one; what is no EAP, or may not be, is judged as it is.

        `now` is monotonic. What `judge` raises goes through, and the same packet may then come again. Gives the request
        as policy sees it (name and password from inside the tunnel, all else from outside), the verdict for the login
        log if there is one now, and what goes out, or why nothing does.
        """
        if request.eap is None or not request.nas.allow_eap or _is_broken(request):
            verdict = judge(request)
            return request, verdict, verdict
        if request.state is not None:
            conversation = self.conversations.find(request, now)
            if conversation is None:
                tag = request.state[: len(self._relay.tag)]
                if tag != self._relay.tag and self._relay.pass_on(datagram, tag):
                    return request, None, PASSED_ON
                unknown = _in_words(_UNKNOWN, request)
                return request, unknown, unknown
        else:
            tunnel = self._door()
            conversation = None if tunnel is None else self.conversations.begin(request, tunnel, now)
            if conversation is None:
                return request, None, "drop_eap_full"
        said = conversation.hear(request.eap or b"")
        if not isinstance(said, Claim) and conversation.inner:
            said = replace(said, inner=conversation.inner)
        if isinstance(said, Challenge):
            return request, None, said
        if isinstance(said, Reject):  # without delay: its reason was told inside, and logged then
            said = _in_words(said, request)
            return request, said if said.delay else None, said
        conversation.inner = said.username
        inner = replace(
            request,
            username=said.username,
            password=said.password,
            ms_chap=said.ms_chap,
            tunnel=conversation.method,
        )
        verdict = judge(inner)
        answer = conversation.judge(verdict)
        if isinstance(answer, Accept):  # its link has the name
            return inner, answer, answer
        answer = replace(answer, inner=said.username)
        if isinstance(answer, Reject):
            return inner, answer, answer
        return inner, verdict if isinstance(verdict, Reject) else None, answer


def _is_broken(request: AccessRequest) -> bool:
    return any(each.startswith(_FATAL) for each in request.oddities)


_UNKNOWN = Reject(
    "eap_unknown",
    "",
    (
        Step(
            "eap_unknown",
            False,
            "The sign-in to Wi-Fi took longer than half a minute, or goes on at another server than it began at.",
        ),
    ),
)


def _in_words(refused: Reject, request: AccessRequest) -> Reject:
    """A refusal before anybody is known, in the ISP's language; what policy refused has its sentence already."""
    if refused.message:
        return refused
    return replace(refused, message=messages.say(refused.code, request.nas.language, "", (), UTC))
