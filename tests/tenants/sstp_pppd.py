"""What `sstpc` takes for pppd: the client's PPP on a terminal line, framed as HDLC (RFC 1662), without a kernel's help.

It speaks for `sstpc`, which wraps PPP into SSTP and makes the crypto binding by itself; so that half is judged by another's code.
"""

from __future__ import annotations

import asyncio
import os
import pty
import socket
import struct
import tty
from pathlib import Path

from tests.kmikro.sstp.router import Router, ppp

FLAG, ESCAPE = 0x7E, 0x7D


def checksum(octets: bytes) -> int:
    total = 0xFFFF
    for each in octets:
        total ^= each
        for _ in range(8):
            total = total >> 1 ^ (0x8408 if total & 1 else 0)
    return total ^ 0xFFFF


def framed(body: bytes) -> bytes:
    whole = body + checksum(body).to_bytes(2, "little")
    out = bytearray((FLAG,))
    for each in whole:
        if each < 0x20 or each in (FLAG, ESCAPE):
            out += bytes((ESCAPE, each ^ 0x20))
        else:
            out.append(each)
    return bytes(out) + bytes((FLAG,))


def unframed(held: bytearray) -> list[bytes]:
    """Whole frames, taken out of what is held."""
    found = []
    while (end := held.find(FLAG)) >= 0:
        piece, out, escaped = bytes(held[:end]), bytearray(), False
        del held[: end + 1]
        for each in piece:
            if each == ESCAPE:
                escaped = True
            else:
                out.append(each ^ 0x20 if escaped else each)
                escaped = False
        if len(out) > 4:
            assert checksum(bytes(out[:-2])) == int.from_bytes(out[-2:], "little")
            found.append(bytes(out[:-2]))
    return found


class Terminal(Router):
    """PPP alone; SSTP is another's business, who gets the keys of the sign-in as from pppd's plugin."""

    notify = ""

    def __init__(self, user: str, password: str, certificate: bytes) -> None:
        super().__init__(user, password, certificate)
        self.line = socket.socket(socket.AF_UNIX)

    def ppp(self, protocol: int, payload: bytes) -> bytes:
        return framed(b"\xff\x03" + protocol.to_bytes(2, "big") + payload)

    def connected(self) -> bytes:
        both = struct.pack("=HH16sHH16s", 1, 16, self.keys[:16], 2, 16, self.keys[16:])
        # Kept open as by the plugin: `sstpc` answers on it, and ends by SIGPIPE where nobody is there any more.
        self.line.connect(self.notify)
        self.line.sendall(struct.pack("=IHH", 0x73737470, len(both), 1) + both)
        return b""

    def begin(self) -> bytes:
        return self.ppp(0xC021, ppp(1, 1, b"\x01\x04\x05\xdc\x05\x06abcd"))


async def dial(
    program: str, port: int, certificate: Path, user: str, password: str, ip: bytes
) -> tuple[Terminal, str]:
    """Sign in through `sstpc`, send one packet and wait for one; gives what became of it, and what `sstpc` wrote."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    end = Terminal(user, password, b"")
    name = f"kmikro-{os.getpid()}"
    end.notify = f"/var/run/sstpc/sstpc-{name}"
    process = await asyncio.create_subprocess_exec(
        program, "--nolaunchpppd", "--log-stderr", "--log-level", "4", "--ca-cert", str(certificate), "--cert-warn",
        "--tls-ext", "--ipparam", name, f"localhost:{port}",
        stdin=theirs, stdout=theirs, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    os.close(theirs)
    loop, held, arrived = asyncio.get_running_loop(), bytearray(), asyncio.Event()
    has_begun = has_sent = False

    def heard() -> None:
        nonlocal has_begun, has_sent
        try:
            held.extend(os.read(ours, 65536))
        except OSError:
            arrived.set()
            loop.remove_reader(ours)
            return
        for body in unframed(held):
            if not has_begun:
                has_begun = True
                os.write(ours, end.begin())
            answer = end.data(body)
            if answer:
                os.write(ours, answer)
        if all(end.ipcp) and not has_sent:
            has_sent = True
            os.write(ours, end.sends(ip))
        if end.packets or (end.verdict and not end.proved):
            arrived.set()

    loop.add_reader(ours, heard)
    said = ""
    try:
        async with asyncio.timeout(30):
            await arrived.wait()
    finally:
        loop.remove_reader(ours)
        os.close(ours)
        end.line.close()
        if process.returncode is None:
            process.terminate()
        assert process.stderr is not None
        said = (await process.stderr.read()).decode(errors="replace")
        await process.wait()
        print(said)
    return end, said
