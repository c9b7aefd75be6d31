"""Routers that call a real SSTP server over TLS on loopback, and that server without a kernel: a socket pair is its interface."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kmikro.lib.sstp import binding
from kmikro.lib.sstp.chap import Login
from tenants import sstp_certificate
from tenants.sstp_server import Server
from tenants.sstp_tun import Tun
from tests.kmikro.sstp.router import Router

HUB, ADDRESS, OTHER = "10.99.0.1", "10.99.0.7", "10.99.0.8"
PASSWORD = "bWFueSBhIHNlY3JldA=="
LOGINS = [Login(ADDRESS, PASSWORD), Login(OTHER, PASSWORD)]
SECONDS = 20.0


def tell(story: Coroutine[Any, Any, None]) -> None:
    """To its end, in a thread of its own: a browser that this process has open keeps a loop in the first one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, story).result()


class Place:
    """A server, the kernel's end of its interface, and a clock that can be put forward."""

    def __init__(self, server: Server, kernel: socket.socket, folder: Path) -> None:
        self.server, self.kernel, self.folder = server, kernel, folder
        self.ahead = 0.0
        self.callers: list[Caller] = []
        self.der = sstp_certificate.der((folder / sstp_certificate.CERTIFICATE).read_text())

    async def packet(self) -> bytes:
        """The next that the kernel gets."""
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.kernel, 4096), SECONDS)

    def router(self, address: str = ADDRESS, password: str = PASSWORD, **more: Any) -> Router:
        return Router(f"kmikro-{address}", password, more.pop("certificate", self.der), **more)


@asynccontextmanager
async def place(folder: Path) -> AsyncIterator[Place]:
    now = datetime.now(UTC)
    pem = sstp_certificate.own(folder, "localhost", now=now)
    server = Server(HUB, binding.digests(sstp_certificate.der(pem)), sstp_certificate.context(folder))
    ours, kernel = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for each in (ours, kernel):
        each.setblocking(False)
    made = Place(server, kernel, folder)
    server.now = lambda: asyncio.get_running_loop().time() + made.ahead  # type: ignore[method-assign]
    server.board.admit(LOGINS)
    server.listen("127.0.0.1", 0)
    server.use(Tun(os.dup(ours.fileno())))
    ours.close()
    try:
        yield made
    finally:
        await server.close()
        for each in made.callers:
            await each.gone()
        kernel.close()


class Caller:
    """A connection of a router."""

    def __init__(self, router: Router, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.router, self.reader, self.writer = router, reader, writer
        self.is_cut = False

    def say(self, octets: bytes) -> None:
        self.writer.write(octets)

    async def until(self, done: Callable[[], object]) -> None:
        """Listen and answer until it is so, or the server hung up."""
        async with asyncio.timeout(SECONDS):
            while not done() and not self.is_cut:
                try:
                    octets = await self.reader.read(4096)
                except (ConnectionError, ssl.SSLError):
                    octets = b""
                if not octets:
                    self.is_cut = True
                    return
                answer = self.router.feed(octets)
                if answer:
                    self.say(answer)

    async def is_over(self) -> None:
        await self.until(lambda: False)

    def leave(self) -> None:
        self.writer.transport.abort()

    async def gone(self) -> None:
        """Nothing of it is left."""
        self.leave()
        with contextlib.suppress(OSError, ssl.SSLError):
            await self.writer.wait_closed()


def trusting(folder: Path) -> ssl.SSLContext:
    """As a router that was given the certificate."""
    made = ssl.create_default_context(cafile=str(folder / sstp_certificate.CERTIFICATE))
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


async def call(here: Place, router: Router, *, begin: bool = True) -> Caller:
    reader, writer = await asyncio.open_connection(
        "localhost", here.server.port, ssl=trusting(here.folder), family=socket.AF_INET
    )
    made = Caller(router, reader, writer)
    here.callers.append(made)
    if begin:
        made.say(router.begin())
    return made


async def came_in(here: Place, router: Router) -> Caller:
    """A router whose call is up at both ends."""
    made = await call(here, router)
    await made.until(lambda: router.is_up)
    assert router.is_up, router.verdict
    before = len(router.controls)
    made.say(bytes.fromhex("1001000800080000"))  # an echo, so that the server has read all of it
    await made.until(lambda: len(router.controls) > before)
    return made
