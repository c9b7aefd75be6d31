"""A wish to end a session: written down, sent by a worker, and answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.journal import SYSTEM, Actor
from accounts.models import JournalEntry
from kmikro.lib.coa import Answer
from kmikro.lib.refusal import Refusal
from radius import disconnect, limits, tasks
from radius.folding import GONE, NO_REPORT
from radius.models import Session
from subscribers.models import Service
from tenants import routes, scope
from tenants.models import Isp
from tests.factories import NOW, make_plan, make_router, make_session, make_voucher
from tests.radius.test_coa import SECRET, Router, Say, ack, nak

ANA = Actor(None, "Ana")
Make = Callable[[Say], Router]


@pytest.fixture
def at_router(isp: Isp) -> Iterator[Make]:
    """Registers a router's real incoming port as the route of router 7."""
    made: list[Router] = []

    def make(say: Say) -> Router:
        made.append(Router(say, f"127.0.9.{len(made) + 1}"))
        address, port = made[-1].wire.getsockname()
        with scope.inside(isp.schema_name):
            routes.register_nas(
                7, address=address, secret=SECRET.decode(), coa_port=port, require_message_auth=True, now=NOW
            )
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def session(isp: Isp) -> Session:
    with scope.inside(isp.schema_name):
        made = make_session(service=make_voucher().service, acct_session_id="81a00001", username="nemo")
        Session.objects.filter(pk=made.pk).update(router_id=7)
        made.refresh_from_db()
        return made


def ask(isp: Isp, session: Session, soon: Any, by: Actor = ANA) -> Session:
    with soon(), scope.inside(isp.schema_name):
        disconnect.ask(session, by=by, now=NOW)
    with scope.inside(isp.schema_name):
        session.refresh_from_db()
    return session


def test_the_router_is_told_and_its_word_is_kept(
    isp: Isp, session: Session, at_router: Make, soon: Any
) -> None:
    router = at_router(ack)
    assert ask(isp, session, soon).disconnect_state == "acked"
    assert b"81a00001" in router.heard[0][1]
    assert session.ended_at is None  # that it ended is the accounting's to say
    with scope.inside(isp.schema_name):
        assert JournalEntry.objects.get().verb == "session.disconnect"


def test_the_wish_is_there_before_the_router_is_asked(isp: Isp, session: Session) -> None:
    with scope.inside(isp.schema_name):
        disconnect.ask(session, by=SYSTEM, now=NOW)
        session.refresh_from_db()
        assert (session.disconnect_state, session.disconnect_at) == ("asked", NOW)
        assert not JournalEntry.objects.exists()


def test_a_refusal_is_shown_with_its_reason(isp: Isp, session: Session, at_router: Make, soon: Any) -> None:
    at_router(nak(501))
    assert ask(isp, session, soon).disconnect_state == "refused"
    assert "forbids" in session.disconnect_text


def test_a_session_the_router_does_not_have_is_over(
    isp: Isp, session: Session, at_router: Make, soon: Any
) -> None:
    at_router(nak(503))
    ask(isp, session, soon)
    assert (session.disconnect_state, session.end_cause) == ("ended", GONE)
    assert session.ended_at is not None


def test_silence_is_said(
    isp: Isp, session: Session, at_router: Make, soon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.coa, "disconnect", lambda *_args, **_named: None)
    at_router(lambda request: [])
    assert ask(isp, session, soon).disconnect_state == "silent"


def test_a_router_that_is_gone_is_said(isp: Isp, session: Session, soon: Any) -> None:
    assert ask(isp, session, soon).disconnect_state == "refused"
    assert "not registered" in session.disconnect_text


def test_an_ended_session_cannot_be_ended(isp: Isp, session: Session) -> None:
    with scope.inside(isp.schema_name):
        Session.objects.update(ended_at=NOW)
        with pytest.raises(Refusal):
            disconnect.ask(session, by=ANA, now=NOW)


def test_the_neighbours_router_is_never_asked(
    isp: Isp, neighbour: Isp, session: Session, at_router: Make, soon: Any
) -> None:
    router = at_router(ack)
    with scope.inside(isp.schema_name):
        routes.forget_router(7)
    with scope.inside(neighbour.schema_name):
        address, port = router.wire.getsockname()
        routes.register_nas(
            7, address=address, secret=SECRET.decode(), coa_port=port, require_message_auth=True, now=NOW
        )
    ask(isp, session, soon)
    assert router.heard == []


def test_no_answer_outruns_the_stop(isp: Isp, session: Session) -> None:
    with scope.inside(isp.schema_name):
        Session.objects.update(ended_at=NOW, disconnect_state="ended")
        disconnect.note(session.pk, *disconnect.understand(Answer(True)))
        session.refresh_from_db()
        assert session.disconnect_state == "ended"


@pytest.mark.parametrize(
    ("plan", "service", "over"),
    [
        ({"time_limit_seconds": 60}, {"seconds_used": 59}, False),
        ({"time_limit_seconds": 60}, {"seconds_used": 60}, True),
        ({"data_limit_bytes": 100}, {"upload_bytes": 50, "download_bytes": 49}, False),
        ({"data_limit_bytes": 100}, {"upload_bytes": 50, "download_bytes": 50}, True),
        ({}, {"expires_at": NOW + timedelta(hours=1)}, False),
        ({}, {"expires_at": NOW}, True),
        ({}, {"status": "suspended"}, True),
    ],
)
def test_what_is_over_is_disconnected(
    inside_isp: Isp, plan: dict[str, Any], service: dict[str, Any], over: bool
) -> None:
    used = make_voucher(plan=make_plan(**plan), **service).service
    online = make_session(service=used)
    assert limits.enforce(None, NOW) == over
    online.refresh_from_db()
    assert online.disconnect_state == ("asked" if over else "")
    used.refresh_from_db()
    assert used.status == ("suspended" if service.get("status") else "ended" if over else "active")
    assert limits.enforce(None, NOW) == 0  # once
    assert limits.enforce(None, NOW + timedelta(seconds=61)) == over  # and again when no Stop followed


def test_the_sweep_closes_ends_and_repeats(isp: Isp, session: Session, at_router: Make, soon: Any) -> None:
    at_router(ack)
    with scope.inside(isp.schema_name):
        router = make_router()
        silent = make_session(router=router, heard_at=NOW - timedelta(days=999), fold={})
        make_session(
            router=router, acct_session_id="81a00009", heard_at=datetime.now(UTC)
        )  # of the same router, which talks
        Session.objects.filter(pk=session.pk).update(
            disconnect_state="asked", disconnect_at=NOW - timedelta(days=999)
        )
    with soon():
        tasks.close_stale(isp.schema_name)
    with scope.inside(isp.schema_name):
        silent.refresh_from_db()
        session.refresh_from_db()
        assert silent.end_cause == NO_REPORT
        assert session.disconnect_state == "acked"
        assert Service.objects.get(pk=session.service_id).status == "active"


@pytest.mark.parametrize(
    ("heard", "reported", "asked_again"), [(119, 119, False), (121, 30, False), (121, 119, True)]
)
def test_an_agreement_is_not_believed_when_the_session_goes_on(
    isp: Isp, session: Session, at_router: Make, soon: Any, heard: int, reported: int, asked_again: bool
) -> None:
    at_router(ack)
    ask(isp, session, soon)
    with scope.inside(isp.schema_name):
        Session.objects.update(
            heard_at=NOW + timedelta(seconds=heard), updated_at=NOW + timedelta(seconds=reported)
        )
        assert disconnect.came_back(NOW + timedelta(seconds=130)) == asked_again
        session.refresh_from_db()
        assert session.disconnect_state == ("back" if asked_again else "acked")
        assert session.disconnect_tries == 1 + asked_again


def test_after_three_tries_the_session_is_removed_by_hand(
    isp: Isp, session: Session, at_router: Make, soon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    router, by_hand = at_router(ack), []
    monkeypatch.setattr(disconnect, "go_by_hand", by_hand.append)
    states = []
    for minute in (0, 3, 6, 9):
        with soon(), scope.inside(isp.schema_name):
            disconnect.ask(session, by=SYSTEM, now=NOW + timedelta(minutes=minute))
        with scope.inside(isp.schema_name):
            session.refresh_from_db()
            states.append(session.disconnect_state)
    assert states == ["acked", "acked", "acked", "removing"]
    assert len(router.heard) == 3
    assert by_hand == [session.pk]
    with scope.inside(isp.schema_name):  # much later it is a new wish
        assert disconnect.ask(session, by=SYSTEM, now=NOW + timedelta(hours=1)).disconnect_tries == 1
