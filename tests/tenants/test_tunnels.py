"""Tunnel addresses are given once, rest before they are given again, and belong to one router of one ISP."""

import base64
import os
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from kmikro.lib.refusal import Refusal
from tenants import scope, tunnels
from tenants.models import Isp, TunnelHub, TunnelPeer
from tenants.models import TunnelKind as Kind
from tests.waiting import until

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


@pytest.fixture(autouse=True)
def _hub(settings: Any) -> None:
    settings.TUNNEL_ENDPOINT = ("hub.example", 51820)
    settings.TUNNEL_POOL = "10.99.0.0/29"
    settings.RADIUS_ADDRESS = "203.0.113.10"


def running(at: datetime = NOW, **changes: Any) -> TunnelHub:
    return TunnelHub.objects.create(
        **{"state": "running", "public_key": key(), "seen_at": at, **changes},
    )


def test_the_hub_has_the_first_address_and_routers_the_lowest_that_are_free(isp: Isp) -> None:
    assert tunnels.hub_address() == "10.99.0.1"
    with scope.inside(isp.schema_name):
        first, again = tunnels.allot(1, now=NOW), tunnels.allot(1, now=NOW)
        assert first == again
        assert [tunnels.allot(n, now=NOW).address for n in (2, 3)] == ["10.99.0.3", "10.99.0.4"]
        assert first.address == "10.99.0.2"
        assert len(base64.b64decode(first.preshared_key)) == 32
        assert first.preshared_key not in repr(first)
        assert tunnels.addresses() == {1: "10.99.0.2", 2: "10.99.0.3", 3: "10.99.0.4"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT preshared_key FROM tenants_tunnelpeer")
        assert first.preshared_key not in str(cursor.fetchall())


def test_what_is_not_allotted_here_is_not_seen_here(isp: Isp, neighbour: Isp) -> None:
    with scope.inside(isp.schema_name):
        tunnels.allot(1, now=NOW)
    with scope.inside(neighbour.schema_name):
        assert (tunnels.of(1), tunnels.addresses()) == (None, {})
        assert tunnels.allot(1, now=NOW).address == "10.99.0.3"
        tunnels.release(1, now=NOW)
    with scope.inside(isp.schema_name):
        assert tunnels.of(1) is not None
    with pytest.raises(scope.NotInside):
        tunnels.of(1)


def test_a_released_address_rests_before_another_router_gets_it(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        for number in range(5):
            tunnels.allot(number, now=NOW)
        with pytest.raises(Refusal, match="No tunnel address is free"):
            tunnels.allot(9, now=NOW)
        tunnels.take_key(0, key(), now=NOW)
        tunnels.release(0, now=NOW)
        assert tunnels.of(0) is None
        late = NOW + tunnels.QUARANTINE
        with pytest.raises(Refusal):
            tunnels.allot(9, now=late - timedelta(seconds=1))
        assert tunnels.allot(9, now=late).address == "10.99.0.2"
    assert TunnelPeer.objects.get(address="10.99.0.2").public_key == ""


def test_another_pool_gives_another_address(isp: Isp, settings: Any) -> None:
    with scope.inside(isp.schema_name):
        tunnels.allot(1, now=NOW)
        settings.TUNNEL_POOL = "10.77.0.0/16"
        assert tunnels.allot(1, now=NOW).address == "10.77.0.2"
        assert tunnels.addresses() == {1: "10.77.0.2"}


@settings_of_hypothesis(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(st.tuples(st.integers(1, 7), st.booleans()), max_size=25))
def test_no_address_has_two_routers_or_comes_back_too_early(isp: Isp, acts: list[tuple[int, bool]]) -> None:
    rests: dict[str, datetime] = {}
    with transaction.atomic():
        with scope.inside(isp.schema_name):
            for step, (router, take) in enumerate(acts):
                now, before = NOW + step * timedelta(days=2), tunnels.addresses()
                if not take:
                    tunnels.release(router, now=now)
                    if router in before:
                        rests[before[router]] = now
                elif router not in before:
                    try:
                        fresh = tunnels.allot(router, now=now).address
                    except Refusal:
                        continue
                    assert fresh not in {*before.values(), tunnels.hub_address()}
                    assert now - rests.pop(fresh, datetime.min.replace(tzinfo=UTC)) >= tunnels.QUARANTINE
        transaction.set_rollback(True)


def side_by_side(isp: Isp) -> list[Any]:
    """Two allot at once: the first has not committed when the second asks."""
    found: list[Any] = [None]
    asked = threading.Event()

    def second() -> None:
        try:
            with scope.inside(isp.schema_name):
                asked.set()
                found[0] = tunnels.allot(2, now=NOW).address
        except IntegrityError as error:
            found[0] = type(error)
        finally:
            connection.close()

    def waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return bool(cursor.fetchone()[0])

    with scope.inside(isp.schema_name):
        first = tunnels.allot(1, now=NOW).address
        other = threading.Thread(target=second)
        other.start()
        asked.wait(10)
        until(waits, 20, "the second did not have to wait")
    other.join(20)
    return [first, found[0]]


@pytest.fixture
def cleared(fresh_isp: Isp) -> Any:
    yield fresh_isp
    TunnelPeer.objects.filter(schema=fresh_isp.schema_name).delete()


def test_two_that_ask_at_once_get_two_addresses(cleared: Isp) -> None:
    assert side_by_side(cleared) == ["10.99.0.2", "10.99.0.3"]


def test_without_the_lock_the_second_would_fail(cleared: Isp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tunnels, "_LOCK", "SELECT 1")
    assert side_by_side(cleared) == ["10.99.0.2", IntegrityError]


def test_a_key_is_one_routers_and_never_the_hubs(isp: Isp, neighbour: Isp) -> None:
    mine, hub = key(), running()
    with scope.inside(isp.schema_name):
        tunnels.allot(1, now=NOW)
        for wrong in ("", "short", "A" * 44, mine[:-1]):
            with pytest.raises(Refusal, match="no WireGuard key"):
                tunnels.take_key(1, wrong, now=NOW)
        with pytest.raises(Refusal, match="Another router has this"):
            tunnels.take_key(1, hub.public_key, now=NOW)
        with pytest.raises(Refusal, match="no tunnel address"):
            tunnels.take_key(2, mine, now=NOW)
        tunnels.take_key(1, mine, now=NOW)
        tunnels.take_key(1, mine, now=NOW)
    with scope.inside(neighbour.schema_name):
        tunnels.allot(1, now=NOW)
        with pytest.raises(Refusal, match="Another router has this"):
            tunnels.take_key(1, mine, now=NOW)


def test_another_key_forgets_what_was_seen_of_the_old_one(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        tunnels.allot(1, now=NOW)
        tunnels.take_key(1, key(), now=NOW)
        with scope.outside():
            TunnelPeer.objects.update(handshake_at=NOW, endpoint="192.0.2.7:1", is_up=True, changed_at=NOW)
        tunnels.take_key(1, key(), now=NOW)
        mine = tunnels.of(1)
        assert mine is not None
        assert (mine.handshake_at, mine.endpoint, mine.is_up) == (None, "", False)


def test_routers_are_told_of_the_hub_only_while_it_runs(db: None, settings: Any) -> None:
    assert tunnels.hub(NOW) is None
    assert "never run" in tunnels.trouble(NOW)
    row = running()
    hub = tunnels.hub(NOW)
    assert hub == tunnels.Hub("10.99.0.1", "hub.example", 51820, row.public_key)
    assert tunnels.trouble(NOW) == ""
    assert tunnels.hub(NOW + tunnels.SILENT) is None
    assert "silent since 2026-11-26 12:00" in tunnels.trouble(NOW + tunnels.SILENT)
    TunnelHub.objects.update(state="cannot", text="The kernel of this machine has no WireGuard.")
    assert tunnels.hub(NOW) is None
    assert tunnels.trouble(NOW) == "The kernel of this machine has no WireGuard."
    settings.TUNNEL_ENDPOINT = ("", 0)
    assert (tunnels.hub(NOW), tunnels.trouble(NOW), tunnels.guarded_pool()) == (None, "", "")


def test_we_come_from_the_hub_to_routers_in_tunnels_alone(settings: Any) -> None:
    assert tunnels.source_to("10.99.0.5") == "10.99.0.1"
    assert tunnels.source_to("10.99.0.9") == "203.0.113.10"
    assert tunnels.source_to("2001:db8::1") == "203.0.113.10"
    assert tunnels.source_to("") == "203.0.113.10"
    settings.TUNNEL_ENDPOINT = ("", 0)
    assert tunnels.source_to("10.99.0.5") == "203.0.113.10"


def sstp_hub(at: datetime = NOW, **changes: Any) -> TunnelHub:
    return TunnelHub.objects.create(
        **{"kind": Kind.SSTP, "state": "running", "certificate": "PEM", "seen_at": at, **changes}
    )


def test_a_router_by_sstp_has_a_password_from_the_start_and_an_address_of_the_same_pool(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        assert tunnels.allot(1, now=NOW).address == "10.99.0.2"
        mine = tunnels.allot(2, now=NOW, kind=Kind.SSTP)
        assert (mine.address, mine.kind, mine.public_key, mine.keyed_at) == ("10.99.0.3", "sstp", "", NOW)
        assert len(base64.b64decode(mine.preshared_key)) == 32
        later = tunnels.allot(2, now=NOW + timedelta(hours=1), kind=Kind.SSTP)
        assert (later.preshared_key, later.keyed_at) == (mine.preshared_key, NOW + timedelta(hours=1))
        with pytest.raises(Refusal, match="no tunnel address"):
            tunnels.take_key(2, key(), now=NOW)
        tunnels.release(2, now=NOW)
        assert tunnels.allot(3, now=NOW, kind=Kind.SSTP).address == "10.99.0.4", (
            "the address rests as any other"
        )
    assert tunnels.user_of("10.99.0.3") == "kmikro-10.99.0.3"


def test_a_router_that_changes_its_kind_keeps_its_address_and_nothing_else(isp: Isp) -> None:
    """RouterOS 6 made to 7, or the other way round."""
    seen = {"handshake_at": NOW, "endpoint": "192.0.2.7:1", "is_up": True, "changed_at": NOW}
    gone = {"handshake_at": None, "endpoint": "", "is_up": False, "changed_at": None, "public_key": ""}
    with scope.inside(isp.schema_name):
        tunnels.allot(1, now=NOW)
        tunnels.take_key(1, key(), now=NOW)
        secrets = {tunnels.allot(1, now=NOW).preshared_key}
        for kind, keyed in ((Kind.SSTP, NOW), (Kind.WIREGUARD, None)):
            with scope.outside():
                TunnelPeer.objects.update(**seen)
            mine = tunnels.allot(1, now=NOW, kind=kind)
            secrets.add(mine.preshared_key)
            assert (mine.address, mine.kind, mine.keyed_at) == ("10.99.0.2", kind, keyed)
            with scope.outside():
                assert TunnelPeer.objects.values(*gone).get() == gone
    assert len(secrets) == 3


def test_each_kind_has_a_hub_of_its_own(db: None, settings: Any) -> None:
    wireguard = running()
    assert tunnels.hub(NOW, Kind.SSTP) is None
    assert tunnels.trouble(NOW, Kind.SSTP) == "", "none is wanted"
    settings.SSTP_PORT = 8443
    assert tunnels.hub(NOW, Kind.SSTP) is None
    assert tunnels.trouble(NOW, Kind.SSTP) == "the SSTP hub has never run (manage.py sstp_hub)"
    row = sstp_hub(peers=4, blocked={"spoofed": 2})
    assert tunnels.hub(NOW, Kind.SSTP) == tunnels.Hub("10.99.0.1", "hub.example", 8443, "", "PEM")
    assert tunnels.hub(NOW) == tunnels.Hub("10.99.0.1", "hub.example", 51820, wireguard.public_key)
    assert tunnels.seen(Kind.SSTP) == tunnels.Seen(4, 2)
    assert tunnels.seen() == tunnels.Seen(0, 0)
    assert "the SSTP hub has been silent" in tunnels.trouble(NOW + tunnels.SILENT, Kind.SSTP)
    with pytest.raises(IntegrityError), transaction.atomic():
        sstp_hub()
    row.certificate = ""
    row.save()
    assert tunnels.hub(NOW, Kind.SSTP) is None, "nobody could make sure who answers"
    settings.TUNNEL_ENDPOINT = ("", 0)
    assert (tunnels.hub(NOW, Kind.SSTP), tunnels.trouble(NOW, Kind.SSTP), tunnels.seen(Kind.SSTP)) == (
        None, "", None,
    )  # fmt: skip
