"""Routers behind one address, told apart by the port they ask: two ISPs, one address, two secrets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.conf import LazySettings

from kmikro.lib.refusal import Refusal
from radius.apart import ApartServer, Ports, name_of
from radius.directory import LiveDirectory, read, read_apart
from radius.events import Nas
from radius.packet import parse
from radius.seal import Seal
from routers.models import Router
from routers.sync import job_of
from tenants import routes, scope
from tenants.models import Isp, NasRoute
from tests.factories import NOW, make_router
from tests.radius import vectors as v
from tests.radius.fakes import ROUTER, World
from tests.radius.running import ADDRESS, until
from tests.radius.test_crew import free_port


class Asker:
    """A router with one socket, whichever port it asks."""

    def __enter__(self) -> Asker:
        self.wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.wire.bind((ADDRESS, 0))
        self.wire.settimeout(5)
        return self

    def __exit__(self, *_: object) -> None:
        self.wire.close()

    def ask(self, datagram: bytes, number: int) -> bytes:
        self.wire.sendto(datagram, (ADDRESS, number))
        reply, source = self.wire.recvfrom(4096)
        assert source == (ADDRESS, number)
        return reply

    def send(self, datagram: bytes, number: int) -> None:
        self.wire.sendto(datagram, (ADDRESS, number))


OTHER = b"another-secret-for-this-router"


@contextmanager
def serving(known: dict[str, Nas], allowed: set[int]) -> Iterator[tuple[World, ApartServer]]:
    world = World()
    directory = LiveDirectory(lambda: dict(known))
    directory.refresh()
    world.routers = known
    server = ApartServer(world, Ports(ADDRESS), directory, allowed)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.ports.numbers == {int(each.split()[2]) for each in known} & allowed)
    yield world, server
    server.stop()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.django_db
def test_one_address_two_ports_two_routers() -> None:
    one, two, closed = free_port(), free_port(), free_port()
    known = {
        name_of(ADDRESS, one): ROUTER,
        name_of(ADDRESS, two): replace(ROUTER, schema="isp_other", router_id=9, secret=OTHER),
        name_of(ADDRESS, closed): ROUTER,
    }
    with serving(known, {one, two}) as (world, server), Asker() as router:
        assert router.ask(v.G1, one)[0] == 2
        seal = Seal(OTHER)
        body = v.attribute(1, b"nemo") + v.attribute(2, seal.hide(b"arctangent", v.RA))
        reply = router.ask(
            seal.access_request(1, 10, v.RA, body), two
        )  # the same identifier and authenticator
        assert seal.vouches_for_reply(parse(reply), v.RA)
        assert router.ask(v.G4, one) == v.G4R  # accounting at the same port
        assert [request.nas.schema for request, _ in world.attempts] == ["isp_demo", "isp_other"]
        router.send(v.G1, two)
        until(lambda: server.counts["drop_wrong_message_authenticator"] == 1)
        del known[name_of(ADDRESS, one)]
        server._directory.refresh()
        until(lambda: server.ports.numbers == {two})


def registered(isp: Isp, address: str = "203.0.113.7") -> int:
    with scope.inside(isp.schema_name):
        router = make_router(address=address)
        routes.register_nas(
            router.pk, address=address, secret=f"secret-of-{isp.schema_name}-{router.pk:08}", coa_port=3799,
            require_message_auth=True, now=NOW,
        )  # fmt: skip
        return router.pk


def port(isp: Isp, router_id: int) -> int | None:
    with scope.inside(isp.schema_name):
        return routes.port_of(router_id)


def test_who_comes_second_to_an_address_gets_a_port(isp: Isp, neighbour: Isp, settings: LazySettings) -> None:
    with pytest.raises(Refusal, match="Another router is registered"):
        registered(isp)
        registered(neighbour)
    settings.RADIUS_EXTRA_PORTS = range(20_000, 20_002)
    second, third = registered(neighbour), registered(neighbour)
    assert (port(neighbour, second), port(neighbour, third)) == (20_000, 20_001)
    with pytest.raises(Refusal, match="Another router is registered"):
        registered(neighbour)
    apart = read_apart(name_of, datetime.now(UTC))
    assert {name: (nas.schema, nas.router_id) for name, nas in apart.items()} == {
        "203.0.113.7 to 20000": (neighbour.schema_name, second),
        "203.0.113.7 to 20001": (neighbour.schema_name, third),
    }
    assert read()["203.0.113.7"].schema == isp.schema_name
    with scope.inside(neighbour.schema_name):  # again: it keeps its port, elsewhere too
        for address in ("203.0.113.7", "203.0.113.8"):
            routes.register_nas(
                third, address=address, secret=f"secret-of-{neighbour.schema_name}-{third:08}", coa_port=3799,
                require_message_auth=True, now=NOW,
            )  # fmt: skip
            assert routes.port_of(third) == 20_001
    assert NasRoute.objects.get(router_id=third, schema=neighbour.schema_name).address == "203.0.113.8"


def test_compare_writes_the_port_into_the_router(isp: Isp, neighbour: Isp, settings: LazySettings) -> None:
    settings.RADIUS_EXTRA_PORTS = range(20_000, 20_002)
    first, second = registered(isp), registered(neighbour)
    for owner, pk, ports in (
        (isp, first, (settings.RADIUS_AUTH_PORT, settings.RADIUS_ACCT_PORT)),
        (neighbour, second, (20_000, 20_000)),
    ):
        with scope.inside(owner.schema_name):
            wish = job_of(Router.objects.get(pk=pk), "demo.localhost", now=datetime.now(UTC)).wish
        assert (wish.radius_auth_port, wish.radius_acct_port) == ports
