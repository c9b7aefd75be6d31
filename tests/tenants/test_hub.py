"""What the hub saw is kept by one read and one write, and makes news only when something is new."""

import base64
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kmikro.lib.handshakes import DEBOUNCE, LOST
from kmikro.lib.sstp.chap import Login
from kmikro.lib.wireguard import Peer, Seen
from tenants import hub, scope, tunnels
from tenants.hub import Change, Heard
from tenants.models import Isp, TunnelHub, TunnelPeer

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


@pytest.fixture(autouse=True)
def _hub(settings: Any) -> None:
    settings.TUNNEL_ENDPOINT = ("hub.example", 51820)
    settings.TUNNEL_POOL = "10.99.0.0/16"


def peers(isp: Isp, many: int) -> list[str]:
    keys = [key() for _ in range(many)]
    with scope.inside(isp.schema_name):
        for number, each in enumerate(keys):
            tunnels.allot(number, now=NOW)
            tunnels.take_key(number, each, now=NOW)
    return keys


def seen(public: str, at: datetime | None, endpoint: str = "198.51.100.7:51099", received: int = 92) -> Seen:
    return Seen(public, endpoint, int(at.timestamp()) if at else 0, received, 180)


def test_wanted_are_those_with_a_key_and_the_stamp_tells_every_change(isp: Isp) -> None:
    stamps = [hub.stamp()]
    with scope.inside(isp.schema_name):
        tunnels.allot(1, now=NOW)
        shared = tunnels.of(1)
    assert shared is not None
    assert hub.wanted() == []
    first, second = key(), key()
    for at, public in ((NOW, first), (NOW + SECOND, second)):
        with scope.inside(isp.schema_name):
            tunnels.take_key(1, public, now=at)
        stamps.append(hub.stamp())
        assert hub.wanted() == [Peer(public, "10.99.0.2", shared.preshared_key)]
    with scope.inside(isp.schema_name):
        tunnels.release(1, now=NOW)
    stamps.append(hub.stamp())
    assert hub.wanted() == []
    assert len(set(stamps)) == len(stamps)


def asked(queries: CaptureQueriesContext) -> list[str]:
    """Statements but for those that set the schema."""
    words = [each["sql"].split()[0] for each in queries.captured_queries]
    return [word for word in words if word != "SET"]


def test_a_report_of_many_is_one_read_and_one_write(isp: Isp) -> None:
    keys = peers(isp, 60)
    told = [seen(each, NOW) for each in keys]
    with CaptureQueriesContext(connection) as queries:
        changes = hub.report(told, {}, now=NOW)
    assert asked(queries) == ["SELECT", "UPDATE"]
    assert [each.what for each in changes] == ["up"] * 60
    with CaptureQueriesContext(connection) as queries:
        assert hub.report(told, {}, now=NOW + SECOND) == []
    assert asked(queries) == ["SELECT"]
    row = TunnelPeer.objects.get(public_key=keys[7])
    assert (row.endpoint, row.handshake_at, row.received_bytes, row.sent_bytes, row.is_up, row.seen_at) == (
        "198.51.100.7:51099", NOW, 92, 180, True, NOW,
    )  # fmt: skip


def test_a_router_that_roams_ten_times_a_minute_makes_no_news(isp: Isp) -> None:
    """F23: its endpoint changes at every look, its handshake every two minutes."""
    (public,) = peers(isp, 1)
    hub.report([seen(public, NOW)], {}, now=NOW)
    handshake = NOW
    for step in range(1, 120):
        now = NOW + step * 6 * SECOND
        if now - handshake > timedelta(minutes=2):
            handshake = now
        assert hub.report([seen(public, handshake, f"198.51.100.{step}:51099")], {}, now=now) == []
    row = TunnelPeer.objects.get(public_key=public)
    assert (row.endpoint, row.is_up, row.changed_at) == ("198.51.100.119:51099", True, NOW)


def test_a_router_that_is_gone_is_told_once(isp: Isp) -> None:
    (public,) = peers(isp, 1)
    hub.report([seen(public, NOW)], {}, now=NOW)
    late = NOW + LOST + DEBOUNCE
    assert hub.report([seen(public, NOW)], {}, now=late) == []
    assert hub.report([seen(public, NOW)], {}, now=late + SECOND) == [Change(isp.schema_name, 0, "down")]
    assert hub.report([seen(public, NOW)], {}, now=late + 2 * SECOND) == []
    # The interface was made anew and remembers nothing: what we know of the last handshake stays.
    assert hub.report([seen(public, None)], {}, now=late + 3 * SECOND) == []
    assert TunnelPeer.objects.get(public_key=public).handshake_at == NOW
    assert hub.report([seen(public, late)], {}, now=late + 4 * SECOND) == [Change(isp.schema_name, 0, "up")]


def test_a_clock_that_runs_ahead_makes_no_handshake_of_tomorrow(isp: Isp) -> None:
    (public,) = peers(isp, 1)
    hub.report([seen(public, NOW + timedelta(days=1))], {}, now=NOW)
    assert TunnelPeer.objects.get(public_key=public).handshake_at == NOW


def test_who_tries_to_reach_what_it_may_not_is_named(isp: Isp) -> None:
    public, other = peers(isp, 2)
    both = [seen(public, NOW), seen(other, NOW)]
    hub.report(both, {}, now=NOW)
    assert hub.report(both, {"10.99.0.3": 4}, now=NOW) == [Change(isp.schema_name, 1, "blocked")]
    assert hub.report(both, {"10.99.0.3": 4}, now=NOW) == []
    with scope.inside(isp.schema_name):
        mine = tunnels.of(1)
    assert mine is not None
    assert mine.blocked_packets == 4


def test_a_peer_that_was_released_meanwhile_is_not_written(isp: Isp) -> None:
    (public,) = peers(isp, 1)
    with scope.inside(isp.schema_name):
        tunnels.release(0, now=NOW)
    assert hub.report([seen(public, NOW), seen(key(), NOW)], {}, now=NOW) == []
    assert TunnelPeer.objects.get().handshake_at is None


def test_the_state_of_the_hub_is_one_row(db: None) -> None:
    assert hub.state(NOW, silent=tunnels.SILENT)[0] == "the agent has never run"
    public = key()
    hub.say("cannot", "x" * 400, public_key=public, peers=0, blocked={}, now=NOW)
    hub.say("running", "", public_key=public, peers=3, blocked={"forwarded": 2}, now=NOW)
    row = TunnelHub.objects.get()
    assert (row.state, row.peers, row.blocked) == ("running", 3, {"forwarded": 2})
    assert hub.state(NOW, silent=tunnels.SILENT) == ("ok", row)
    assert hub.state(NOW + tunnels.SILENT, silent=tunnels.SILENT)[0] == "the agent is silent"


def test_what_one_kind_wants_says_nothing_of_the_other(isp: Isp) -> None:
    before = hub.stamp(), hub.stamp("sstp")
    with scope.inside(isp.schema_name):
        tunnels.allot(1, now=NOW, kind="sstp")
    assert hub.wanted() == []
    assert (hub.stamp(), hub.stamp("sstp") == before[1]) == (before[0], False)
    hub.say("running", "", certificate="PEM", peers=1, blocked={}, now=NOW, kind="sstp")
    hub.say("cannot", "why", public_key=key(), peers=0, blocked={}, now=NOW)
    assert TunnelHub.objects.get(kind="sstp").certificate == "PEM"
    assert hub.state(NOW, silent=tunnels.SILENT)[0] == "why"


def callers(isp: Isp, many: int) -> list[str]:
    with scope.inside(isp.schema_name):
        return [tunnels.allot(number, now=NOW, kind="sstp").address for number in range(many)]


def heard(at: datetime, received: int = 92, stray: int = 0, endpoint: str = "198.51.100.7:4711") -> Heard:
    return Heard(endpoint, int(at.timestamp()), received, 180, stray)


def test_routers_of_sstp_may_sign_in_with_their_secret(isp: Isp) -> None:
    peers(isp, 1)
    with scope.inside(isp.schema_name):
        mine = tunnels.allot(7, now=NOW, kind="sstp")
    assert hub.logins() == [Login(mine.address, mine.preshared_key)]
    assert mine.preshared_key not in repr(hub.logins())
    assert hub.addresses_by_sstp() == [mine.address]


def test_a_report_of_many_calls_is_one_read_and_one_write(isp: Isp) -> None:
    told = {each: heard(NOW) for each in callers(isp, 60)}
    with CaptureQueriesContext(connection) as queries:
        changes = hub.report_calls(told, now=NOW)
    assert asked(queries) == ["SELECT", "UPDATE"]
    assert [each.what for each in changes] == ["up"] * 60
    row = TunnelPeer.objects.first()
    assert row is not None
    assert (row.endpoint, row.handshake_at, row.received_bytes, row.is_up) == (
        "198.51.100.7:4711",
        NOW,
        92,
        True,
    )
    # What flows all the time is written every half minute.
    later = {each: heard(NOW + 29 * SECOND, received=5000) for each in told}
    with CaptureQueriesContext(connection) as queries:
        assert hub.report_calls(later, now=NOW + 29 * SECOND) == []
    assert asked(queries) == ["SELECT"]
    hub.report_calls({each: heard(NOW + 30 * SECOND, received=5000) for each in told}, now=NOW + 30 * SECOND)
    row.refresh_from_db()
    assert (row.handshake_at, row.received_bytes) == (NOW + 30 * SECOND, 5000)


def test_a_call_that_is_over_is_told_as_slowly_as_a_wireguard_tunnel(isp: Isp) -> None:
    (address,) = callers(isp, 1)
    assert hub.report_calls({address: heard(NOW)}, now=NOW) == [Change(isp.schema_name, 0, "up")]
    late = NOW + LOST + DEBOUNCE
    assert hub.report_calls({}, now=late) == [], "the hub began anew and remembers nothing"
    assert hub.report_calls({}, now=late + SECOND) == [Change(isp.schema_name, 0, "down")]
    row = TunnelPeer.objects.get()
    assert (row.endpoint, row.received_bytes) == ("198.51.100.7:4711", 92)


def test_two_count_what_an_sstp_router_may_not_and_neither_spoils_the_others_number(isp: Isp) -> None:
    (address,) = callers(isp, 1)
    blocked = [Change(isp.schema_name, 0, "blocked")]
    assert hub.report_calls({address: heard(NOW, stray=4)}, now=NOW)[1:] == blocked
    assert hub.report_blocked({address: 3, "10.99.0.200": 9}) == blocked
    assert hub.report_blocked({address: 3}) == []
    assert hub.report_calls({address: heard(NOW, stray=4)}, now=NOW) == []
    assert hub.report_calls({address: heard(NOW, stray=5, endpoint="x:1")}, now=NOW) == blocked
    assert hub.report_blocked({address: 1}) == [], "the firewall was written anew"
    with scope.inside(isp.schema_name):
        mine = tunnels.of(0)
    assert mine is not None
    assert mine.blocked_packets == 1 + 5
    assert hub.report_blocked({}) == [], "the firewall has forgotten it"
    with scope.inside(isp.schema_name):
        mine = tunnels.of(0)
    assert mine is not None
    assert mine.blocked_packets == 5


def test_neither_kind_writes_rows_of_the_other(isp: Isp) -> None:
    (public,) = peers(isp, 1)
    hub.report_calls({"10.99.0.2": heard(NOW)}, now=NOW)
    hub.report_blocked({"10.99.0.2": 5})
    row = TunnelPeer.objects.get(public_key=public)
    assert (row.handshake_at, row.blocked_packets) == (None, 0)
