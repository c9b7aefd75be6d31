"""UDP sockets that several processes share, and that answer from the very address that was asked."""

from __future__ import annotations

import resource
import socket
import struct
from functools import lru_cache
from typing import NamedTuple, Protocol

from radius.events import Port, Source
from radius.packet import LARGEST

_PKTINFO = 8  # IP_PKTINFO of Linux, which Python 3.11 does not name
_TIMESTAMP = 35  # SO_TIMESTAMPNS and SCM_TIMESTAMPNS
_INFO = struct.Struct("=I4s4s")
_TIMESPEC = struct.Struct("@ll")
_ANCILLARY = socket.CMSG_SPACE(_INFO.size) + socket.CMSG_SPACE(_TIMESPEC.size)
_KERNEL_BUFFER = 4 << 20
_ROOM = LARGEST + 1
_NOBODY = 1  # a port that nobody sends from
_SPARE = 128  # files for the database, the spool and the log


class Datagram(NamedTuple):
    """What came, from whom, to which of our addresses, and when the kernel had it (unix seconds)."""

    octets: bytes
    source: Source
    via: bytes
    received_at: float


class Inlet(Protocol):
    """Where questions come in."""

    port: Port

    def fileno(self) -> int: ...
    def close(self) -> None: ...
    def receive(self, most: int, now: float) -> list[Datagram]: ...


class Door(Inlet, Protocol):
    """Where questions come in and answers go out."""

    def deafen(self) -> None: ...
    def send(self, reply: bytes, source: Source, via: bytes) -> bool: ...


class Endpoint:
    """One of the two ports of one worker. SO_REUSEPORT lets the kernel spread routers over workers."""

    def __init__(self, port: Port, address: str, number: int) -> None:
        self.port = port
        self.socket = open_socket(address, number, shared=True)
        self.number: int = self.socket.getsockname()[1]

    def fileno(self) -> int:
        return self.socket.fileno()

    def close(self) -> None:
        self.socket.close()

    def deafen(self) -> None:
        """Take nothing new, but keep what waits and go on sending; the kernel gives the rest to others of the port.

        A connected socket hears one peer alone, and nobody sends from this one.
        """
        own = self.socket.getsockname()[0]
        self.socket.connect(("127.0.0.1" if own == "0.0.0.0" else own, _NOBODY))  # noqa: S104

    def receive(self, most: int, now: float) -> list[Datagram]:
        """Everything that waits, up to `most`; one octet more than is legal is read, so that it is seen."""
        batch: list[Datagram] = []
        receive = self.socket.recvmsg
        while len(batch) < most:
            try:
                octets, extras, _, source = receive(_ROOM, _ANCILLARY)
            except BlockingIOError:
                break
            except OSError:  # an ICMP error of an earlier reply; the next datagram is not its fault
                continue
            via, received_at = b"", now
            for level, kind, data in extras:
                if level == socket.IPPROTO_IP and kind == _PKTINFO:
                    via = data[4:8]
                elif level == socket.SOL_SOCKET and kind == _TIMESTAMP and len(data) == _TIMESPEC.size:
                    seconds, nanoseconds = _TIMESPEC.unpack(data)
                    received_at = seconds + nanoseconds / 1e9
            batch.append(Datagram(octets, source, via, received_at))
        return batch

    def send(self, reply: bytes, source: Source, via: bytes) -> bool:
        """Send from the address that was asked; False when the kernel would not take it now."""
        try:
            self.socket.sendmsg((reply,), _from(via), 0, source)
        except OSError:
            return False
        return True


@lru_cache(maxsize=1024)
def _from(via: bytes) -> list[tuple[int, int, bytes]]:
    """What tells the kernel which of our addresses a reply is to come from."""
    return [(socket.IPPROTO_IP, _PKTINFO, _INFO.pack(0, via, bytes(4)))] if via else []


def open_socket(address: str, number: int, *, shared: bool) -> socket.socket:
    """A bound, non-blocking UDP socket; without `shared` it fails when anybody else has the port."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        if shared:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _KERNEL_BUFFER)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_BUFFER)
        opened.setsockopt(socket.IPPROTO_IP, _PKTINFO, 1)
        opened.setsockopt(socket.SOL_SOCKET, _TIMESTAMP, 1)
        opened.setblocking(False)
        opened.bind((address, number))
    except OSError:
        opened.close()
        raise
    return opened


def files_allowed(wanted: int) -> int:
    """Raise the limit of open files for that many sockets, as far as we may; how many there may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = wanted + _SPARE if hard == resource.RLIM_INFINITY else min(wanted + _SPARE, hard)
    if soft != resource.RLIM_INFINITY and soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return files - _SPARE
