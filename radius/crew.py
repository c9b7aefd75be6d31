"""The parent of the workers: keeps as many alive as asked, replaces them without a gap, and leaves none behind."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Sequence

from radius.posts import Post, Watched

log = logging.getLogger("radius.crew")

PAUSE = 1.0  # seconds before a worker that died young is replaced; one that lived long is replaced at once
YOUNG = 5.0
GRACE = 8.0  # seconds to drain before a worker is killed
STUCK = 10.0  # seconds without a beat after which a worker is killed and replaced
START = 60.0  # seconds until the first beat
_GLANCE = 0.1
Work = Callable[[Post], None]


class Crew:
    """Forks workers from one prepared process, so that a new one serves within milliseconds.

    `work` is run in each of `size` children, each of `also` in one more, with its post. The parent must hold
    no thread and no connection when it forks. A worker that has begun to beat and stops is stuck.
    """

    def __init__(self, work: Work, size: int, also: Sequence[Work] = (), *, stuck: float = STUCK) -> None:
        self._crew: dict[int, Watched] = {}
        self._due: list[tuple[float, Work]] = [(0.0, each) for each in (*[work] * size, *also)]
        self._stuck = stuck
        self._stopping = self._reloading = False
        self._old: list[Watched] = []  # that are still to be replaced
        self._change: tuple[Watched, Watched] | None = None  # the one that leaves, and the one in its place
        self._left_at = 0.0
        self._lifeline, self._anchor = os.pipe()

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then drain. SIGHUP replaces every worker, one after another."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._stop)
        signal.signal(signal.SIGHUP, self._reload)
        while not self._stopping:
            self._replace()
            time.sleep(_GLANCE)
            self._bury()
            self._watch()
            self._renew()
        self._drain()

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _reload(self, *_: object) -> None:
        self._reloading = True

    def _replace(self) -> None:
        now = time.monotonic()
        for due in [each for each in self._due if each[0] <= now]:
            self._due.remove(due)
            self._spawn(due[1])

    def _spawn(self, work: Work, *, replaces: bool = False) -> Watched:
        post = Post(self._lifeline, replaces=replaces)
        pid = os.fork()
        if pid:
            born = self._crew[pid] = Watched(pid, work, post, time.monotonic())
            return born
        code = 1
        try:
            os.close(self._anchor)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            for each in (signal.SIGINT, signal.SIGHUP):  # the parent hears them and does what is to be done
                signal.signal(each, signal.SIG_IGN)
            work(post)
            code = 0
        except Exception:
            log.exception("a RADIUS worker failed")
        finally:
            logging.shutdown()
            os._exit(code)

    def _bury(self) -> None:
        while self._crew:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                pid, status = next(iter(self._crew)), 0
            if not pid:
                return
            gone = self._crew.pop(pid, None)
            if gone is None:
                continue
            gone.post.leave()
            if self._stopping or self._is_replaced(gone):
                continue
            now = time.monotonic()
            self._due.append((now if now - gone.born > YOUNG else now + PAUSE, gone.work))
            log.warning("a RADIUS worker ended and is replaced", extra={"pid": pid, "status": status})

    def _is_replaced(self, gone: Watched) -> bool:
        """Is another in the place of the one that ended, or still in it?"""
        if gone in self._old:
            self._old.remove(gone)
        if self._change is None or gone not in self._change:
            return False
        (old, new), self._change = self._change, None
        if gone is new:
            self._give_up(f"the new worker {new.pid} ended before it served")
            return old.pid in self._crew
        return new.pid in self._crew

    def _watch(self) -> None:
        """Kill who has not beaten for long; its end is seen at the next glance. SIGKILL ends the stopped too."""
        for each in self._crew.values():
            each.look(_GLANCE)
            if each.silent >= (self._stuck * each.post.leash if each.serves else START):
                each.silent = 0.0
                log.error("a RADIUS worker is stuck and is killed", extra={"pid": each.pid})
                each.signal(signal.SIGKILL)

    def _renew(self) -> None:
        """One step of a reload: a new worker, and once it serves the end of the old one."""
        if self._reloading:
            self._reloading = False
            changing = self._change or ()
            self._old = [each for each in self._crew.values() if each not in changing]
        if self._change is not None:
            old, new = self._change
            if not new.serves:
                return
            if not self._left_at:
                self._left_at = time.monotonic()
                old.signal(signal.SIGTERM)
            elif time.monotonic() - self._left_at > GRACE:
                old.signal(signal.SIGKILL)
        elif self._old:
            old, self._left_at = self._old.pop(0), 0.0
            self._change = (old, self._spawn(old.work, replaces=True))
            log.info("a RADIUS worker is replaced", extra={"pid": old.pid, "by": self._change[1].pid})

    def _give_up(self, why: str) -> None:
        self._old.clear()
        log.error("the reload is given up; the workers that served go on", extra={"why": why})

    def _drain(self) -> None:
        for each in self._crew.values():
            each.signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        while self._crew and time.monotonic() < deadline:
            time.sleep(0.02)
            self._bury()
        for each in self._crew.values():
            each.signal(signal.SIGKILL)
            os.waitpid(each.pid, 0)
