"""Judges that are not ours: Debian's `sstpc` calls the server, and `tshark` reads what was said in the clear."""

import asyncio
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from tests.kmikro.sstp.calls import ADDRESS, HUB, talk
from tests.kmikro.sstp.router import udp
from tests.tenants import sstp_caller
from tests.tenants.sstp_pppd import dial

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


@pytest.fixture
def sstpc() -> str:
    found = shutil.which("sstpc", path=PATH)
    if found is None:
        pytest.skip("NOT INSTALLED: sstpc (sstp-client): no SSTP client but our own was tried")
    return found


@pytest.mark.peer
def test_sstpc_comes_in_with_a_crypto_binding_of_its_own(sstpc: str, tmp_path: Path) -> None:
    mine, back = udp(sstp_caller.ADDRESS, HUB), udp(HUB, sstp_caller.ADDRESS)

    async def story() -> None:
        async with sstp_caller.place(tmp_path) as here:
            calling = asyncio.create_task(
                dial(
                    sstpc, here.server.port, tmp_path / "sstp.crt", f"kmikro-{sstp_caller.ADDRESS}",
                    sstp_caller.PASSWORD, mine,
                )
            )  # fmt: skip
            assert await here.packet() == mine
            here.kernel.send(back)
            end, said = await calling
            assert (end.address, end.hub, end.packets) == (sstp_caller.ADDRESS, HUB, [back])
            assert "Connection Established" in said or "CALL CONNECT" in said

    sstp_caller.tell(story())


@pytest.mark.peer
def test_sstpc_with_a_wrong_password_does_not(sstpc: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with sstp_caller.place(tmp_path) as here:
            end, _ = await dial(
                sstpc, here.server.port, tmp_path / "sstp.crt", f"kmikro-{sstp_caller.ADDRESS}", "wrong", b""
            )
            assert end.verdict.startswith(b"E=691")
            assert len(here.server.board) == 0

    sstp_caller.tell(story())


def captured(path: Path) -> None:
    """A whole call without TLS as a capture: TCP with right numbers, the server at port 443."""
    made = talk(more_ipcp=b"\x02\x06\0\x2d\x0f\x01\x81\x06\0\0\0\0")
    made.give(made.router.sends(udp(ADDRESS, HUB)))
    made.said.append(made.call.packet(udp(HUB, ADDRESS)) + made.call.tick(40.0) + made.call.end("over"))
    made.sent.append(b"")
    numbers = [1, 1]
    packets = [(True, b"", 2), (False, b"", 18), (True, b"", 16)]
    numbers = [0, 0]
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        turns = [
            (who, octets)
            for pair in zip(made.sent, made.said, strict=True)
            for who, octets in enumerate(pair)
        ]
        packets += [(who == 0, octets, 24) for who, octets in turns if octets]
        for second, (is_router, octets, flags) in enumerate(packets):
            me, you = (0, 1) if is_router else (1, 0)
            ports = (40000, 443) if is_router else (443, 40000)
            ends = (
                (b"\xc6\x33\x64\x07", b"\xc6\x33\x64\x01")
                if is_router
                else (b"\xc6\x33\x64\x01", b"\xc6\x33\x64\x07")
            )
            tcp = (
                struct.pack(">HHIIBBHHH", *ports, numbers[me], numbers[you], 0x50, flags, 65535, 0, 0)
                + octets
            )
            whole = (
                struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), second, 0, 64, 6, 0) + b"".join(ends) + tcp
            )
            file.write(struct.pack("<IIII", second, 0, len(whole), len(whole)) + whole)
            numbers[me] += len(octets) + (1 if flags & 2 else 0)


@pytest.mark.peer
def test_tshark_reads_every_message_and_finds_none_malformed(tmp_path: Path) -> None:
    found = shutil.which("tshark", path=PATH)
    if found is None:
        pytest.skip("NOT INSTALLED: tshark: what we say was read by nobody else")
    captured(tmp_path / "call.pcap")
    asked = [found, "-r", str(tmp_path / "call.pcap"), "-d", "tcp.port==443,http", "-V"]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "Malformed" not in done.stdout
    assert "Expert Info (Error" not in done.stdout
    for name in ("CONNECT_REQUEST", "CONNECT_ACK", "CONNECTED", "DISCONNECT"):
        assert f"SSTP_MSG_CALL_{name}" in done.stdout, name
    assert "SSTP_MSG_ECHO_REQUEST" in done.stdout
    for name in ("Link Control", "Challenge Handshake Authentication", "IP Control"):
        assert f"PPP {name} Protocol" in done.stdout, name
    assert "Protocol Reject (8)" in done.stdout
    for source, target in ((ADDRESS, HUB), (HUB, ADDRESS)):
        assert f"Internet Protocol Version 4, Src: {source}, Dst: {target}" in done.stdout
