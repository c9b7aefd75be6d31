"""From the pasted line to 'ready' through a tunnel, and who may use a tunnel's address.

The far end of a virtual tunnel is this machine: the hub's address and the router's are loopback ones.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.journal import SYSTEM
from kmikro.lib import wireguard
from kmikro.lib.refusal import Refusal
from routers import enrolment, faults, guard_address, radsec, script_tunnel, sync, tasks, tunnels
from routers.device import Unreachable
from routers.models import Router, Watch
from routers.virtual import VirtualRouter
from tenants import scope
from tenants import tunnels as public
from tenants.models import Isp, NasRoute, TunnelHub, TunnelPeer
from tests.addresses import own
from tests.routers.test_enrolment_journey import asked, begin, enrolled, mikrotik, seen, web, worked

__all__ = ["asked", "mikrotik", "web"]
HUB_KEY = wireguard.public_of(wireguard.new_private())
MINUTE = timedelta(minutes=1)


def let_in(host: str, port: int, key: str, hub_key: str) -> bool:
    """The hub of these tests lets in whom the database knows."""
    with scope.outside():
        known = TunnelPeer.objects.filter(public_key=key, released_at=None).exists()
    return known and (host, port, hub_key) == ("hub.example", 51820, HUB_KEY)


@pytest.fixture
def hub(fresh_isp: Isp, settings: Any) -> Iterator[TunnelHub]:
    settings.TUNNEL_ENDPOINT = ("hub.example", 51820)
    settings.TUNNEL_POOL = f"{own(128)}/25"
    row = TunnelHub.objects.create(state="running", public_key=HUB_KEY, seen_at=datetime.now(UTC) + MINUTE)
    yield row
    TunnelHub.objects.all().delete()
    TunnelPeer.objects.filter(schema=fresh_isp.schema_name).delete()


def through(isp: Isp, router: VirtualRouter, asked: list[tuple[Any, ...]]) -> int:
    router.device.hub = let_in
    return enrolled(isp, router, asked)


def test_paste_one_line_and_the_router_is_ready_behind_its_tunnel(
    web: int, fresh_isp: Isp, hub: TunnelHub, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]]
) -> None:
    mikrotik.paste('/ip firewall filter add chain=input action=drop comment="theirs"')
    number = through(fresh_isp, mikrotik, asked)
    router = seen(fresh_isp, number)
    assert (router.trouble, router.state) == ("", Router.State.READY)
    assert (router.path, router.address, router.called_from) == (Router.Path.TUNNEL, own(130), own(43))
    peer = TunnelPeer.objects.get(schema=fresh_isp.schema_name)
    (link,) = mikrotik.tree.rows("/interface/wireguard")
    assert (peer.address, peer.public_key) == (own(130), link["public-key"])
    (row,) = mikrotik.tree.rows("/radius")
    assert (row["address"], row["src-address"]) == (own(129), own(130))
    assert NasRoute.objects.get(schema=fresh_isp.schema_name).address == own(130)
    logins = [line.message for line in mikrotik.device.lines if "via api" in line.message]
    assert logins
    assert all(f"from {own(129)} " in line for line in logins), "we come from the hub and from nowhere else"
    before = len(mikrotik.commands)
    tasks.sync(fresh_isp.schema_name, number, "Asked for by a person")
    assert {sent.verb for sent in mikrotik.commands[before:]} <= {"print", "login"}
    with scope.inside(fresh_isp.schema_name):
        Watch.objects.update(due_at=datetime.now(UTC) - MINUTE)
    tasks.check_all(fresh_isp.schema_name)
    assert ("check", fresh_isp.schema_name, number) in asked


def test_a_removed_router_loses_its_tunnel_after_its_rows(
    web: int, fresh_isp: Isp, hub: TunnelHub, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]]
) -> None:
    number = through(fresh_isp, mikrotik, asked)
    with scope.inside(fresh_isp.schema_name):
        assert enrolment.remove(Router.objects.get(pk=number), release=True, by=SYSTEM, now=datetime.now(UTC))
        assert public.of(number) is not None, "our rows are taken off through it"
    tasks.let_go(fresh_isp.schema_name, number)
    assert mikrotik.tree.rows("/radius") == []
    with scope.inside(fresh_isp.schema_name):
        assert public.of(number) is None
    assert TunnelPeer.objects.get(schema=fresh_isp.schema_name).released_at is not None


def test_without_an_answer_of_the_hub_the_fix_is_said_and_the_same_line_works_later(
    web: int, fresh_isp: Isp, hub: TunnelHub, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(script_tunnel, "PATIENCE", 1)
    number, line = begin(fresh_isp)
    assert "no handshake" in mikrotik.paste(line)
    router = seen(fresh_isp, number)
    assert (router.state, asked) == (Router.State.FETCHED, [])
    assert "Let UDP go out to port 51820 of hub.example" in router.trouble
    mikrotik.device.hub = let_in
    assert worked(mikrotik.paste(line))
    assert seen(fresh_isp, number).state == Router.State.REACHED


def test_where_the_hub_does_not_run_a_router_is_reached_directly(
    web: int, fresh_isp: Isp, hub: TunnelHub, mikrotik: VirtualRouter, asked: list[tuple[Any, ...]]
) -> None:
    TunnelHub.objects.update(state="cannot", text="The kernel of this machine has no WireGuard.")
    number = enrolled(fresh_isp, mikrotik, asked)
    router = seen(fresh_isp, number)
    assert (router.state, router.path, router.address) == (Router.State.READY, Router.Path.DIRECT, own(43))
    assert mikrotik.tree.rows("/interface/wireguard") == []
    assert not TunnelPeer.objects.filter(schema=fresh_isp.schema_name).exists()


def test_a_key_is_taken_from_the_router_that_fetched_and_while_it_enrols_alone(
    fresh_isp: Isp, hub: TunnelHub
) -> None:
    now = datetime.now(UTC)
    number, _line = begin(fresh_isp)
    with scope.inside(fresh_isp.schema_name):
        router = Router.objects.get(pk=number)
        key = {"key": wireguard.public_of(wireguard.new_private())}
        with pytest.raises(Refusal, match="used or has expired"):
            tunnels.take_key(router, key, caller="198.51.100.4", now=now)
        enrolment.fetch(router, token="t" * 26, host="a.example", address="198.51.100.4", now=now)
        assert (router.path, router.address) == (Router.Path.TUNNEL, own(130))
        with pytest.raises(Refusal, match="told its WireGuard key"):
            enrolment.report(router, {"port": "8729"}, address="198.51.100.4", now=now)
        with pytest.raises(Refusal, match="used or has expired"):
            tunnels.take_key(router, key, caller="198.51.100.5", now=now)
        tunnels.take_key(router, key, caller="198.51.100.4", now=now)
        assert enrolment.report(router, {"port": "8729"}, address="198.51.100.4", now=now)
        with pytest.raises(Refusal, match="goes through its tunnel"):
            radsec.ask_new(router, by=SYSTEM, now=now)


@pytest.fixture
def router(inside_isp: Isp, settings: Any) -> Router:
    settings.TUNNEL_ENDPOINT, settings.TUNNEL_POOL = ("hub.example", 51820), "10.99.0.0/16"
    settings.RADIUS_ADDRESS, settings.ALLOW_PRIVATE_ROUTERS = "203.0.113.10", False
    now = datetime.now(UTC)
    made = enrolment.begin(
        name="Gate", site=enrolment.place("Mall", now=now), interface="bridge-lan", by=SYSTEM, now=now
    )
    made.path, made.address, made.api_port = Router.Path.TUNNEL, public.allot(made.pk, now=now).address, 8729
    made.save()
    return made


@pytest.mark.parametrize("private", [True, False])
def test_a_tunnel_address_is_for_the_router_that_it_was_allotted_to(
    router: Router, settings: Any, private: bool
) -> None:
    """Input 39: another one's address is refused in the words of every other refusal."""
    settings.ALLOW_PRIVATE_ROUTERS = private
    mine = sync.target_of(router)
    assert (mine.address, mine.source, mine.allotted) == ("10.99.0.2", "10.99.0.1", "10.99.0.2")
    sync.guard(mine)
    router.address = "10.99.0.3"  # whatever its own row says
    for wrong in (sync.target_of(router), replace(mine, allotted=""), replace(mine, address="10.99.0.1")):
        with pytest.raises(Refusal) as refused:
            sync.guard(wrong)
        assert refused.value.text == guard_address._REFUSED
    router.path, router.address = Router.Path.DIRECT, "10.99.0.2"
    with pytest.raises(Refusal):
        sync.guard(sync.target_of(router))


def test_a_tunnel_that_was_released_opens_nothing(router: Router) -> None:
    public.release(router.pk, now=datetime.now(UTC))
    with pytest.raises(Refusal):
        sync.guard(sync.target_of(router))


def test_the_health_of_a_tunnel_is_a_sentence_with_the_fix(router: Router) -> None:
    now = datetime.now(UTC)
    mine = tunnels.of(router)
    assert mine is not None
    assert "never run" in tunnels.health(mine, now=now).text
    with scope.outside():
        TunnelHub.objects.create(state="running", public_key=HUB_KEY, seen_at=now)
    assert tunnels.health(mine, now=now).state == "now"
    keyed = replace(mine, keyed_at=now)
    assert tunnels.health(keyed, now=now).text == "Waiting for the first handshake."
    late = tunnels.health(replace(mine, keyed_at=now - MINUTE), now=now)
    assert (late.state, late.text) == ("bad", tunnels.not_up("wireguard"))
    met = replace(keyed, handshake_at=now - MINUTE, is_up=True, endpoint="198.51.100.7:51099")
    assert tunnels.health(met, now=now) == tunnels.Health("ok", "", MINUTE)
    lost = tunnels.health(replace(met, is_up=False), now=now)
    assert (lost.state, lost.age) == ("bad", MINUTE)
    assert "198.51.100.7:51099" in lost.text


def test_a_router_behind_a_tunnel_that_is_down_is_said_to_be_so(router: Router) -> None:
    target = sync.target_of(router)
    said = faults.in_words(Unreachable("The connection failed: no answer."), target)
    assert "through its tunnel" in said
    assert "forward" not in said
