"""Where a worker stands: how its parent sees that it lives, and how it sees that its parent does."""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable

_OCTETS = 8  # of each of two numbers: beats, and how many times the usual silence is still none


class Post:
    """One worker's place, made before the fork. The worker beats, its parent counts the beats."""

    def __init__(self, lifeline: int, *, replaces: bool = False) -> None:
        self.lifeline = lifeline  # a pipe that closes when the parent is gone, however it went
        self.replaces = replaces  # another serves until this one says that it does
        self._beats = mmap.mmap(-1, 2 * _OCTETS)  # shared with the child, gone with both

    def beat(self, leash: int = 1) -> None:
        """I serve; called at least every second, or with a longer leash by work that takes its time."""
        self._beats[:] = (self.beats + 1).to_bytes(_OCTETS, "big") + leash.to_bytes(_OCTETS, "big")

    @property
    def beats(self) -> int:
        return int.from_bytes(self._beats[:_OCTETS], "big")

    @property
    def leash(self) -> int:
        return int.from_bytes(self._beats[_OCTETS:], "big")

    def leave(self) -> None:
        self._beats.close()


class Watched:
    """A worker as its parent sees it."""

    def __init__(self, pid: int, work: Callable[[Post], None], post: Post, born: float) -> None:
        self.pid, self.work, self.post, self.born = pid, work, post, born
        self.silent = (
            0.0  # seconds that we looked on without a beat; not by the clock: we may have been stopped too
        )
        self._seen = 0

    @property
    def serves(self) -> bool:
        return self._seen > 0

    def look(self, passed: float) -> None:
        """Look for a beat, `passed` seconds after the last time."""
        beats = self.post.beats
        self.silent = 0.0 if beats != self._seen else self.silent + passed
        self._seen = beats

    def signal(self, number: int) -> None:
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            pass
