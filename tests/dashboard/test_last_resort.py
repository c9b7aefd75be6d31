"""RADIUS does not end a session: it is taken off the router over its API. Real sockets, a router with a fault."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.journal import SYSTEM
from dashboard import tasks as door_tasks
from radius import coa, disconnect
from radius.folding import GONE
from radius.models import Session
from routers.models import Router
from routers.virtual import VirtualRouter
from tenants import routes, scope
from tenants.models import Isp
from tests.addresses import own
from tests.conftest import NOW
from tests.factories import make_router, make_session, make_voucher

SECRET = "the-secret-of-this-router-001"


@pytest.fixture
def mikrotik() -> Iterator[VirtualRouter]:
    """A hotspot whose users are its own: who asks whom for logins is not the matter here."""
    with VirtualRouter(address=own(91), admin_password="a-long-password") as router:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((router.device.address, 0))
            port = probe.getsockname()[1]
        said = router.paste(
            f"""
            /radius add service=hotspot address=127.0.0.1 secret={SECRET}
            /radius incoming set accept=yes port={port}
            /ip hotspot profile add name=hsprof login-by=http-pap,cookie
            /ip hotspot add name=hs1 interface=bridge-lan profile=hsprof disabled=no
            /ip hotspot user add name=nemo password=p
            /ip hotspot user add name=other password=p
            """
        )
        assert said == ""
        yield router


@pytest.fixture
def session(isp: Isp, mikrotik: VirtualRouter, settings: Any) -> Session:
    settings.ALLOW_PRIVATE_ROUTERS = True
    settings.RADIUS_ADDRESS = "127.0.0.1"
    up = mikrotik.login(mikrotik.join("AA:BB:CC:00:11:22"), "nemo", "p").session
    mikrotik.login(mikrotik.join("AA:BB:CC:00:11:33"), "other", "p")
    assert up is not None
    row = mikrotik.device.tree.singles["/radius/incoming"]
    with scope.inside(isp.schema_name):
        router = make_router(
            address=mikrotik.device.address,
            api_port=mikrotik.api_port,
            api_user="admin",
            api_password="a-long-password",
        )
        routes.register_nas(
            router.pk,
            address=mikrotik.device.address,
            secret=SECRET,
            coa_port=int(row["port"]),
            require_message_auth=True,
            now=NOW,
        )
        return make_session(
            router=router,
            service=make_voucher().service,
            acct_session_id=up.id,
            username="nemo",
            mac=up.phone.mac,
            framed_ip=up.phone.ip,
        )


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coa.disconnect, "__kwdefaults__", {"total": 0.3})


def ask(isp: Isp, session: Session, worker: Any) -> Session:
    with worker(), scope.inside(isp.schema_name):
        disconnect.ask(session, by=SYSTEM, now=NOW)
    with scope.inside(isp.schema_name):
        session.refresh_from_db()
    return session


def macs(router: VirtualRouter) -> list[str]:
    return [each.phone.mac for each in router.hotspot.sessions]


def test_radius_is_enough_where_it_works(
    isp: Isp, mikrotik: VirtualRouter, session: Session, worker: Any
) -> None:
    assert ask(isp, session, worker).disconnect_state == "acked"
    assert session.disconnect_text == ""
    assert macs(mikrotik) == ["AA:BB:CC:00:11:33"]


@pytest.mark.parametrize("fault", ["drop_coa", "wrong_coa_secret"])
def test_a_router_that_hears_no_disconnect_is_asked_over_its_api(
    isp: Isp, mikrotik: VirtualRouter, session: Session, worker: Any, brief: None, fault: str
) -> None:
    setattr(mikrotik.device.faults, fault, True)
    assert ask(isp, session, worker).disconnect_state == "acked"
    assert "API" in session.disconnect_text
    assert macs(mikrotik) == ["AA:BB:CC:00:11:33"]  # and nobody else
    assert [each.mac for each in mikrotik.hotspot.cookies] != ["AA:BB:CC:00:11:22"]
    assert session.ended_at is None  # its Stop says that


def test_a_session_that_is_not_there_any_more_is_over(
    isp: Isp, mikrotik: VirtualRouter, session: Session, worker: Any, brief: None
) -> None:
    mikrotik.device.faults.drop_coa = True
    mikrotik.hotspot.end(mikrotik.hotspot.sessions[0], 1)
    assert ask(isp, session, worker).end_cause == GONE


def test_a_router_that_does_not_answer_at_all_is_said(
    isp: Isp, mikrotik: VirtualRouter, session: Session, worker: Any, brief: None
) -> None:
    mikrotik.device.faults.drop_coa = True
    mikrotik.device.faults.refuse_login = True
    assert ask(isp, session, worker).disconnect_state == "silent"
    assert "refuses our user" in session.disconnect_text
    assert len(macs(mikrotik)) == 2


def test_a_session_without_an_address_ends_nobody_elses(
    isp: Isp, mikrotik: VirtualRouter, session: Session
) -> None:
    with scope.inside(isp.schema_name):
        Session.objects.filter(pk=session.pk).update(framed_ip=None)
    door_tasks.remove_at_router(isp.schema_name, session.pk)
    with scope.inside(isp.schema_name):
        session.refresh_from_db()
        assert session.disconnect_state == "refused"
        Router.objects.filter(pk=session.router_id).update(address=None)
    door_tasks.remove_at_router(isp.schema_name, session.pk)
    assert len(macs(mikrotik)) == 2


def test_a_silent_router_is_asked_whom_it_still_has(
    isp: Isp, mikrotik: VirtualRouter, session: Session
) -> None:
    """F14: three reports missed, the router says nothing of anybody; its API knows."""
    long_ago = NOW.replace(year=2020)
    with scope.inside(isp.schema_name):
        gone = make_session(
            router=Router.objects.get(pk=session.router_id),
            acct_session_id="81ffffff",
            mac="AA:BB:CC:00:11:99",
            framed_ip="10.5.50.99",
        )
        Session.objects.update(heard_at=long_ago)
    mikrotik.device.faults.refuse_login = True
    door_tasks.look_at_router(isp.schema_name, session.router_id)
    with scope.inside(isp.schema_name):
        assert (
            Session.objects.filter(ended_at=None, heard_at=long_ago).count() == 2
        )  # who cannot look knows nothing
    mikrotik.device.faults.refuse_login = False
    door_tasks.look_at_router(isp.schema_name, session.router_id)
    with scope.inside(isp.schema_name):
        gone.refresh_from_db()
        session.refresh_from_db()
    assert gone.end_cause == GONE
    assert session.ended_at is None
    assert session.heard_at is not None and session.heard_at > long_ago
