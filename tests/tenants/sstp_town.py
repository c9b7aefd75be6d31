"""Processes of the town of `test_sstp_town.py`, each in a network namespace of its own.

`hub STATE NODE` is the SSTP hub as a user without rights at the interface that the agent's own code made; `router HOST PORT
CERTIFICATE ADDRESS` is a router with an interface of its own. Each says `ready` and goes on until it is killed.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import ssl
import struct
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from kmikro.lib.hub_rules import Rules
from kmikro.lib.sstp import binding
from kmikro.lib.sstp.chap import Login
from tenants import sstp_certificate, sstp_tun
from tenants.sstp_kernel import TunDevice
from tenants.sstp_server import Server
from tests.kmikro.sstp.router import Router

HUB, A, B, OUTSIDE, PORT = "10.99.0.1", "10.99.0.2", "10.99.0.3", "198.51.100.1", 8443
PASSWORD = "bWFueSBhIHNlY3JldA=="
INTERFACE, SOMEBODY = "kmsstp", 23456
RULES = Rules("kmwg", "10.99.0.0/16", HUB, (1812, 1813), (443, 8728, 8729), 3799, 8080, (INTERFACE,))
DEVICE = TunDevice(RULES, INTERFACE, str(SOMEBODY))


async def hub(state: Path, node: Path) -> None:
    DEVICE.prepare()
    DEVICE.prepare()
    DEVICE.sync([A, B, "10.99.0.9"])
    DEVICE.sync([A, B])
    os.setgroups([])
    os.setgid(SOMEBODY)
    os.setuid(SOMEBODY)
    sstp_tun._DEVICE = node  # of this machine's own, which may be for root alone
    pem = sstp_certificate.own(state, OUTSIDE, now=datetime.now(UTC))
    server = Server(HUB, binding.digests(sstp_certificate.der(pem)), sstp_certificate.context(state))
    server.board.admit([Login(A, PASSWORD), Login(B, PASSWORD)])
    server.listen("0.0.0.0", PORT)  # noqa: S104
    server.use(sstp_tun.opened(INTERFACE))
    may = Path("/proc/self/status").read_text()
    assert "CapEff:\t0000000000000000" in may
    print("ready", flush=True)
    await asyncio.Event().wait()


async def router(host: str, port: int, certificate: Path, address: str) -> None:
    handle = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(handle, 0x400454CA, struct.pack("16sH22x", b"sstp-out", 0x1001))
    for words in (
        f"address add {address}/32 peer {HUB} dev sstp-out", "link set sstp-out mtu 1400 up",
        "route add default dev sstp-out metric 10",
    ):  # fmt: skip
        subprocess.run(["ip", *words.split()], check=True)
    tls = ssl.create_default_context(cafile=str(certificate))
    reader, writer = await asyncio.open_connection(host, port, ssl=tls)
    end = Router(f"kmikro-{address}", PASSWORD, ssl.PEM_cert_to_DER_cert(certificate.read_text()))
    writer.write(end.begin())

    def leaving() -> None:
        packet = os.read(handle, 4096)
        if end.is_up:
            writer.write(end.sends(packet))

    asyncio.get_running_loop().add_reader(handle, leaving)
    is_ready = False
    while octets := await reader.read(65536):
        writer.write(end.feed(octets))
        while end.packets:
            os.write(handle, end.packets.pop(0))
        if end.is_up and not is_ready:
            is_ready = True
            print("ready", flush=True)
    print("over", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "hub":
        asyncio.run(hub(Path(sys.argv[2]), Path(sys.argv[3])))
    else:
        asyncio.run(router(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]), sys.argv[5]))
