"""What doors read of sessions and attempts."""

from __future__ import annotations

from datetime import timedelta

from radius import queries
from tenants.models import Isp
from tests.factories import NOW, make_attempt, make_router, make_service, make_session


def test_live_sessions_are_found_by_code_label_device_and_address(inside_isp: Isp) -> None:
    service = make_service(label="7-0042")
    one = make_session(
        service=service, username="CDFHJKMNPRTC", mac="AA:00:00:00:00:01", framed_ip="10.0.0.7"
    )
    make_session(username="other", mac="BB:00:00:00:00:02", framed_ip="10.1.0.8")
    make_session(username="gone", ended_at=NOW)
    for typed in ("cdfh-jkmn-prtc", "7-0042", "aa:00", "10.0.0.7", " CDFHJKMNPRTC "):
        assert list(queries.sessions(live=True, search=typed)) == [one], typed
    assert queries.sessions(live=True).count() == 2
    assert queries.sessions(live=False).count() == 1
    assert list(queries.sessions(service_id=service.pk)) == [one]


def test_counts(inside_isp: Isp) -> None:
    router = make_router()
    make_session(router=router, upload_bytes=5)
    make_session(router=router, download_bytes=7)
    make_session(ended_at=NOW - timedelta(hours=2), download_bytes=100)
    assert queries.online() == 2
    assert queries.online_by_router() == {router.pk: 2}
    assert queries.carried_since(NOW - timedelta(hours=1)) == 12


def test_attempts_are_narrowed(inside_isp: Isp) -> None:
    no = make_attempt(username="nemo")
    yes = make_attempt(username="captain", accepted=True, code="accepted", at=NOW - timedelta(hours=3))
    assert list(queries.attempts()) == [no, yes]
    assert list(queries.attempts(accepted=True)) == [yes]
    assert list(queries.attempts(search="NEM")) == [no]
    assert list(queries.attempts(router_ids=[yes.router_id])) == [yes]
    assert queries.refused_since(NOW) == 1


def test_an_attempt_is_explained_in_one_sentence(inside_isp: Isp) -> None:
    assert (
        queries.explain(make_attempt(sentence="All 1 h of online time are used."))
        == "All 1 h of online time are used."
    )
    sent = {"Session-Timeout": "3600", "Mikrotik-Rate-Limit": "2M/5M"}
    yes = make_attempt(accepted=True, code="accepted", sentence="Let in.", sent=sent)
    assert queries.explain(yes) == "Let in for 1:00:00 at most at 2M/5M (up/down)."


def test_what_happened_last_comes_first(inside_isp: Isp) -> None:
    make_session(username="a", started_at=NOW - timedelta(minutes=5), ended_at=NOW, end_cause="User-Request")
    make_attempt(username="b", at=NOW - timedelta(minutes=1))
    assert [(each.kind, each.name) for each in queries.events()] == [
        ("logout", "a"),
        ("refused", "b"),
        ("login", "a"),
    ]
    assert len(queries.events(2)) == 2
