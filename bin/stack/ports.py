"""Ports: is one free, which private one to take, and the sentence for a taken one."""

from __future__ import annotations

import errno
import hashlib
import socket

from stack.trouble import Trouble

# Below the range the kernel hands out for outgoing connections, so that a remembered port stays ours.
PRIVATE_FIRST, PRIVATE_LAST = 20100, 29999


def problem(address: str, port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> OSError | None:
    """Why this port cannot be bound now, or None."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if kind == socket.SOCK_STREAM:
            # A listener that just closed leaves TIME_WAIT behind, which is no reason to refuse.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as refused:
            return refused
    return None


def demand(variable: str, address: str, port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> None:
    """Refuses, naming the variable, when the port is not ours to take."""
    refused = problem(address, port, kind)
    if refused is None:
        return
    wire = "UDP" if kind == socket.SOCK_DGRAM else "TCP"
    if refused.errno == errno.EADDRINUSE:
        raise Trouble(
            f"{wire} port {port} on {address} is taken: stop what uses it or set {variable} to another port."
        )
    if refused.errno == errno.EACCES:
        raise Trouble(
            f"{wire} port {port} needs rights this user has not: set {variable} to a port above 1023."
        )
    if refused.errno == errno.EADDRNOTAVAIL:
        raise Trouble(
            f"{address} is not an address of this machine, so {wire} port {port} ({variable}) cannot open."
        )
    raise Trouble(f"{wire} port {port} on {address} cannot be opened ({refused.strerror}): set {variable}.")


def private(remembered: int | None, avoid: set[int], home: str = "") -> int:
    """The remembered port while it is free, else a free one on loopback.

    The search starts at a place that depends on the state folder, so that two folders that come up at the same
    moment do not both find the same port free.
    """
    span = PRIVATE_LAST - PRIVATE_FIRST
    start = int.from_bytes(hashlib.sha256(home.encode()).digest()[:4]) % span
    candidates: list[int] = [PRIVATE_FIRST + (start + step) % span for step in range(span)]
    for port in [*([remembered] if remembered else []), *candidates]:
        if port not in avoid and problem("127.0.0.1", port) is None:
            return port
    raise Trouble("No free TCP port is left on 127.0.0.1 for PostgreSQL and Valkey: stop something.")


def answers(address: str, port: int, timeout: float = 1.0) -> bool:
    """Whether something accepts TCP connections there."""
    try:
        with socket.create_connection((address, port), timeout=timeout):
            return True
    except OSError:
        return False
