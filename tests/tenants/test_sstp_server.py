"""A real server with TLS on loopback: who comes in, which packets pass, and what cannot hold it up."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from kmikro.lib.sstp.chap import Login
from kmikro.lib.sstp.guesses import BURST
from tenants import sstp_server
from tests.kmikro.sstp.router import CONNECT, HELLO, Router, packet, udp
from tests.tenants.sstp_caller import (
    ADDRESS,
    HUB,
    LOGINS,
    OTHER,
    PASSWORD,
    SECONDS,
    Place,
    call,
    came_in,
    place,
    tell,
    trusting,
)

MINE, BACK = udp(ADDRESS, HUB), udp(HUB, ADDRESS)
Story = Callable[[Place], Coroutine[Any, Any, None]]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Story], None]:
    """Tell a story at a place of its own, whose clock looks often."""
    monkeypatch.setattr(sstp_server, "TICK", 0.02)

    async def whole(story: Story) -> None:
        async with place(tmp_path) as here:
            await story(here)

    return lambda story: tell(whole(story))


@pytest.mark.parametrize("more", [{}, {"sha1": True}, {"compress": True}])
def test_a_router_calls_and_packets_pass_both_ways(
    told: Callable[[Story], None], more: dict[str, Any]
) -> None:
    async def story(here: Place) -> None:
        line = await came_in(here, here.router(**more))
        line.say(line.router.sends(MINE))
        assert await here.packet() == MINE
        here.kernel.send(BACK)
        await line.until(lambda: line.router.packets)
        assert line.router.packets == [BACK]
        tally = here.server.board.tallies[ADDRESS]
        assert (tally.received, tally.sent, tally.stray) == (len(MINE), len(BACK), 0)
        assert tally.endpoint.startswith("127.0.0.1:")

    told(story)


def test_packets_of_a_router_are_its_own_and_for_the_hub(told: Callable[[Story], None]) -> None:
    async def story(here: Place) -> None:
        line = await came_in(here, here.router())
        other = await came_in(here, here.router(OTHER))
        for wrong in (
            udp(OTHER, HUB),
            udp(ADDRESS, OTHER),
            udp(ADDRESS, "169.254.169.254"),
            b"\x60" + bytes(40),
        ):
            line.say(line.router.sends(wrong))
        line.say(line.router.sends(MINE))
        assert await here.packet() == MINE, "and nothing before it"
        assert dict(here.server.board.dropped) == {"spoofed": 1, "forwarded": 2, "malformed": 1}
        assert (here.server.board.tallies[ADDRESS].stray, here.server.board.tallies[OTHER].stray) == (4, 0)
        assert other.router.packets == []
        here.kernel.send(udp(HUB, "10.99.0.9"))
        here.kernel.send(udp("192.0.2.1", ADDRESS))
        here.kernel.send(BACK)
        await line.until(lambda: line.router.packets)
        assert line.router.packets == [BACK]
        assert here.server.board.dropped["unsent"] == 2

    told(story)


@pytest.mark.parametrize(
    "wrong", [{"password": "x"}, {"address": "10.99.0.9"}, {"certificate": b"another"}, {"nonce": bytes(32)}]
)
def test_nobody_else_comes_in_and_guessing_has_an_end(
    told: Callable[[Story], None], wrong: dict[str, Any]
) -> None:
    async def story(here: Place) -> None:
        for _ in range(BURST):
            line = await call(here, here.router(**wrong))
            await line.is_over()
            assert not line.router.is_up or "password" not in wrong
            assert len(here.server.board) == 0
        with pytest.raises((ConnectionError, ssl.SSLError)):
            await call(here, here.router())
        assert here.server.turned_away["guesses"] == 1
        here.ahead += 120
        await came_in(here, here.router())

    told(story)


def test_a_second_call_of_a_router_takes_the_place_of_the_first(told: Callable[[Story], None]) -> None:
    async def story(here: Place) -> None:
        first = await came_in(here, here.router())
        second = await came_in(here, here.router())
        await first.is_over()
        assert first.router.controls[-1][0] == 6
        assert len(here.server.board) == 1
        here.kernel.send(BACK)
        await second.until(lambda: second.router.packets)
        assert second.router.packets == [BACK]

    told(story)


def test_one_who_does_not_know_the_password_ends_nobodys_call(told: Callable[[Story], None]) -> None:
    async def story(here: Place) -> None:
        first = await came_in(here, here.router())
        for wrong in ({"password": "x"}, {"certificate": b"another"}):
            await (await call(here, here.router(**wrong))).is_over()
        first.say(first.router.sends(MINE))
        assert await here.packet() == MINE

    told(story)


@pytest.mark.parametrize("logins", [[], [LOGINS[1]], [Login(ADDRESS, PASSWORD + "new"), LOGINS[1]]])
def test_who_may_not_sign_in_any_more_is_cut(told: Callable[[Story], None], logins: list[Login]) -> None:
    async def story(here: Place) -> None:
        line = await came_in(here, here.router())
        here.server.board.admit(LOGINS)
        assert len(here.server.board) == 1
        here.server.board.admit(logins)
        assert len(here.server.board) == 0
        await line.is_over()
        again = await call(here, here.router())
        await again.is_over()
        assert not again.router.is_up

    told(story)


def test_cut_off_after_any_piece_nothing_is_left(told: Callable[[Story], None]) -> None:
    async def story(here: Place) -> None:
        whole = 0
        for many in range(12):
            line = await call(here, here.router())
            looks = iter([False] * many)  # each look is followed by a piece of what the server says
            await line.until(lambda: line.router.is_up or next(looks, True))  # noqa: B023 - used at once
            whole += line.router.is_up
            line.leave()
            probe = await came_in(here, here.router(OTHER))  # the server has seen the end of the other
            probe.leave()
        assert whole
        async with asyncio.timeout(SECONDS):
            while here.server._connections:
                await asyncio.sleep(0)
        assert len(here.server.board) == 0

    told(story)


@pytest.mark.parametrize(
    "octets",
    [b"GET / HTTP/1.1\r\n\r\n", b"\0" * 5000, HELLO + b"\xff" * 300, HELLO + CONNECT + packet(0xC021, b"\1")],
)
def test_garbage_ends_its_own_call_alone(told: Callable[[Story], None], octets: bytes) -> None:
    async def story(here: Place) -> None:
        line = await came_in(here, here.router())
        other = await call(here, Router("", "", b"", twist=lambda _: b""), begin=False)
        other.router.feed = lambda _: b""  # type: ignore[method-assign]
        other.say(octets)
        await other.is_over()
        line.say(line.router.sends(MINE))
        assert await here.packet() == MINE

    told(story)


def test_who_takes_his_time_is_cut(told: Callable[[Story], None]) -> None:
    async def story(here: Place) -> None:
        slow = await call(here, here.router(), begin=False)
        slow.say(HELLO[:9])
        here.ahead += 11
        slow.router.feed = lambda _: b""  # type: ignore[method-assign]
        await slow.is_over()
        assert slow.is_cut

    told(story)


def test_who_begins_no_tls_is_cut_and_those_in_front_of_the_door_have_a_bound(
    told: Callable[[Story], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sstp_server, "TO_SIGN_IN", 0.5)
    monkeypatch.setattr(sstp_server, "MOST_WAITING", 3)

    async def story(here: Place) -> None:
        loop, silent = asyncio.get_running_loop(), []
        for _ in range(4):
            each = socket.create_connection(("127.0.0.1", here.server.port))
            each.setblocking(False)
            silent.append(each)
        for each in reversed(silent):  # the fourth at once, the others when their time is over
            try:
                assert await asyncio.wait_for(loop.sock_recv(each, 9), SECONDS) == b""
            except ConnectionError:
                pass
            each.close()
        assert here.server.turned_away["waiting"] == 1
        assert here.server.turned_away["tls"] >= 1
        async with asyncio.timeout(SECONDS):
            while here.server._shaking:
                await asyncio.sleep(0)
        await came_in(here, here.router())

    told(story)


def test_who_does_not_read_loses_packets_and_then_his_call(told: Callable[[Story], None]) -> None:
    async def story(here: Place) -> None:
        line = await came_in(here, here.router())
        line.writer.transport.pause_reading()  # type: ignore[attr-defined]
        big = udp(HUB, ADDRESS, data=bytes(1300))
        async with asyncio.timeout(SECONDS * 3):
            while not here.server.board.dropped["congested"]:
                try:
                    here.kernel.send(big)
                except BlockingIOError:
                    await asyncio.sleep(0)
        (connection,) = here.server._connections
        assert connection._transport is not None
        assert connection._transport.get_write_buffer_size() <= sstp_server.MOST_BUFFERED
        here.ahead += 200
        async with asyncio.timeout(SECONDS):
            while here.server._connections:
                await asyncio.sleep(0)

    told(story)


@pytest.mark.parametrize(
    ("option", "works"),
    [
        (("-tls1_2", "-cipher", "AES256-SHA"), True),
        (("-tls1_2", "-cipher", "AES128-SHA"), True),
        (("-tls1_2", "-cipher", "ECDHE-RSA-AES256-SHA"), True),
        (("-tls1_3",), True),
        (("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"), False),
        (("-tls1", "-cipher", "ALL:@SECLEVEL=0"), False),
        (("-tls1_2", "-cipher", "RC4-SHA:DES-CBC3-SHA:NULL:aNULL:@SECLEVEL=0"), False),
    ],
)
def test_tls_is_what_routeros_6_can_and_nothing_older(
    told: Callable[[Story], None], option: tuple[str, ...], works: bool
) -> None:
    async def story(here: Place) -> None:
        asked = ["openssl", "s_client", "-connect", f"127.0.0.1:{here.server.port}", "-CAfile"]
        asked += [str(here.folder / "sstp.crt"), "-verify_return_error", *option]
        done = await asyncio.to_thread(
            subprocess.run, asked, input=b"Q\n", capture_output=True, timeout=SECONDS, check=False
        )
        assert (b"BEGIN CERTIFICATE" in done.stdout) is works, done.stderr
        assert b"Verify return code: 0 (ok)" in done.stdout

    told(story)


def test_the_certificate_is_trusted_by_name_alone(told: Callable[[Story], None]) -> None:
    async def story(here: Place) -> None:
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection(
                "127.0.0.1", here.server.port, ssl=trusting(here.folder), server_hostname="another.example"
            )
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection(
                "127.0.0.1", here.server.port, ssl=ssl.create_default_context(), server_hostname="localhost"
            )

    told(story)


def test_when_the_interface_goes_calls_stay(told: Callable[[Story], None]) -> None:
    async def story(here: Place) -> None:
        line = await came_in(here, here.router())
        here.server._drop_interface()
        assert not here.server.has_interface
        line.say(line.router.sends(MINE))
        before = len(line.router.controls)
        line.say(bytes.fromhex("1001000800080000"))
        await line.until(lambda: len(line.router.controls) > before)
        assert here.server.board.dropped["unwritten"] == 1

    told(story)


def test_at_the_end_everybody_is_told(told: Callable[[Story], None]) -> None:
    async def story(here: Place) -> None:
        line = await came_in(here, here.router())
        await here.server.close()
        await line.is_over()
        assert line.router.controls[-1][0] == 6

    told(story)
