"""A change from plan to kept or taken back, by people and workers, over real sockets."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from routers import (
    adopting,
    changes,
    changing,
    enrolment,
    guarding,
    inventory,
    previews,
    rollouts,
    tasks,
    watching,
)
from routers.facts import Facts
from routers.models import Change, Rollout, Router, Taken, Watch
from routers.rows import Found
from tenants import routes, scope
from tenants.models import Isp
from tests.addresses import own
from tests.faults_routers.site import PASSWORD, SECRET, US, Site, hurried
from tests.waiting import until

ANN, BEN = Actor(1, "Ann"), Actor(2, "Ben")
State = Change.State


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def site(settings: Any) -> Iterator[Site]:
    settings.RADIUS_ADDRESS = US
    settings.ALLOW_PRIVATE_ROUTERS = True
    with hurried():
        made = Site(own(69), "7.20.8 (stable)")
        yield made
        made.close()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    calls: list[tuple[Any, ...]] = []
    ours = (changing.plan_change, changing.apply_change, changing.settle_change, changing.advance)
    for task in (*ours, tasks.check):

        def keep(
            args: tuple[Any, ...] = (), name: str = task.name.rpartition(".")[2], **_options: Any
        ) -> None:
            calls.append((name, *args[1:]))

        monkeypatch.setattr(task, "apply_async", keep)
    return calls


def known(site: Site, name: str = "Gate") -> Router:
    """A row for the router, with a wish that differs from what is on it."""
    place = enrolment.place("Mall", now=now())
    return Router.objects.create(
        name=name, site=place, public_id=name.lower(), state=Router.State.READY, address=site.target.address,
        api_port=site.target.port, api_password=PASSWORD, radius_secret=SECRET, serial=site.router.device.serial,
        radius_services="hotspot,ppp", pppoe_interface="ether4", pppoe_network="10.88.0.0/24", made_at=now(),
    )  # fmt: skip


def planned(isp: Isp, site: Site, **more: Any) -> int:
    with scope.inside(isp.schema_name):
        number = changes.plan(known(site), reason="PPPoE", by=ANN, now=now(), **more).pk
    changing.plan_change(isp.schema_name, number)
    return number


def seen(isp: Isp, number: int) -> Change:
    with scope.inside(isp.schema_name):
        change = Change.objects.get(pk=number)
        _opened = change.sealed_rows
        return change


def begun(isp: Isp, number: int, by: Actor = ANN) -> bool:
    with scope.inside(isp.schema_name):
        return changes.begin(Change.objects.get(pk=number), yes=True, by=by, now=now())


def test_plan_apply_and_keep(fresh_isp: Isp, site: Site, asked: list[Any]) -> None:
    before = site.plain()
    number = planned(fresh_isp, site)
    change = seen(fresh_isp, number)
    assert (change.state, change.trouble) == (State.PLANNED, "")
    assert site.plain() == before
    assert any("PPPoE server" in step["what"] for step in change.steps)
    assert begun(fresh_isp, number)
    changing.apply_change(fresh_isp.schema_name, number)
    change = seen(fresh_isp, number)
    assert (change.state, change.trouble, change.armed_until) == (State.KEPT, "", None)
    assert all(step["done"] for step in change.steps)
    assert site.router.tree.find("/interface/pppoe-server/server", comment="kmikro:pppoe")
    assert SECRET not in str(change.steps) + str(change.trail)
    assert [line["who"] for line in change.trail][:3] == ["Ann", "K-Mikro", "Ann"]
    with scope.inside(fresh_isp.schema_name):
        stored = Change.objects.values_list("sealed_rows", flat=True).get(pk=number)
    assert SECRET not in str.__str__(stored)


def test_a_person_keeps_or_takes_back(fresh_isp: Isp, site: Site, asked: list[Any]) -> None:
    before = site.plain()
    number = planned(fresh_isp, site, by_hand=True)
    begun(fresh_isp, number)
    changing.apply_change(fresh_isp.schema_name, number)
    assert seen(fresh_isp, number).state == State.PROVING
    assert asked == [("settle_change", number, "look")]
    changing.settle_change(fresh_isp.schema_name, number, "look")
    assert seen(fresh_isp, number).state == State.PROVING  # a person still has the word
    changing.settle_change(fresh_isp.schema_name, number, "take-back")
    assert seen(fresh_isp, number).state == State.TAKEN_BACK
    assert site.plain() == before
    with scope.inside(fresh_isp.schema_name):
        second = changes.plan(Router.objects.get(), reason="again", by=ANN, now=now(), by_hand=True).pk
    changing.plan_change(fresh_isp.schema_name, second)
    begun(fresh_isp, second)
    changing.apply_change(fresh_isp.schema_name, second)
    changing.settle_change(fresh_isp.schema_name, second, "keep")
    assert seen(fresh_isp, second).state == State.KEPT
    assert not site.armed()


def test_a_lost_router_is_unknown_until_it_was_read(
    fresh_isp: Isp, site: Site, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = site.plain()
    number = planned(fresh_isp, site)
    begun(fresh_isp, number)

    def gone() -> None:
        site.router.faults.refuse_login = True
        raise EOFError

    take = guarding._take

    def taken(talk: Any, change: guarding.Push) -> None:
        take(talk, change)
        site.sent.left, site.sent.trigger = 3, gone  # in the middle of the steps

    monkeypatch.setattr(guarding, "_take", taken)
    changing.apply_change(fresh_isp.schema_name, number)
    assert seen(fresh_isp, number).state == State.UNKNOWN
    site.heal()
    site.router.device.clock.advance(guarding.TIMER)
    until(lambda: not site.armed(), 5)
    until(lambda: site.plain() == before, 5)
    changing.settle_change(fresh_isp.schema_name, number, "look")
    assert seen(fresh_isp, number).state == State.TAKEN_BACK
    assert site.plain() == before


def test_what_was_planned_and_nothing_else_is_applied(fresh_isp: Isp, site: Site, asked: list[Any]) -> None:
    number = planned(fresh_isp, site)
    begun(fresh_isp, number)
    site.router.paste('/ip hotspot profile set [find where name="kmikro"] login-by=cookie')
    before = site.plain()
    changing.apply_change(fresh_isp.schema_name, number)
    change = seen(fresh_isp, number)
    assert (change.state, "Plan it again" in change.trouble) == (State.FAILED, True)
    assert site.plain() == before


def test_a_second_person_approves(fresh_isp: Isp, site: Site, asked: list[Any]) -> None:
    with scope.inside(fresh_isp.schema_name):
        changes.set_rules(second_person=True, by=ANN, now=now())
    number = planned(fresh_isp, site)
    assert not begun(fresh_isp, number)
    with scope.inside(fresh_isp.schema_name):
        change = Change.objects.get(pk=number)
        with pytest.raises(Refusal) as refused:
            changes.approve(change, by=ANN, now=now())
        assert refused.value.code == "own_change"
        assert changes.approve(change, by=BEN, now=now())
        assert (change.state, change.approved_by) == (State.APPLYING, "Ben")


def test_a_window_and_a_holder_are_waited_for(fresh_isp: Isp, site: Site, asked: list[Any]) -> None:
    number = planned(
        fresh_isp, site, not_before=now() + timedelta(hours=3), not_after=now() + timedelta(hours=5)
    )
    assert not begun(fresh_isp, number)
    with scope.inside(fresh_isp.schema_name):
        assert Change.objects.get(pk=number).waits_for == "window"
        Change.objects.filter(pk=number).update(not_before=now() - timedelta(minutes=1))
    changing.due(fresh_isp.schema_name)
    assert asked[-1] == ("apply_change", number)
    caller = site.router.device.caller("admin", "api")
    caller.session = object()
    site.router.device.actions["/safe-mode", "take"](caller, None)  # type: ignore[arg-type]
    changing.apply_change(fresh_isp.schema_name, number)
    change = seen(fresh_isp, number)
    assert (change.state, change.waits_for) == (State.WAITING, "holder")
    assert "admin works on the router in safe mode" in change.trail[-1]["what"]
    assert not site.armed()
    site.router.device.safe_mode = None
    changing.due(fresh_isp.schema_name)
    changing.apply_change(fresh_isp.schema_name, number)
    assert seen(fresh_isp, number).state == State.KEPT


def test_only_one_change_of_a_router_is_open_and_an_unbegun_one_can_be_dropped(
    fresh_isp: Isp, site: Site, asked: list[Any]
) -> None:
    number = planned(fresh_isp, site)
    with scope.inside(fresh_isp.schema_name):
        change = Change.objects.get(pk=number)
        with pytest.raises(Refusal) as refused:
            changes.plan(change.router, reason="x", by=ANN, now=now())
        assert refused.value.code == "change_open"
        changes.drop(change, by=ANN, now=now())
        assert change.state == State.DROPPED
        changes.plan(change.router, reason="x", by=ANN, now=now())


def test_a_rollout_of_one_goes_through(fresh_isp: Isp, site: Site, asked: list[Any]) -> None:
    with scope.inside(fresh_isp.schema_name):
        number = rollouts.begin("All", [known(site)], by=ANN, now=now()).pk
    for _ in range(8):
        changing.advance(fresh_isp.schema_name, number)
        todo, asked[:] = [call for call in asked if call[0] not in ("advance", "check")], []
        for name, change_id in todo:
            getattr(changing, name)(fresh_isp.schema_name, change_id)
    with scope.inside(fresh_isp.schema_name):
        rollout = Rollout.objects.get(pk=number)
        assert (rollout.state, rollout.trouble) == (Rollout.State.DONE, "")
        assert [change.state for change in rollout.changes.all()] == [State.KEPT]


def test_addresses_that_another_router_hands_out_are_a_risk(
    fresh_isp: Isp, site: Site, asked: list[Any]
) -> None:
    with scope.inside(fresh_isp.schema_name):
        gate = known(site)
        tower = Router.objects.create(name="Tower", site=gate.site, public_id="tower", made_at=now())
        pools = [Found("/ip/pool", "*1", {".id": "*1", "name": "people", "ranges": "10.88.0.9-10.88.0.20"})]
        inventory.keep(tower.pk, Facts("7.20.8", "", {"/ip/pool": pools}), whole=False, now=now())
        assert inventory.pools_elsewhere(tower.pk) == ()
        number = changes.plan(gate, reason="PPPoE", by=ANN, now=now()).pk
    changing.plan_change(fresh_isp.schema_name, number)
    change = seen(fresh_isp, number)
    assert change.state == State.PLANNED
    [text] = [risk["text"] for risk in change.risks if risk["code"] == "shared_pool"]
    assert "Tower hands out addresses of 10.88.0.9-10.88.0.20 too" in text


def test_a_row_that_was_taken_over_is_changed_and_not_made_a_second_time(
    fresh_isp: Isp, site: Site, asked: list[Any]
) -> None:
    site.router.paste('/queue simple add name=boss target=10.7.0.5/32 max-limit=1000/2000 comment=""')
    row = site.router.tree.find("/queue/simple", name="boss")
    assert row is not None
    original = adopting._without_secrets(Found("/queue/simple", row[".id"], dict(row)))
    with scope.inside(fresh_isp.schema_name):
        gate = known(site)
        Taken.objects.create(
            router=gate, path="/queue/simple", key="taken.a", name="boss", original=original,
            wanted={**original, "comment": "kmikro:taken.a"}, made_at=now(),
        )  # fmt: skip
        number = changes.plan(gate, reason="PPPoE", by=ANN, now=now()).pk
    changing.plan_change(fresh_isp.schema_name, number)
    change = seen(fresh_isp, number)
    assert (change.state, change.trouble) == (State.PLANNED, "")
    assert [step["do"] for step in change.steps if step["path"] == "/queue/simple"] == ["set"]


def test_what_is_kept_is_compared_at_once_so_that_what_follows_is_learned(
    fresh_isp: Isp, site: Site, asked: list[Any]
) -> None:
    number = planned(fresh_isp, site)
    with scope.inside(fresh_isp.schema_name):
        router = Router.objects.get()
        watching.watch_of(router, now=now())
        Watch.objects.update(compare_at=now() + timedelta(hours=1))
    tasks.look(fresh_isp.schema_name, router.pk)
    begun(fresh_isp, number)
    changing.apply_change(fresh_isp.schema_name, number)
    assert seen(fresh_isp, number).state == State.KEPT
    assert ("check", router.pk) in asked
    with scope.inside(fresh_isp.schema_name):
        assert Watch.objects.get().compare_at <= now()
    tasks.check(fresh_isp.schema_name, router.pk)
    host = routes.host_of(fresh_isp.schema_name)
    with scope.inside(fresh_isp.schema_name):
        shown = previews.of(Router.objects.get(), host, now=now())
        assert (shown.trouble, list(shown.sentences)) == ("", []), (
            "what was kept is not shown as to be written"
        )


def test_a_change_that_is_dropped_while_the_router_is_read_stays_dropped(
    fresh_isp: Isp, site: Site, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    weigh = changing.risks.weigh

    def meanwhile(*given: Any) -> Any:
        with scope.inside(fresh_isp.schema_name):
            changes.drop(Change.objects.get(), by=BEN, now=now())
        return weigh(*given)

    monkeypatch.setattr(changing.risks, "weigh", meanwhile)
    change = seen(fresh_isp, planned(fresh_isp, site))
    assert (change.state, change.trail[-1]["what"]) == (State.DROPPED, "Dropped.")


def test_who_comes_late_does_not_take_back_what_was_kept_meanwhile(
    fresh_isp: Isp, site: Site, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = planned(fresh_isp, site, by_hand=True)
    begun(fresh_isp, number)
    changing.apply_change(fresh_isp.schema_name, number)
    kept = site.plain()
    leased = changing.talks.leased

    def late(*given: Any) -> Any:
        monkeypatch.setattr(changing.talks, "leased", leased)
        changing.settle_change(fresh_isp.schema_name, number, "keep")
        return leased(*given)

    monkeypatch.setattr(changing.talks, "leased", late)
    changing.settle_change(fresh_isp.schema_name, number, "take-back")
    assert seen(fresh_isp, number).state == State.KEPT
    assert {path: rows for path, rows in site.plain().items() if path != "/system/scheduler"} == {
        path: rows for path, rows in kept.items() if path != "/system/scheduler"
    }


def test_what_people_say_while_a_worker_talks_stays_in_the_record(
    fresh_isp: Isp, site: Site, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = planned(fresh_isp, site, by_hand=True)
    begun(fresh_isp, number)
    changing.apply_change(fresh_isp.schema_name, number)
    disarm = guarding.disarm

    def meanwhile(talk: Any) -> bool:
        with scope.inside(fresh_isp.schema_name):
            changes.decide(Change.objects.get(), "keep", by=BEN, now=now())
        return disarm(talk)

    monkeypatch.setattr(guarding, "disarm", meanwhile)
    changing.settle_change(fresh_isp.schema_name, number, "keep")
    told = [line["what"] for line in seen(fresh_isp, number).trail]
    assert told[-2:] == ["Keep it.", "The timer is removed: the change stays."]


def test_a_lost_worker_ends_a_change_that_had_not_begun_and_its_rollout_is_told(
    fresh_isp: Isp, site: Site, asked: list[Any]
) -> None:
    long_ago = now() - changing.STALE - timedelta(seconds=1)
    with scope.inside(fresh_isp.schema_name):
        gate = known(site)
        rollout = rollouts.begin("All", [gate], by=ANN, now=now())
        number = rollout.changes.get().pk
        Change.objects.update(state=State.APPLYING, started_at=long_ago)
    changing.due(fresh_isp.schema_name)
    change = seen(fresh_isp, number)
    assert (change.state, "before anything was written" in change.trouble) == (State.FAILED, True)
    assert change.ended_at is not None
    assert ("advance", rollout.pk) in asked
    with scope.inside(fresh_isp.schema_name):
        second = changes.plan(gate, reason="x", by=ANN, now=long_ago).pk
    changing.due(fresh_isp.schema_name)
    assert ("plan_change", second, changing.LAST) in asked
