"""What pages and API show of a router's tunnel, and what the platform is told of its hub."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from kmikro.lib import wireguard
from routers.models import Router
from tenants import scope, tunnels
from tenants.models import Isp, TunnelHub, TunnelPeer
from tests.api.conftest import token_for
from tests.conftest import PASSWORD, HostClient
from tests.factories import make_router

__all__ = ["token_for"]
pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
ClientFor = Callable[..., HostClient]


@pytest.fixture(autouse=True)
def _hub(settings: Any) -> None:
    settings.TUNNEL_ENDPOINT = ("hub.example", 51820)
    settings.TUNNEL_POOL = "10.99.0.0/16"


def runs(**changes: Any) -> None:
    base = {"state": "running", "public_key": "k" * 44, "seen_at": datetime.now(UTC)}
    TunnelHub.objects.create(**{**base, **changes})


def behind(isp: Isp, **fields: Any) -> Router:
    """A router with a tunnel address and a key."""
    now = datetime.now(UTC)
    with scope.inside(isp.schema_name):
        router = make_router(path="tunnel", called_from="198.51.100.7", fetched_at=now, **fields)
        router.address = tunnels.allot(router.pk, now=now).address
        router.save()
        tunnels.take_key(router.pk, wireguard.public_of(wireguard.new_private()), now=now)
    return router


def met(ago: timedelta, **changes: Any) -> None:
    now = datetime.now(UTC)
    base = {
        "handshake_at": now - ago, "endpoint": "198.51.100.7:51099", "is_up": True, "received_bytes": 5000,
        "sent_bytes": 7000, "changed_at": now - ago,
    }  # fmt: skip
    TunnelPeer.objects.update(**{**base, **changes})


def test_the_steps_show_the_handshake_or_the_fix(isp: Isp, client_for: ClientFor) -> None:
    router = behind(isp, state="fetched", ready_at=None, is_up=False)
    runs()
    client, path = client_for("owner"), f"/routers/{router.pk}/enrol/steps/"
    text = client.get(path).content.decode()
    assert "198.51.100.7 fetched the script" in text
    assert "Waiting for the first handshake." in text
    met(timedelta(seconds=12))
    text = client.get(path).content.decode()
    assert "Tunnel up" in text
    assert "Handshake 12 s ago, 10.99.0.2" in text or "Handshake 13 s ago, 10.99.0.2" in text
    TunnelPeer.objects.update(handshake_at=None, is_up=False, keyed_at=datetime.now(UTC) - MINUTE)
    assert "Let UDP go out to port 51820 of hub.example" in client.get(path).content.decode()


def test_where_the_hub_does_not_run_the_page_says_why_and_what_follows(
    isp: Isp, client_for: ClientFor
) -> None:
    with scope.inside(isp.schema_name):
        router = make_router(state="waiting", ready_at=None, is_up=False, address=None)
    runs(state="cannot", text="The kernel of this machine has no WireGuard.")
    client, path = client_for("owner"), f"/routers/{router.pk}/enrol/steps/"
    text = client.get(path).content.decode()
    assert "There is no tunnel now: The kernel of this machine has no WireGuard." in text
    assert "needs a public address of its own" in text
    TunnelHub.objects.update(state="running", text="")
    assert "There is no tunnel now" not in client.get(path).content.decode()
    assert "kmikro-wg" in client.get(f"/routers/{router.pk}/enrol/").content.decode()


def test_without_a_hub_nothing_is_said_of_tunnels(isp: Isp, client_for: ClientFor, settings: Any) -> None:
    settings.TUNNEL_ENDPOINT = ("", 0)
    with scope.inside(isp.schema_name):
        router, ready = make_router(state="waiting", ready_at=None, is_up=False, address=None), make_router()
    client = client_for("owner")
    for path in (f"/routers/{router.pk}/enrol/", f"/routers/{ready.pk}/"):
        text = client.get(path).content.decode()
        assert "no tunnel" not in text
        assert "kmikro-wg" not in text
        assert "Last handshake" not in text


def test_the_page_of_a_router_shows_its_tunnel_and_what_was_dropped(isp: Isp, client_for: ClientFor) -> None:
    router = behind(isp)
    runs()
    met(MINUTE, blocked_packets=3)
    client, path = client_for("support"), f"/routers/{router.pk}/"
    text = client.get(path).content.decode()
    assert "Last handshake" in text
    assert "198.51.100.7:51099" in text
    assert "3 packets that it sent where it may not" in text
    met(timedelta(minutes=9), is_up=False)
    assert "Let UDP go out" in client.get(path).content.decode()


def test_the_api_has_the_tunnel_with_one_query_for_a_list(isp: Isp, token_for: Callable[..., Any]) -> None:
    routers = [behind(isp) for _ in range(4)]
    with scope.inside(isp.schema_name):
        direct = make_router()
    met(MINUTE)
    program = token_for(["routers:read"])
    with CaptureQueriesContext(connection) as queries:
        rows = program.call("GET", "routers/").json()["results"]
    assert sum("tenants_tunnelpeer" in each["sql"] for each in queries.captured_queries) == 1
    found = {row["id"]: row["tunnel"] for row in rows}
    assert found[direct.pk] is None
    shown = found[routers[0].pk]
    assert (shown["address"], shown["is_up"], shown["received_bytes"]) == ("10.99.0.2", True, 5000)
    assert "key" not in str(shown)


def test_a_neighbours_tunnel_is_nowhere(isp: Isp, neighbour: Isp, client_for: ClientFor) -> None:
    theirs = behind(neighbour, name="Theirs")
    mine = behind(isp)
    runs()
    met(MINUTE)
    client = client_for("owner")
    assert mine.address != theirs.address
    assert theirs.address not in client.get(f"/routers/{mine.pk}/").content.decode()


def test_readiness_tells_of_the_hub_and_does_not_depend_on_it(public: HostClient, settings: Any) -> None:
    cache.set("heartbeat", time.time(), 60)
    runs(state="cannot", text="The kernel of this machine has no WireGuard.")
    told = public.get("/readyz").json()
    assert told["tunnel"] == "The kernel of this machine has no WireGuard."
    TunnelHub.objects.update(state="running")
    assert public.get("/readyz").json()["tunnel"] == "ok"
    settings.TUNNEL_ENDPOINT = ("", 0)
    told_less = public.get("/readyz").json()
    assert "tunnel" not in told_less
    assert told["ok"] == told_less["ok"]


def test_staff_see_how_the_hub_is(isp: Isp, public: HostClient) -> None:
    crew = User(email="staff@k.test", name="Staff", role="", kind="staff", joined_at=isp.made_at)
    crew.set_password(PASSWORD)
    crew.save()
    public.post("/staff/sign-in/", {"email": crew.email, "password": PASSWORD})
    runs(peers=3, blocked={"forwarded": 2, "refused": 5, "spoofed": 9})
    text = public.get("/staff/").text
    assert "Tunnel hub: 3 routers" in text
    assert "7 packets dropped" in text
    TunnelHub.objects.update(state="cannot", text="wg is missing.")
    assert "Routers get no WireGuard tunnel." in public.get("/staff/").text


def by_sstp(isp: Isp, settings: Any, **fields: Any) -> Router:
    settings.SSTP_PORT = 8443
    now = datetime.now(UTC)
    with scope.inside(isp.schema_name):
        router = make_router(path="tunnel", called_from="198.51.100.7", fetched_at=now, **fields)
        router.address = tunnels.allot(router.pk, now=now, kind="sstp").address
        router.save()
    return router


def test_pages_and_api_tell_an_sstp_tunnel_from_one_of_wireguard(
    isp: Isp, client_for: ClientFor, token_for: Callable[..., Any], settings: Any
) -> None:
    router, other = by_sstp(isp, settings), behind(isp)
    TunnelHub.objects.create(kind="sstp", state="running", certificate="PEM", seen_at=datetime.now(UTC))
    client = client_for("owner")
    text = client.get(f"/routers/{router.pk}/").content.decode()
    assert "Tunnel (SSTP)" in text
    assert "Last heard" in text
    assert "handshake" not in text.casefold()
    assert "Waiting for the router to dial in." in text
    TunnelPeer.objects.filter(kind="sstp").update(
        handshake_at=datetime.now(UTC) - MINUTE, endpoint="198.51.100.7:40000", is_up=False
    )
    text = client.get(f"/routers/{router.pk}/").content.decode()
    assert "It was last heard from 198.51.100.7:40000" in text
    assert "Let TCP go out to port 8443 of hub.example" in text
    TunnelPeer.objects.filter(kind="sstp").update(is_up=True)
    assert "Up; " in client.get(f"/routers/{router.pk}/").content.decode()
    rows = token_for(["routers:read"]).call("GET", "routers/").json()["results"]
    kinds = {row["id"]: row["tunnel"]["kind"] for row in rows}
    assert kinds == {router.pk: "sstp", other.pk: "wireguard"}


def test_the_enrolment_of_six_shows_what_its_tunnel_is_and_why_there_is_none(
    isp: Isp, client_for: ClientFor, settings: Any
) -> None:
    with scope.inside(isp.schema_name):
        router = make_router(state="waiting", ready_at=None, is_up=False, address=None)
        router.enrolment_sealed = "t" * 26
        router.enrolment_expires_at = datetime.now(UTC) + MINUTE
        router.save()
    client, path = client_for("owner"), f"/routers/{router.pk}/enrol/?version=6"
    assert "There is no tunnel for it here" in client.get(path).content.decode()
    settings.SSTP_PORT = 8443
    text = client.get(path).content.decode()
    assert "There is no tunnel now: the SSTP hub has never run" in text
    TunnelHub.objects.create(kind="sstp", state="running", certificate="PEM", seen_at=datetime.now(UTC))
    text = client.get(path).content.decode()
    assert "so it may be behind NAT" in text
    assert "kmikro-sstp" in text
    assert "There is no tunnel" not in text
    runs(state="cannot", text="The kernel of this machine has no WireGuard.")
    text = client.get(f"/routers/{router.pk}/enrol/").content.decode()
    assert "kmikro-sstp" in text, "7 comes by SSTP where nothing else runs"
    assert "There is no tunnel" not in text


def test_the_steps_of_a_router_by_sstp_show_when_it_was_heard(
    isp: Isp, client_for: ClientFor, settings: Any
) -> None:
    router = by_sstp(isp, settings, state="fetched", ready_at=None, is_up=False)
    TunnelHub.objects.create(kind="sstp", state="running", certificate="PEM", seen_at=datetime.now(UTC))
    TunnelPeer.objects.update(handshake_at=datetime.now(UTC), is_up=True, endpoint="198.51.100.7:40000")
    text = client_for("owner").get(f"/routers/{router.pk}/enrol/steps/").content.decode()
    assert "Tunnel up" in text
    assert "Heard " in text
    assert "Handshake" not in text


def test_staff_and_readiness_tell_of_the_sstp_hub(isp: Isp, public: HostClient, settings: Any) -> None:
    cache.set("heartbeat", time.time(), 60)
    assert "sstp" not in public.get("/readyz").json()
    settings.SSTP_PORT = 8443
    TunnelHub.objects.create(
        kind="sstp",
        state="running",
        certificate="PEM",
        seen_at=datetime.now(UTC),
        peers=2,
        blocked={"refused": 1},
    )
    assert public.get("/readyz").json()["sstp"] == "ok"
    crew = User(email="staff@k.test", name="Staff", role="", kind="staff", joined_at=isp.made_at)
    crew.set_password(PASSWORD)
    crew.save()
    public.post("/staff/sign-in/", {"email": crew.email, "password": PASSWORD})
    assert "SSTP hub: 2 routers" in public.get("/staff/").text
    TunnelHub.objects.update(state="cannot", text="There is no TUN device.")
    text = public.get("/staff/").text
    assert "Routers get no SSTP tunnel." in text
    assert "There is no TUN device." in text


def test_the_sstp_hub_is_told_beside_it(isp: Isp, public: HostClient, settings: Any) -> None:
    runs(peers=3)
    crew = User(email="staff@k.test", name="Staff", role="", kind="staff", joined_at=isp.made_at)
    crew.set_password(PASSWORD)
    crew.save()
    public.post("/staff/sign-in/", {"email": crew.email, "password": PASSWORD})
    assert "sstp" not in public.get("/readyz").json()
    assert "SSTP" not in public.get("/staff/").text
    settings.SSTP_PORT = 8443
    assert "has never run" in public.get("/readyz").json()["sstp"]
    assert "Routers get no SSTP tunnel." in public.get("/staff/").text
    runs(kind="sstp", public_key="", certificate="PEM", peers=5, blocked={"spoofed": 2, "unsent": 7})
    assert public.get("/readyz").json()["sstp"] == "ok"
    text = public.get("/staff/").text
    assert "Tunnel hub: 3 routers" in text
    assert "SSTP hub: 5 routers" in text
    assert "2 packets dropped" in text
