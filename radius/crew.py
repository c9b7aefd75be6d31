"""The parent of the workers: keeps as many alive as asked, lets them drain, and leaves none behind."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Sequence

log = logging.getLogger("radius.crew")

PAUSE = 1.0  # seconds before a worker that died young is replaced; one that lived long is replaced at once
YOUNG = 5.0
GRACE = 8.0  # seconds to drain before a worker is killed
_GLANCE = 0.1
Work = Callable[[int], None]


class Crew:
    """Forks workers from one prepared process, so that a new one serves within milliseconds.

    `work` is run in each of `size` children, each of `also` in one more, with a pipe that closes when the
    parent is gone, however it went. The parent must hold no thread and no connection when it forks.
    """

    def __init__(self, work: Work, size: int, also: Sequence[Work] = ()) -> None:
        self._born: dict[int, tuple[float, Work]] = {}
        self._due: list[tuple[float, Work]] = [(0.0, each) for each in (*[work] * size, *also)]
        self._stopping = False
        self._lifeline, self._anchor = os.pipe()

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then drain."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._stop)
        while not self._stopping:
            self._replace()
            time.sleep(_GLANCE)
            self._bury()
        self._drain()

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _replace(self) -> None:
        now = time.monotonic()
        for due in [each for each in self._due if each[0] <= now]:
            self._due.remove(due)
            self._spawn(due[1])

    def _spawn(self, work: Work) -> None:
        pid = os.fork()
        if pid:
            self._born[pid] = (time.monotonic(), work)
            return
        code = 1
        try:
            os.close(self._anchor)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it and passes it on as SIGTERM
            work(self._lifeline)
            code = 0
        except Exception:
            log.exception("a RADIUS worker failed")
        finally:
            logging.shutdown()
            os._exit(code)

    def _bury(self) -> None:
        while self._born:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                pid, status = next(iter(self._born)), 0
            if not pid:
                return
            gone = self._born.pop(pid, None)
            if gone is None or self._stopping:
                continue
            (born, work), now = gone, time.monotonic()
            self._due.append((now if now - born > YOUNG else now + PAUSE, work))
            log.warning("a RADIUS worker ended and is replaced", extra={"pid": pid, "status": status})

    def _drain(self) -> None:
        for pid in self._born:
            self._signal(pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        while self._born and time.monotonic() < deadline:
            time.sleep(0.02)
            self._bury()
        for pid in self._born:
            self._signal(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    @staticmethod
    def _signal(pid: int, number: signal.Signals) -> None:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass
