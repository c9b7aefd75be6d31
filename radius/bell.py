"""What wakes a loop that waits on sockets, from a signal handler or any thread."""

from __future__ import annotations

import socket


class Bell:
    """A pair of sockets: `ring` at one end makes the other readable."""

    def __init__(self) -> None:
        self._ear, self._button = socket.socketpair()
        self._ear.setblocking(False)
        self._button.setblocking(False)

    def fileno(self) -> int:
        return self._ear.fileno()

    def ring(self) -> None:
        try:
            self._button.send(b"!")
        except OSError:  # full: it will wake anyway; closed: nobody is left to wake
            pass

    def hush(self) -> None:
        """Take all rings that have come."""
        try:
            while self._ear.recv(4096):
                pass
        except BlockingIOError:
            pass

    def close(self) -> None:
        self._ear.close()
        self._button.close()
