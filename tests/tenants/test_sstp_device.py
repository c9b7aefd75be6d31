"""The agent's rounds for SSTP: interface first, routes as in the database, the firewall kept, an outage changes nothing."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError

from kmikro.lib.hub_rules import Blocked
from tenants import hub, hub_agent, scope, sstp_device, tunnels
from tenants.hub_kernel import Cannot
from tenants.models import Isp, TunnelPeer
from tenants.sstp_device import Rounds

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Device:
    """One that does as told, and notes it."""

    def __init__(self) -> None:
        self.prepared, self.trouble = 0, ""
        self.routes: list[list[str]] = []
        self.dropped: Blocked | None = Blocked()

    def prepare(self) -> None:
        if self.trouble:
            raise Cannot(self.trouble)
        self.prepared += 1

    def sync(self, addresses: Iterable[str]) -> None:
        self.routes.append(list(addresses))

    def blocked(self) -> Blocked | None:
        return self.dropped


@pytest.fixture(autouse=True)
def _hub(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TUNNEL_ENDPOINT, settings.TUNNEL_POOL = ("hub.example", 51820), "10.99.0.0/16"
    settings.SSTP_PORT = 8443
    monkeypatch.setattr(sstp_device, "close_old_connections", lambda: None)  # the test's own connection stays


def allot(isp: Isp, number: int, at: datetime) -> None:
    with scope.inside(isp.schema_name):
        tunnels.allot(number, now=at, kind="sstp")


def test_routes_follow_the_database(isp: Isp) -> None:
    device = Device()
    rounds = Rounds(device)
    rounds.round(NOW)
    assert (device.prepared, device.routes) == (1, [[]])
    allot(isp, 1, NOW)
    for step in range(1, 20):
        rounds.round(NOW + step * SECOND)
    assert device.routes == [[], ["10.99.0.2"]]
    with scope.inside(isp.schema_name):
        tunnels.release(1, now=NOW + 20 * SECOND)
    rounds.round(NOW + 21 * SECOND)
    assert device.routes[-1] == []
    rounds.round(NOW + 22 * SECOND + sstp_device.WHOLE)
    assert len(device.routes) == 4, "once a minute anyway: somebody may have changed them by hand"


def test_what_the_firewall_dropped_is_kept_for_the_router(isp: Isp) -> None:
    device = Device()
    allot(isp, 1, NOW)
    device.dropped = Blocked({}, {"10.99.0.2": 7})
    Rounds(device).round(NOW)
    assert TunnelPeer.objects.get().blocked_packets == 7


def test_a_firewall_that_somebody_flushed_is_written_again(db: None) -> None:
    device = Device()
    rounds = Rounds(device)
    rounds.round(NOW)
    device.dropped = None
    rounds.round(NOW + sstp_device.REPORT)
    assert device.prepared == 2


def test_what_cannot_be_done_is_tried_again(db: None) -> None:
    device = Device()
    device.trouble = "This machine has no /dev/net/tun."
    rounds = Rounds(device)
    rounds.round(NOW)
    device.trouble = ""
    rounds.round(NOW + SECOND)
    assert device.prepared == 0, "not every second"
    rounds.round(NOW + sstp_device.RETRY)
    assert device.prepared == 1


def test_while_the_database_is_away_routes_stay(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    device = Device()
    rounds = Rounds(device)
    rounds.round(NOW)

    def away(*_args: Any) -> Any:
        raise DatabaseError("gone")

    with monkeypatch.context() as outage:
        outage.setattr(hub, "stamp", away)
        for step in range(1, 90):
            rounds.round(NOW + step * SECOND)
    assert (device.prepared, len(device.routes)) == (1, 1)
    rounds.round(NOW + 100 * SECOND)
    assert len(device.routes) == 2


def test_the_firewall_covers_both_kinds(settings: Any) -> None:
    assert hub_agent.rules().others == (settings.SSTP_INTERFACE,)
    settings.SSTP_PORT = 0
    assert hub_agent.rules().others == ()
