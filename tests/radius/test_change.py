"""A plan's new speed reaches who is online: asked for, sent by a worker, and answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from radius import change, coa, mikrotik, tasks
from radius.folding import GONE
from radius.models import Session
from subscribers.models import Plan
from tenants import routes, scope
from tenants.models import Isp
from tests.factories import NOW, make_plan, make_session, make_voucher
from tests.radius.test_coa import SECRET, Router, Say, ack, nak

LATER = NOW + timedelta(minutes=5)


def at(isp: Isp, router: Router, router_id: int = 7) -> Router:
    address, port = router.wire.getsockname()
    with scope.inside(isp.schema_name):
        routes.register_nas(
            router_id,
            address=address,
            secret=SECRET.decode(),
            coa_port=port,
            require_message_auth=True,
            now=NOW,
        )
    return router


@pytest.fixture
def at_router(isp: Isp) -> Iterator[Any]:
    made: list[Router] = []

    def make(say: Say) -> Router:
        made.append(at(isp, Router(say, f"127.0.8.{len(made) + 1}")))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def session(isp: Isp) -> Session:
    with scope.inside(isp.schema_name):
        plan = make_plan(download_bps=5_000_000, upload_bps=2_000_000)
        made = make_session(service=make_voucher(plan=plan).service, acct_session_id="81a00001")
        Session.objects.filter(pk=made.pk).update(router_id=7)
        made.refresh_from_db()
        return made


def of(session: Session) -> list[int]:
    return [session.service_id or 0]


def ask(isp: Isp, session: Session, soon: Any) -> Session:
    with soon(), scope.inside(isp.schema_name):
        assert change.ask(of(session), now=NOW) == 1
    with scope.inside(isp.schema_name):
        session.refresh_from_db()
    return session


def test_the_router_is_told_the_speed_of_the_accept(
    isp: Isp, session: Session, at_router: Any, soon: Any
) -> None:
    router = at_router(ack)
    assert ask(isp, session, soon).change_state == "changed"
    request = router.heard[0][1]
    assert request[0] == 43
    assert b"\x08\x072M/5M" in request  # Mikrotik-Rate-Limit
    assert b"81a00001" in request
    assert ("Mikrotik-Rate-Limit", "2M/5M") in mikrotik.plan_attributes(
        upload_bps=2_000_000, download_bps=5_000_000, interim_seconds=60
    )


def test_no_limit_is_said_too(isp: Isp, session: Session, at_router: Any, soon: Any) -> None:
    router = at_router(ack)
    with scope.inside(isp.schema_name):
        Plan.objects.update(download_bps=0, upload_bps=0)
    ask(isp, session, soon)
    assert b"\x08\x050/0" in router.heard[0][1]


def test_a_refusal_keeps_its_reason(isp: Isp, session: Session, at_router: Any, soon: Any) -> None:
    at_router(nak(407))
    assert ask(isp, session, soon).change_state == "refused"
    assert "invalid" in session.change_text


def test_a_session_the_router_does_not_have_is_over(
    isp: Isp, session: Session, at_router: Any, soon: Any
) -> None:
    at_router(nak(503))
    assert ask(isp, session, soon).end_cause == GONE


def test_silence_is_said_and_the_router_is_asked_again(
    isp: Isp, session: Session, at_router: Any, soon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    again: list[tuple[Any, ...]] = []
    at_router(ack)
    monkeypatch.setattr(tasks.change, "soon", lambda *args, **named: again.append((*args, named)))
    with monkeypatch.context() as patch:
        patch.setattr(coa, "change", lambda *_args, **_named: None)
        assert ask(isp, session, soon).change_state == "silent"
    assert again == [(7, 1, {"countdown": 5})]
    tasks.change(isp.schema_name, 7, 1)
    with scope.inside(isp.schema_name):
        session.refresh_from_db()
        assert (session.change_state, session.change_text) == ("changed", "")


def test_a_router_that_is_gone_is_said(isp: Isp, session: Session, soon: Any) -> None:
    assert ask(isp, session, soon).change_state == "refused"


def test_a_change_during_a_change_is_sent_last(isp: Isp, session: Session, at_router: Any) -> None:
    router = at_router(ack)
    with scope.inside(isp.schema_name):
        change.ask(of(session), now=NOW)
        [stale] = change.wanted(7, ["changing"], NOW)
        Plan.objects.update(download_bps=9_000_000)
        change.ask(of(session), now=LATER)
        [fresh] = change.wanted(7, ["changing"], NOW)
        change.note(fresh, "changed", "")
        change.note(stale, "changed", "")  # sent before, heard after
        session.refresh_from_db()
        assert session.change_state == "changing"
    tasks.change(isp.schema_name, 7)
    assert b"2M/9M" in router.heard[-1][1]
    with scope.inside(isp.schema_name):
        session.refresh_from_db()
        assert session.change_state == "changed"


def test_who_is_offline_or_elsewhere_is_left_alone(isp: Isp, session: Session) -> None:
    with scope.inside(isp.schema_name):
        other = make_session(service=make_voucher().service)
        Session.objects.filter(pk=session.pk).update(ended_at=NOW)
        assert change.ask(of(session), now=NOW) == 0
        other.refresh_from_db()
        assert other.change_state == ""


def test_what_no_worker_took_up_is_passed_on_again(
    isp: Isp, session: Session, at_router: Any, soon: Any
) -> None:
    at_router(ack)
    with scope.inside(isp.schema_name):
        change.ask(of(session), now=NOW)
        assert change.repeat(NOW + timedelta(seconds=59)) == 0
    with soon(), scope.inside(isp.schema_name):
        assert change.repeat(NOW + timedelta(seconds=61)) == 1
    with scope.inside(isp.schema_name):
        session.refresh_from_db()
        assert session.change_state == "changed"
