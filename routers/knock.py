"""Who answers at all? TCP connects to many routers at once, so that dead ones cost no worker more than a moment.

No word is spoken, so a router writes no line into its log. Only who opens the door is then visited by a worker.
"""

import errno
import selectors
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

AT_ONCE = 200  # connects in flight
SECONDS = 4.0  # for one answer
LULL = 0.2  # without an answer, after which those that came are told


@dataclass(frozen=True, slots=True)
class Door:
    """Where to knock, and the address that we come from."""

    address: str
    port: int
    source: str = ""


def answering(
    doors: Mapping[int, Door], *, seconds: float = SECONDS, at_once: int = AT_ONCE
) -> dict[int, str]:
    """Key → empty when a connection was made, else why not; every key that was given is in the answer."""
    found: dict[int, str] = {}
    for wave in waves(doors, seconds=seconds, at_once=at_once):
        found |= wave
    return found


def waves(
    doors: Mapping[int, Door], *, seconds: float = SECONDS, at_once: int = AT_ONCE
) -> Iterator[dict[int, str]]:
    """The same in parts: who answers is told at once, and need not wait for those who say nothing."""
    waiting = iter(doors.items())
    found: dict[int, str] = {}
    with selectors.DefaultSelector() as selector:
        running: dict[socket.socket, tuple[int, float]] = {}
        more = True
        while running or more:
            until, room = time.monotonic() + seconds, at_once - len(running)
            more = _begin(waiting, selector, running, found, until=until, room=room)
            ready = selector.select(min(_patience(running), LULL))
            for key, _events in ready:
                sock = key.fileobj
                assert isinstance(sock, socket.socket)
                error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                found[running[sock][0]] = _why(error) if error else ""
                _end(sock, selector, running)
            now = time.monotonic()
            for sock in [each for each, (_number, ends) in running.items() if ends <= now]:
                found[running[sock][0]] = "no answer"
                _end(sock, selector, running)
            if found and not ready and not (more and room):
                yield found
                found = {}
    if found:
        yield found


def _begin(
    waiting: Iterator[tuple[int, Door]],
    selector: selectors.BaseSelector,
    running: dict[socket.socket, tuple[int, float]],
    found: dict[int, str],
    *,
    until: float,
    room: int,
) -> bool:
    """Start as many connects as there is room for; False when nobody waits any more."""
    for _ in range(room):
        pair = next(waiting, None)
        if pair is None:
            return False
        number, door = pair
        family = socket.AF_INET6 if ":" in door.address else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            if door.source and family == socket.AF_INET:
                sock.bind((door.source, 0))
            error = sock.connect_ex((door.address, door.port))
        except OSError as failure:
            error = failure.errno or errno.EINVAL
        if error in (0, errno.EISCONN):
            found[number] = ""
            sock.close()
        elif error == errno.EINPROGRESS:
            running[sock] = (number, until)
            selector.register(sock, selectors.EVENT_WRITE)
        else:
            found[number] = _why(error)
            sock.close()
    return True


def _patience(running: Mapping[socket.socket, tuple[int, float]]) -> float:
    if not running:
        return 0
    return max(0.0, min(until for _number, until in running.values()) - time.monotonic())


def _end(
    sock: socket.socket, selector: selectors.BaseSelector, running: dict[socket.socket, tuple[int, float]]
) -> None:
    selector.unregister(sock)
    del running[sock]
    sock.close()


def _why(error: int) -> str:
    match error:
        case errno.ECONNREFUSED:
            return "refused"
        case errno.EHOSTUNREACH | errno.ENETUNREACH:
            return "no way there"
        case _:
            return "no answer"
