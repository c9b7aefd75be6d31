"""Routers behind NAT that have no WireGuard, from the pasted text to 'ready' through SSTP.

The far end of a virtual connection is this machine: the hub's address and the router's are loopback ones.
"""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from accounts.journal import SYSTEM
from kmikro.lib import wireguard
from kmikro.lib.refusal import Refusal
from routers import device as devices
from routers import drift, enrolment, pasting, preflight, sync, tasks, tunnels
from routers.models import Router, SyncRun
from routers.virtual import VirtualRouter, builtins
from tenants import scope
from tenants import tunnels as public
from tenants.models import Isp, NasRoute, TunnelHub, TunnelPeer
from tests.addresses import own
from tests.conftest import host_of
from tests.routers.hubs import answering, certificate
from tests.routers.test_enrolment_journey import asked, seen, web, worked

__all__ = ["asked", "web"]
PEM = certificate()
SIX, SEVEN = "6.49.10 (long-term)", "7.20.8 (stable)"
MINUTE = timedelta(minutes=1)
Asked = list[tuple[Any, ...]]


def sign_in(user: str, password: str) -> tuple[str, str] | None:
    """The hub of these tests lets in whom the database knows."""
    try:
        with scope.outside():
            for row in TunnelPeer.objects.filter(kind="sstp", released_at=None):
                if (user, password) == (public.user_of(row.address), row.preshared_key):
                    return row.address, own(129)
        return None
    finally:
        if threading.current_thread() is not threading.main_thread():
            connections.close_all()


@pytest.fixture
def hub(fresh_isp: Isp, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[TunnelHub]:
    monkeypatch.setattr(builtins, "LONGEST_DELAY", 0.01)
    settings.TUNNEL_ENDPOINT, settings.SSTP_PORT = ("hub.example", 51820), 8443
    settings.TUNNEL_POOL = f"{own(128)}/25"
    row = TunnelHub.objects.create(
        kind="sstp", state="running", certificate=PEM, seen_at=datetime.now(UTC) + MINUTE
    )
    yield row
    TunnelHub.objects.all().delete()
    TunnelPeer.objects.filter(schema=fresh_isp.schema_name).delete()
    NasRoute.objects.filter(schema=fresh_isp.schema_name).delete()


def mikrotik(version: str) -> VirtualRouter:
    router = VirtualRouter(address=own(48), version=version)
    router.device.sstp.dial = answering(PEM, sign_in)
    return router


def begin(isp: Isp, *, six: bool) -> tuple[int, str]:
    now = datetime.now(UTC)
    with scope.inside(isp.schema_name):
        router = enrolment.begin(
            name="Gate", site=enrolment.place("Mall", now=now), interface="bridge-lan", by=SYSTEM, now=now
        )
        return router.pk, enrolment.command(router, host_of(isp), six=six)


def again(isp: Isp, number: int, *, six: bool) -> str:
    with scope.inside(isp.schema_name):
        router = Router.objects.get(pk=number)
        enrolment.renew(router, by=SYSTEM, now=datetime.now(UTC))
        return enrolment.command(router, host_of(isp), six=six)


def is_ready(isp: Isp, number: int, router: VirtualRouter) -> None:
    tasks.enrol(isp.schema_name, number)
    held = seen(isp, number)
    assert (held.trouble, held.state) == ("", Router.State.READY)
    assert (held.path, held.address) == (Router.Path.TUNNEL, own(130))
    (row,) = router.tree.rows("/radius")
    assert (row["address"], row["src-address"]) == (own(129), own(130))
    assert NasRoute.objects.get(schema=isp.schema_name).address == own(130)
    before = len(router.commands)
    tasks.sync(isp.schema_name, number, "Asked for by a person")
    assert {sent.verb for sent in router.commands[before:]} <= {"print", "login"}
    with scope.inside(isp.schema_name):
        newest = SyncRun.objects.first()
        assert newest is not None
        assert (newest.state, newest.written, newest.trouble) == ("done", 0, "")


@pytest.mark.parametrize("version", [SIX, SEVEN])
def test_paste_one_line_and_the_router_is_ready_behind_nat(
    web: int, fresh_isp: Isp, hub: TunnelHub, asked: Asked, version: str
) -> None:
    with mikrotik(version) as router:
        router.paste('/ip firewall filter add chain=input action=drop comment="theirs"')
        number, line = begin(fresh_isp, six=version == SIX)
        assert worked(router.paste(line))
        assert asked == [("enrol", fresh_isp.schema_name, number)]
        is_ready(fresh_isp, number, router)
        peer = TunnelPeer.objects.get(schema=fresh_isp.schema_name)
        assert (peer.kind, peer.address) == ("sstp", own(130))
        logins = [line.message for line in router.device.lines if "via api" in line.message]
        assert logins
        assert all(f"from {own(129)} " in each for each in logins), (
            "we come from the hub and from nowhere else"
        )
        assert not any(peer.preshared_key in str(line) for line in router.device.lines)


@pytest.mark.parametrize("version", [SIX, SEVEN])
def test_paste_a_block_and_nobody_has_to_know_an_address(
    fresh_isp: Isp, hub: TunnelHub, version: str, settings: Any
) -> None:
    settings.RADIUS_ADDRESS, settings.ALLOW_PRIVATE_ROUTERS = "127.0.0.1", False
    six, schema, now = version == SIX, fresh_isp.schema_name, datetime.now(UTC)
    number, _line = begin(fresh_isp, six=six)
    with scope.inside(schema):
        held = Router.objects.get(pk=number)
        block = pasting.block(held, six=six, now=now)
        assert (held.path, held.address) == (Router.Path.DIRECT, None), "who looks at a block changes no path"
        assert "/tool fetch" not in block
        assert max(len(part) for part in block.split("contents=")) < 60_000
    with mikrotik(version) as router:
        line = router.terminal().enter(block).splitlines()[-1]
        with scope.inside(schema):
            pasting.take(Router.objects.get(pk=number), line, "", by=SYSTEM, now=now)
        is_ready(fresh_isp, number, router)


def test_what_the_line_of_a_block_says_decides_the_way(fresh_isp: Isp, hub: TunnelHub) -> None:
    now = datetime.now(UTC)
    number, _line = begin(fresh_isp, six=True)
    with scope.inside(fresh_isp.schema_name):
        router = Router.objects.get(pk=number)
        stamp = pasting.pasted.stamp(router.public_id, pasting.code_of(router, by_tunnel=True))
        line = f"{stamp}:6.49.10:HE1:8729:{'ab' * 32}:end"
        assert pasting.brings_tunnel(router, six=True, now=now)
        with pytest.raises(Refusal) as refused:
            pasting.take(router, line, "", by=SYSTEM, now=now)
        assert refused.value.field == "address", "no block was ever shown: there is no tunnel"
        with scope.outside():
            TunnelHub.objects.update(state="cannot", text="No TUN.")
        assert not pasting.brings_tunnel(router, six=True, now=now)
        assert "sstp" not in pasting.block(router, six=True, now=now)


def test_seven_prefers_wireguard_and_a_look_at_its_block_takes_it_from_nobody(
    fresh_isp: Isp, hub: TunnelHub
) -> None:
    now = datetime.now(UTC)
    TunnelHub.objects.create(
        kind="wireguard",
        state="running",
        public_key=wireguard.public_of(wireguard.new_private()),
        seen_at=now,
    )
    number, _line = begin(fresh_isp, six=False)
    with scope.inside(fresh_isp.schema_name):
        router = Router.objects.get(pk=number)
        assert (tunnels.offered(now, six=False), tunnels.offered(now, six=True)) == ("wireguard", "sstp")
        way = tunnels.choose(
            router, "198.51.100.4", url="https://a.example/e/t", check="yes", six=False, now=now
        )
        assert way.interface == "kmikro-wg"
        assert pasting.block(router, six=False, now=now) != ""
        mine = public.of(number)
        assert mine is not None
        assert mine.kind == "wireguard"
        way = tunnels.choose(
            router, "198.51.100.4", url="https://a.example/e/t", check="yes", six=True, now=now
        )
        assert (way.interface, router.address) == ("kmikro-sstp", own(130))


def test_after_an_upgrade_to_seven_the_tunnel_goes_on_and_a_new_command_makes_it_wireguard(
    web: int, fresh_isp: Isp, hub: TunnelHub, asked: Asked
) -> None:
    with mikrotik(SIX) as router:
        number, line = begin(fresh_isp, six=True)
        assert worked(router.paste(line))
        is_ready(fresh_isp, number, router)
        router.device.become(SEVEN)
        assert router.paste(":put [/interface sstp-client get kmikro-sstp running]") == "true"
        is_ready_again = seen(fresh_isp, number)
        assert is_ready_again.address == own(130)
        key = wireguard.public_of(wireguard.new_private())
        TunnelHub.objects.create(
            kind="wireguard", state="running", public_key=key, seen_at=datetime.now(UTC) + MINUTE
        )
        router.device.hub = lambda host, port, mine, theirs: True
        assert worked(router.paste(again(fresh_isp, number, six=False)))
        assert router.tree.rows("/interface/sstp-client") == []
        assert router.tree.find("/certificate", name="kmikro-hub") is None
        assert len(router.tree.rows("/interface/wireguard")) == 1
        peer = TunnelPeer.objects.get(schema=fresh_isp.schema_name)
        assert (peer.kind, peer.address) == ("wireguard", own(130))
        TunnelHub.objects.filter(kind="wireguard").update(state="cannot")
        assert worked(router.paste(again(fresh_isp, number, six=False)))
        assert router.tree.rows("/interface/wireguard") == []
        is_ready(fresh_isp, number, router)


def test_a_wrong_clock_stops_it_before_anything_is_changed(
    web: int, fresh_isp: Isp, hub: TunnelHub, asked: Asked
) -> None:
    with mikrotik(SIX) as router:
        router.faults.clock_1970 = router.device.clock.lost = True
        number, line = begin(fresh_isp, six=True)
        assert "would not trust our tunnel hub" in router.paste(line)
        assert preflight.CLOCK in seen(fresh_isp, number).trouble
        assert router.tree.rows("/interface/sstp-client") == []
        with scope.inside(fresh_isp.schema_name):
            block = pasting.block(Router.objects.get(pk=number), six=True, now=datetime.now(UTC))
        said = router.terminal().enter(block)
        assert "STOP Clock" in said
        assert router.tree.rows("/interface/sstp-client") == []


def test_a_name_that_somebody_else_has_stops_it(
    web: int, fresh_isp: Isp, hub: TunnelHub, asked: Asked
) -> None:
    with mikrotik(SIX) as router:
        router.paste("/interface sstp-client add name=kmikro-sstp connect-to=vpn.example")
        number, line = begin(fresh_isp, six=True)
        assert "interface kmikro-sstp that we did not make" in router.paste(line)
        assert len(router.tree.rows("/ppp/profile")) == 2
        with scope.inside(fresh_isp.schema_name):
            block = pasting.block(Router.objects.get(pk=number), six=True, now=datetime.now(UTC))
        assert "STOP Names" in router.terminal().enter(block)


def test_a_change_that_would_take_our_way_in_is_not_among_what_we_do(
    web: int, fresh_isp: Isp, hub: TunnelHub, asked: Asked
) -> None:
    paths = ("/interface/sstp-client", "/ppp/profile", "/certificate")
    with mikrotik(SIX) as router:
        number, line = begin(fresh_isp, six=True)
        assert worked(router.paste(line))
        is_ready(fresh_isp, number, router)
        before = [row.copy() for path in paths for row in router.tree.rows(path)]
        with scope.inside(fresh_isp.schema_name):
            held = Router.objects.get(pk=number)
            job = sync.job_of(held, host_of(fresh_isp), now=datetime.now(UTC))
            with devices.opened(job.target) as talk:
                assert drift.look(talk, job.wish)[1] == []
                sync.release(talk, sync.Outcome())
        assert [row for path in paths for row in router.tree.rows(path)] == before
        assert router.paste(":put [/interface sstp-client get kmikro-sstp running]") == "true"


def test_the_certificate_is_for_the_router_that_enrols_by_sstp_alone(fresh_isp: Isp, hub: TunnelHub) -> None:
    now = datetime.now(UTC)
    number, _line = begin(fresh_isp, six=True)
    with scope.inside(fresh_isp.schema_name):
        router = Router.objects.get(pk=number)
        with pytest.raises(Refusal, match="used or has expired"):
            tunnels.certificate(router, caller="198.51.100.4", now=now)
        enrolment.fetch(router, token="t" * 26, host="a.example", address="198.51.100.4", now=now, six=True)
        assert tunnels.certificate(router, caller="198.51.100.4", now=now) == PEM
        with pytest.raises(Refusal, match="used or has expired"):
            tunnels.certificate(router, caller="198.51.100.5", now=now)
        with scope.outside():
            TunnelHub.objects.update(state="cannot")
        with pytest.raises(Refusal, match="does not run"):
            tunnels.certificate(router, caller="198.51.100.4", now=now)
        assert enrolment.report(router, {"problem": "tunnel"}, address="198.51.100.4", now=now) is False
        assert "Let TCP go out to port 8443 of hub.example" in router.trouble
        assert enrolment.report(router, {"port": "8729"}, address="198.51.100.4", now=now), (
            "it has no key to tell"
        )
