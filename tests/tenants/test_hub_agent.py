"""Rounds of the agent: peers follow the database, the kernel's refusals are said, an outage changes nothing."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError

from kmikro.lib import wireguard
from kmikro.lib.hub_rules import Blocked
from kmikro.lib.wireguard import Seen
from tenants import hub, hub_agent, scope, tunnels
from tenants.hub_agent import Agent
from tenants.hub_kernel import Cannot
from tenants.models import Isp, TunnelHub, TunnelPeer

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Kernel:
    """One that does as told, and notes it."""

    def __init__(self) -> None:
        self.configs: list[str] = []
        self.prepared = 0
        self.trouble = ""
        self.dropped: Blocked | None = Blocked({"forwarded": 0})
        self.met: list[Seen] = []

    def prepare(self) -> None:
        if self.trouble:
            raise Cannot(self.trouble)
        self.prepared += 1

    def sync(self, config: str) -> None:
        if self.trouble:
            raise Cannot(self.trouble)
        self.configs.append(config)

    def seen(self) -> list[Seen]:
        return self.met

    def blocked(self) -> Blocked | None:
        return self.dropped


@pytest.fixture(autouse=True)
def _hub(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TUNNEL_ENDPOINT = ("hub.example", 51820)
    settings.TUNNEL_POOL = "10.99.0.0/16"
    monkeypatch.setattr(hub_agent, "close_old_connections", lambda: None)  # the test's own connection stays


@pytest.fixture
def kernel() -> Kernel:
    return Kernel()


@pytest.fixture
def agent(kernel: Kernel) -> Agent:
    return Agent(kernel, wireguard.new_private(), 51820)


def enrolled(isp: Isp, number: int, at: datetime) -> str:
    public = wireguard.public_of(wireguard.new_private())
    with scope.inside(isp.schema_name):
        tunnels.allot(number, now=at)
        tunnels.take_key(number, public, now=at)
    return public


def test_peers_follow_the_database_and_are_written_when_they_differ(
    isp: Isp, agent: Agent, kernel: Kernel
) -> None:
    agent.round(NOW)
    assert kernel.prepared == len(kernel.configs) == 1
    assert "[Peer]" not in kernel.configs[0]
    public = enrolled(isp, 1, NOW)
    agent.round(NOW + SECOND)
    assert f"PublicKey = {public}\n" in kernel.configs[1]
    for step in range(2, 30):
        agent.round(NOW + step * SECOND)
    assert len(kernel.configs) == 2
    with scope.inside(isp.schema_name):
        tunnels.release(1, now=NOW + 30 * SECOND)
    agent.round(NOW + 31 * SECOND)
    assert "[Peer]" not in kernel.configs[2]
    agent.round(NOW + 32 * SECOND + hub_agent.WHOLE)
    assert len(kernel.configs) == 4, "once a minute anyway: somebody may have changed the interface by hand"


def test_the_agent_says_who_it_is_and_what_it_saw(isp: Isp, agent: Agent, kernel: Kernel) -> None:
    public = enrolled(isp, 1, NOW)
    kernel.met = [Seen(public, "198.51.100.7:51099", int(NOW.timestamp()), 92, 180)]
    kernel.dropped = Blocked({"forwarded": 3}, {"10.99.0.2": 3})
    agent.round(NOW)
    row = TunnelHub.objects.get()
    assert (row.state, row.public_key, row.peers, row.blocked) == (
        "running",
        agent.public_key,
        1,
        {"forwarded": 3},
    )
    assert tunnels.hub(NOW) is not None
    peer = TunnelPeer.objects.get()
    assert (peer.is_up, peer.blocked_packets) == (True, 3)


def test_what_cannot_be_done_here_is_said_and_tried_again(db: None, agent: Agent, kernel: Kernel) -> None:
    kernel.trouble = "The kernel of this machine has no WireGuard."
    agent.round(NOW)
    assert TunnelHub.objects.get().text == kernel.trouble
    assert tunnels.hub(NOW) is None
    assert tunnels.trouble(NOW) == kernel.trouble
    kernel.trouble = ""
    agent.round(NOW + SECOND)
    assert kernel.prepared == 0, "not every second"
    agent.round(NOW + hub_agent.RETRY)
    assert TunnelHub.objects.get().state == "running"


def test_a_firewall_that_somebody_flushed_is_written_again(db: None, agent: Agent, kernel: Kernel) -> None:
    agent.round(NOW)
    kernel.dropped = None
    agent.round(NOW + hub_agent.REPORT)
    assert kernel.prepared == 2


def test_while_the_database_is_away_the_tunnels_stay(
    isp: Isp, agent: Agent, kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolled(isp, 1, NOW)
    agent.round(NOW)
    before = list(kernel.configs)

    def away(*_args: Any, **_named: Any) -> Any:
        raise DatabaseError("gone")

    with monkeypatch.context() as outage:
        for name in ("stamp", "wanted", "report", "say"):
            outage.setattr(hub, name, away)
        for step in range(1, 200):
            agent.round(NOW + step * SECOND)
    assert (kernel.configs, kernel.prepared) == (before, 1)
    enrolled(isp, 2, NOW + 201 * SECOND)
    agent.round(NOW + 202 * SECOND)
    assert kernel.configs[-1].count("[Peer]") == 2


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "tunnel"
    made = hub_agent.own_key(folder)
    assert hub_agent.own_key(folder) == made
    assert stat.S_IMODE((folder / hub_agent.KEY).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert os.listdir(folder) == [hub_agent.KEY]
    (folder / hub_agent.KEY).write_text("rubbish")
    with pytest.raises(Cannot, match="backup"):
        hub_agent.own_key(folder)


def test_the_firewall_is_that_of_the_settings(settings: Any) -> None:
    settings.RADIUS_EXTRA_PORTS = range(20000, 20002)
    settings.TUNNEL_WEB_PORT = 8000
    found = hub_agent.rules()
    assert (found.hub, found.pool, found.web_port) == ("10.99.0.1", "10.99.0.0/16", 8000)
    assert {settings.RADIUS_AUTH_PORT, settings.RADIUS_ACCT_PORT, 20000, 20001} == set(found.radius_ports)
