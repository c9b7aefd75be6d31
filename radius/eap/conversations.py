"""The sign-ins that one worker has under way: found by State, few of one router, none for long."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from radius.eap.conversation import Conversation
from radius.eap.tunnel import Tunnel
from radius.events import AccessRequest

MOST = 2_000
MOST_OF_ONE = 128  # of one router
MOST_NEW = 200  # a second; at half a millisecond each they take a tenth of a core
LIFE = 30.0  # seconds from the first packet
IDLE = 3.0  # seconds without a word after which one makes room for another

_Owner = tuple[str, int, str]  # ISP, router, source address or connection


@dataclass(slots=True)
class _Kept:
    conversation: Conversation
    owner: _Owner
    heard_at: float

    def makes_room(self, now: float) -> bool:
        return self.conversation.is_over or now - self.heard_at >= IDLE


class Conversations:
    """`now` is monotonic seconds. A State begins with `tag` and opens nothing for another router than its own."""

    def __init__(self, tag: bytes, most: int = MOST, draw: Callable[[int], bytes] = os.urandom) -> None:
        self._tag, self._most, self._draw = tag, most, draw
        self._kept: dict[bytes, _Kept] = {}
        self._of: dict[tuple[str, int], dict[bytes, _Kept]] = {}  # by router, however many connections it has
        self._ages: deque[tuple[float, bytes]] = deque()
        self._second, self._new = -1, 0

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, request: AccessRequest, now: float) -> Conversation | None:
        """The conversation that the request's State belongs to, if it is still there and this router's."""
        self._forget_old(now)
        kept = self._kept.get(request.state or b"")
        if kept is None or kept.owner != _owner(request):
            return None
        kept.heard_at = now
        return kept.conversation

    def begin(self, request: AccessRequest, tunnel: Callable[[], Tunnel], now: float) -> Conversation | None:
        """A new one; None when there is no room or too many begin at once: the access point asks again."""
        self._forget_old(now)
        if int(now) != self._second:
            self._second, self._new = int(now), 0
        if self._new >= MOST_NEW:
            return None
        owner = _owner(request)
        own = self._of.get(owner[:2], {})
        if len(own) >= MOST_OF_ONE and not self._make_room(own, now):
            return None
        if len(self._kept) >= self._most:
            greediest = max(self._of.values(), key=len)
            if not (self._make_room(own, now) or self._make_room(greediest, now)):
                return None
        made = _Kept(Conversation(self._tag + self._draw(16 - len(self._tag)), tunnel), owner, now)
        self._new += 1
        state = made.conversation.state
        self._kept[state] = self._of.setdefault(owner[:2], {})[state] = made
        self._ages.append((now, state))
        return made.conversation

    def _make_room(self, own: dict[bytes, _Kept], now: float) -> bool:
        for state, kept in own.items():  # oldest first
            if kept.makes_room(now):
                self._forget(state)
                return True
        return False

    def _forget(self, state: bytes) -> None:
        kept = self._kept.pop(state, None)
        if kept is not None:
            own = self._of[kept.owner[:2]]
            del own[state]
            if not own:
                del self._of[kept.owner[:2]]

    def _forget_old(self, now: float) -> None:
        while self._ages and now - self._ages[0][0] >= LIFE:
            self._forget(self._ages.popleft()[1])


def _owner(request: AccessRequest) -> _Owner:
    return request.nas.schema, request.nas.router_id, request.source[0]
