"""A bucket for what a router may not send; what is valid never counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from radius.floods import BURST, Floods
from tests.radius import tls
from tests.radius import vectors as v
from tests.radius.fakes import ROUTER, World
from tests.radius.running import running, until

OTHER = replace(ROUTER, router_id=2)


def test_a_burst_and_then_a_rate() -> None:
    floods, now, read = Floods(200), 0.0, 0
    for _ in range(500_000):  # 50,000 a second for 10 seconds
        now += 1 / 50_000
        if not floods.refuses(ROUTER, now):
            read += 1
            floods.count(ROUTER, "malformed_length", now)
    assert 200 * 10 <= read <= 200 * (10 + BURST) + 1


def test_one_router_shuts_itself_alone_and_only_for_a_while() -> None:
    floods = Floods(10)
    assert not floods.shut
    while not floods.count(ROUTER, "wrong_authenticator", 5.0):
        assert not floods.refuses(ROUTER, 5.0)
    assert floods.refuses(ROUTER, 5.0)
    assert not floods.refuses(OTHER, 5.0)
    assert not floods.refuses(ROUTER, 5.2)
    assert not floods.shut


def test_what_is_dropped_without_being_wrong_does_not_count() -> None:
    floods = Floods(1)
    assert not any(
        floods.count(ROUTER, reason, 0.0)
        for reason in ("in_progress", "router_busy", "full")
        for _ in range(100)
    )


def test_zero_is_no_limit() -> None:
    floods = Floods(0)
    assert not any(floods.count(ROUTER, "malformed_short", 0.0) for _ in range(10_000))


def test_a_flood_of_one_router_goes_unread_and_another_is_answered() -> None:
    world = World()
    world.routers["127.0.0.2"] = OTHER
    with running(world) as up:
        up.server.floods = Floods(1)
        noisy = up.another("127.0.0.2")
        for _ in range(200):
            noisy.sendto(b"\x01\x00\x00\x13" + bytes(15), ("127.0.0.1", up.auth))
        until(lambda: up.server.counts["flood"] + up.server.counts["drop_malformed_short"] == 200)
        assert 1 <= up.server.counts["drop_malformed_short"] <= BURST + 2
        assert up.ask(v.G1)[0] == 2
        assert world.raised_codes == ["flood"]
        noisy.close()


def test_a_flood_over_radsec_goes_unread_too(tmp_path: Path) -> None:
    world = World()
    with tls.running(world) as up:
        up.server.floods = Floods(1)
        noisy = tls.Router(up.port, tmp_path, tls.client())
        noisy.wire.sendall((b"\x63\x00\x00\x14" + bytes(16)) * 200)
        until(lambda: up.counts["flood"] + up.counts["drop_code"] == 200)
        assert 1 <= up.counts["drop_code"] <= BURST + 2
        assert world.raised_codes == ["flood"]
        noisy.close()


def test_any_number_of_valid_requests_is_answered() -> None:
    with running(World()) as up:
        up.server.floods = Floods(1)
        for number in range(200):
            assert up.ask(v.accounting(v.whole(40, 3), number), up.acct)[1] == number
        assert not up.server.floods.shut


def test_invented_addresses_fill_no_log(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.routers.clear()
    with running(world) as up:
        for host in range(1, 200):
            stranger = up.another(f"127.0.9.{host}")
            stranger.sendto(v.G1, ("127.0.0.1", up.auth))
            stranger.close()
        until(lambda: up.server.counts["stranger"] == 199)
    lines = [each for each in caplog.records if each.message == "a datagram from an unknown address"]
    assert len(lines) == 64
