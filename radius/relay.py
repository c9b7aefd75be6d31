"""From one worker to another: a conversation lives in one of them, and the kernel spreads datagrams over all.

RouterOS may draw another source port for each request, so an answer of the same device may come to any worker. The first
octets of State name the worker that has the conversation.
"""

from __future__ import annotations

import os
import socket
import struct

from radius.events import Port
from radius.packet import LARGEST
from radius.sockets import Datagram

TAG = 4  # octets
_NAME = b"\0kmikro-radius-"  # of Linux' abstract names: gone with the worker
_HEAD = struct.Struct("=dHB4s")  # received at, source port, octets of our address, our address
_CREDENTIALS = struct.Struct("=iII")  # process, user, group
_ROOM = _HEAD.size + 64 + LARGEST + 1


class Relay:
    """A door for what other workers of the same user pass on; replies leave by the worker's own socket."""

    port = Port.AUTH

    def __init__(self) -> None:
        self.tag = os.urandom(TAG)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._socket.setblocking(False)
        self._socket.bind(_NAME + self.tag.hex().encode())

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def pass_on(self, datagram: Datagram, tag: bytes) -> bool:
        """To the worker of that tag; False when it is gone or cannot take more."""
        octets, source, via, received_at = datagram
        head = _HEAD.pack(received_at, source[1], len(via), via)
        try:
            self._socket.sendto(head + source[0].encode() + b"\0" + octets, _NAME + tag.hex().encode())
        except OSError:
            return False
        return True

    def receive(self, most: int, now: float) -> list[Datagram]:
        """What was passed on to us. Another user's word is no datagram."""
        batch: list[Datagram] = []
        for _ in range(most):
            try:
                octets, extras, _, _ = self._socket.recvmsg(_ROOM, socket.CMSG_SPACE(_CREDENTIALS.size))
            except OSError:
                break
            if len(octets) >= _HEAD.size and any(_is_ours(*each) for each in extras):
                received_at, port, length, via = _HEAD.unpack_from(octets)
                address, _, datagram = octets[_HEAD.size :].partition(b"\0")
                batch.append(
                    Datagram(datagram, (address.decode("ascii", "replace"), port), via[:length], received_at)
                )
        return batch


def _is_ours(level: int, kind: int, data: bytes) -> bool:
    if level != socket.SOL_SOCKET or kind != socket.SCM_CREDENTIALS or len(data) < _CREDENTIALS.size:
        return False
    return bool(_CREDENTIALS.unpack_from(data)[1] == os.getuid())
