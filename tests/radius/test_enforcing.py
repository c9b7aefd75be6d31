"""Live sessions are brought to what they may have: asked to change, asked to end, or left alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from radius import change, enforcing, limits
from radius.enforcing import settle
from radius.models import Session
from subscribers.models import Fallback, Plan, Service, Usage
from tenants import scope
from tenants.models import Isp
from tests.factories import NOW, make_plan, make_service, make_session

SLOW = {"period": "day", "after_bytes": 10**9, "download_bps": 512_000, "upload_bps": 256_000}
MIDNIGHT = NOW.replace(hour=21)  # in Nairobi


@pytest.fixture(autouse=True)
def inside(isp: Isp, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("radius.change._send", lambda routers: None)
    monkeypatch.setattr("radius.wishes.signature", lambda *_, **__: _Nobody())
    with scope.inside(isp.schema_name):
        yield


class _Nobody:
    def apply_async(self, **_: Any) -> None: ...


def session(plan: dict[str, Any] | None = None, told: str = "", **service: Any) -> Session:
    made = make_service(plan=make_plan(**(plan or {})), kind="account", **service)
    return make_session(service=made, told=told)


def look(made: Session, now: datetime = NOW) -> Session:
    settle(Session.objects.filter(pk=made.pk), now)
    made.refresh_from_db()
    return made


def use(made: Session, octets: int, at: datetime = NOW) -> None:
    Usage.objects.update_or_create(service_id=made.service_id, hour=at, defaults={"download_bytes": octets})


def test_an_ordinary_session_is_left_alone() -> None:
    made = look(session())
    assert (made.change_state, made.disconnect_state, made.due_at) == ("", "", None)


def test_a_stage_that_is_reached_is_asked_for_once_and_given_back_at_midnight() -> None:
    made = session({"stages": [SLOW]})
    use(made, 10**9)
    assert look(made).change_state == "changing"
    assert made.due_at == MIDNIGHT
    [wish] = change.wanted(made.router_id, ["changing"], NOW)
    assert (wish.level, wish.attributes) == ("s1", [("Mikrotik-Rate-Limit", "256k/512k")])
    change.note(wish, change.CHANGED, "")
    assert look(made).change_state == "changed"
    assert made.told == "s1"
    look(made, MIDNIGHT)
    assert made.change_state == "changing"
    [wish] = change.wanted(made.router_id, ["changing"], MIDNIGHT)
    assert (wish.level, wish.attributes) == ("", [("Mikrotik-Rate-Limit", "2M/5M")])


@pytest.mark.parametrize("state", ["refused", "silent"])
def test_a_router_that_would_not_is_asked_again_after_a_minute(state: str) -> None:
    made = session({"stages": [SLOW]})
    use(made, 10**9)
    look(made)
    [wish] = change.wanted(made.router_id, ["changing"], NOW)
    change.note(wish, state, "")
    assert look(made, NOW + timedelta(seconds=30)).change_state == state
    assert look(made, NOW + timedelta(seconds=61)).change_state == "changing"


@pytest.mark.parametrize(
    "service",
    [
        {"status": "suspended"},
        {"expires_at": NOW},
        {"plan": {"windows": [{"days": [6], "from": "20:00", "to": "22:00"}]}},
        {"plan": {"daily_data_bytes": 10**9}},
        {"plan": {"lock": "first"}, "bound_mac": "02:00:00:00:00:09"},
        {"plan": {"routers": [10**9]}},  # a key that no router of the tests ever gets
    ],
)
def test_what_is_over_is_asked_to_end_once_a_minute(service: dict[str, Any]) -> None:
    made = session(**service)
    use(made, 10**9)
    assert look(made).disconnect_state == "asked"
    assert made.disconnect_tries == 1
    assert look(made, NOW + timedelta(seconds=30)).disconnect_tries == 1
    assert look(made, NOW + timedelta(seconds=61)).disconnect_tries == 2


def test_grace_ends_nobody_and_then_everybody() -> None:
    made = session({"grace_seconds": 3600}, expires_at=NOW - timedelta(seconds=60))
    limits.enforce(None, NOW)
    assert Service.objects.get(pk=made.service_id).status == "active"
    assert look(made).disconnect_state == ""
    assert made.due_at == NOW + timedelta(seconds=3540)
    limits.enforce(None, NOW + timedelta(seconds=3541))
    made.refresh_from_db()
    assert Service.objects.get(pk=made.service_id).status == "ended"
    assert made.disconnect_state == "asked"


def test_a_grace_of_its_own_counts_before_the_plans() -> None:
    made = session({"grace_seconds": 3600}, expires_at=NOW - timedelta(seconds=60), grace_seconds=0)
    assert limits.end_by_clock(NOW) == 1
    assert Service.objects.get(pk=made.service_id).status == "ended"


def test_a_garden_without_a_list_is_a_lower_speed_and_one_with_a_list_a_new_login() -> None:
    Fallback.objects.create(reason="ended", download_bps=64_000, upload_bps=64_000, changed_at=NOW)
    made = session(expires_at=NOW)
    assert (look(made).change_state, made.disconnect_state) == ("changing", "")
    [wish] = change.wanted(made.router_id, ["changing"], NOW)
    assert (wish.level, wish.attributes) == ("g:ended", [("Mikrotik-Rate-Limit", "64k/64k")])
    Fallback.objects.update(address_list="walled")
    assert look(made).disconnect_state == "asked"


def test_who_is_in_the_garden_stays_there_until_it_is_paid_for() -> None:
    Fallback.objects.create(reason="ended", address_list="walled", changed_at=NOW)
    made = session(expires_at=NOW, told="g:ended")
    limits.enforce(None, NOW)
    made.refresh_from_db()
    assert (made.disconnect_state, made.change_state) == ("", "")
    Service.objects.filter(pk=made.service_id).update(status="active", expires_at=NOW + timedelta(days=30))
    assert look(made).disconnect_state == "asked"


def test_a_router_that_does_not_keep_to_what_it_agreed_to_is_asked_twice_and_then_cut_off() -> None:
    made = session({"stages": [SLOW]}, told="s1")
    use(made, 10**9)
    load = 0
    for expected in ("changing", "changing", "cut"):
        Session.objects.filter(pk=made.pk).update(change_state="changed", told_bytes=None, told_seconds=load)
        for _ in range(2):
            load += 60
            Session.objects.filter(pk=made.pk).update(seconds=load, download_bytes=load * 1_000_000)
            look(made)
        if expected == "cut":
            assert made.disconnect_state == "asked"
        else:
            assert (made.change_state, made.disconnect_state) == ("changing", "")
            assert "asked again" in made.change_text


def test_a_router_that_keeps_to_it_is_believed() -> None:
    made = session({"stages": [SLOW]}, told="s1")
    use(made, 10**9)
    Session.objects.filter(pk=made.pk).update(change_state="changed", told_seconds=0)
    for load in (60, 120):
        Session.objects.filter(pk=made.pk).update(seconds=load, download_bytes=load * 60_000)
        look(made)
    assert (made.told_seconds, made.change_state, made.disconnect_state) == (None, "changed", "")


def test_only_uneven_sessions_are_looked_at() -> None:
    even = session({"data_limit_bytes": 10**9})
    for uneven in (
        session({"stages": [SLOW]}), session(expires_at=NOW), session(told="s1"), session(status="suspended"),
        session({"daily_seconds": 60}), session({"lock": "list"}), session({"sites": [1]}),
    ):  # fmt: skip
        assert enforcing.uneven([uneven.service_id]).count() == 1
    assert enforcing.uneven([even.service_id]).count() == 0
    assert enforcing.uneven().count() == 7


def test_what_is_due_is_found() -> None:
    made = look(session({"daily_data_bytes": 10**9}))
    assert enforcing.next_due() == MIDNIGHT
    assert list(enforcing.due(MIDNIGHT)) == [made]
    assert list(enforcing.due(MIDNIGHT - timedelta(seconds=1))) == []


def test_a_speed_is_asked_for_what_holds_when_the_worker_gets_there() -> None:
    made = session({"stages": [SLOW]})
    change.ask_sessions([made.pk], now=NOW)
    Plan.objects.update(download_bps=9_000_000)
    [wish] = change.wanted(made.router_id, ["changing"], NOW)
    assert wish.attributes == [("Mikrotik-Rate-Limit", "2M/9M")]
    Service.objects.update(status="suspended")
    assert change.wanted(made.router_id, ["changing"], NOW) == []
    made.refresh_from_db()
    assert made.change_state == ""


def test_however_many_there_are_each_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enforcing, "AT_ONCE", 2)
    plan = make_plan()
    for _ in range(5):
        make_session(service=make_service(plan=plan, kind="account", status="suspended"))
    assert settle(enforcing.uneven(), NOW) == 5
