"""Our end of the TUN interface: packets in and out, never waiting. It is the agent who makes it; we own it and open it."""

import contextlib
import errno
import fcntl
import os
import struct
from pathlib import Path

from tenants.hub_kernel import Cannot

_DEVICE = Path("/dev/net/tun")
_TUNSETIFF = 0x400454CA
_TUN, _NO_PI = 0x0001, 0x1000
_LONGEST = 4096


class Gone(Exception):
    """The interface is not there any more."""


class Tun:
    """One interface."""

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def read(self) -> bytes | None:
        """The next packet for a router; None when there is none now. Raises Gone."""
        try:
            return os.read(self.handle, _LONGEST)
        except BlockingIOError:
            return None
        except OSError:
            raise Gone from None

    def write(self, packet: bytes) -> bool:
        """Whether the kernel took it; a packet that it does not take is lost, as on any line."""
        try:
            os.write(self.handle, packet)
        except OSError:
            return False
        return True

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self.handle)


def opened(name: str) -> Tun:
    """The interface, as its owner; Cannot says what is missing."""
    if not (Path("/sys/class/net") / name).exists():  # root would make it, down and without a firewall
        raise Cannot(f"There is no interface {name}: the tunnel agent makes it (manage.py tunnel_agent).")
    try:
        handle = os.open(_DEVICE, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Cannot(f"{_DEVICE} cannot be opened: {os.strerror(error.errno or 0)}.") from None
    try:
        fcntl.ioctl(handle, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _TUN | _NO_PI))
    except OSError as error:
        os.close(handle)
        raise Cannot(_why(name, error.errno)) from None
    return Tun(handle)


def _why(name: str, number: int | None) -> str:
    if number == errno.EBUSY:
        return f"Another process has the interface {name}; is there a second sstp_hub?"
    if number == errno.EPERM:
        return f"The interface {name} is not ours. Set KMIKRO_SSTP_USER of the tunnel agent to this process' user."
    return f"The interface {name} cannot be opened: {os.strerror(number or 0)}."
