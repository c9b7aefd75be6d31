"""A guarded change is kept when it is proven, goes back when it is not, and waits for whoever else is at work."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from kmikro.lib.refusal import Refusal
from routers import desired, device, guarding, plan, reverse, sync
from routers.guarding import End
from routers.rows import Row
from tests.addresses import own
from tests.faults_routers.site import Site, hurried
from tests.waiting import until


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with hurried():
        made = Site(own(66), "7.20.8 (stable)")
        yield made
        made.close()


def server(site: Site, talk: device.Device) -> tuple[desired.Facts, list[plan.Step]]:
    facts = sync.read(talk)
    row = Row("/ip/pool", "kmikro-more", {"name": "kmikro-more", "ranges": "10.66.0.2-10.66.0.9"})
    return facts, [plan.Add(row)]


def said(site: Site, since: int) -> list[str]:
    """What was written, in order."""
    words = [f"{sent.path}/{sent.verb}" for sent in site.sent[since:]]
    return [word for word in words if not word.endswith("/print")]


def test_the_order_is_timer_safe_mode_steps_release_timer(site: Site) -> None:
    notes: list[str] = []
    before = site.plain()
    since = len(site.sent)
    with device.opened(site.target) as talk:
        facts, steps = server(site, talk)
        change = guarding.prepared(
            steps, facts, "a test", lambda: "", note=lambda what, ok=True: notes.append(what)
        )
        assert guarding.push(talk, change) == guarding.Result(End.KEPT)
    assert said(site, since) == [
        "/system/scheduler/add",
        "/system/scheduler/add",
        "/safe-mode/take",
        "/ip/pool/add",
        "/safe-mode/release",
        "/system/scheduler/remove",
        "/system/scheduler/remove",
    ]
    assert [note.partition(" ")[0] for note in notes] == ["The", "Safe", "1", "A", "The"]
    with device.opened(site.target) as talk:
        assert guarding.settle(talk, change)
    assert site.plain() == before


def test_what_cannot_be_proven_goes_back_and_says_why(site: Site) -> None:
    before = site.plain()
    with device.opened(site.target) as talk:
        facts, steps = server(site, talk)
        change = guarding.prepared(steps, facts, "a test", lambda: "Nobody answers.")
        assert guarding.push(talk, change) == guarding.Result(End.TAKEN_BACK, "Nobody answers.")
    assert site.plain() == before
    assert not site.armed()
    assert site.router.device.safe_mode is None


def test_a_step_that_the_router_refuses_takes_the_others_back(site: Site) -> None:
    before = site.plain()
    with device.opened(site.target) as talk:
        facts, steps = server(site, talk)
        bad = plan.Add(Row("/ip/pool", "kmikro-bad", {"name": "kmikro-bad", "ranges": "nonsense"}))
        result = guarding.push(talk, guarding.prepared([*steps, bad], facts, "a test", lambda: ""))
    assert result.end is End.TAKEN_BACK
    assert "refused a step" in result.trouble
    assert site.plain() == before


def test_a_change_that_a_person_must_keep_goes_back_by_itself(site: Site) -> None:
    before = site.plain()
    with device.opened(site.target) as talk:
        facts, steps = server(site, talk)
        change = guarding.prepared(steps, facts, "a test", lambda: "", by_hand=True)
        assert guarding.push(talk, change).end is End.PROVING
    assert site.armed()
    assert site.router.device.safe_mode is None
    with device.opened(site.target) as talk, pytest.raises(guarding.Waits) as waits:
        guarding.push(talk, change)
    assert waits.value.why == "timer"
    site.router.device.clock.advance(guarding.TIMER)
    until(lambda: not site.armed(), 5)
    until(lambda: site.plain() == before, 5)
    with device.opened(site.target) as talk:
        assert guarding.reconcile(talk, change, "Nobody kept it.").end is End.TAKEN_BACK


def test_half_a_timer_is_cleared_away(site: Site) -> None:
    site.router.paste(f"/system scheduler add name={reverse.BOOT_JOB} interval=1d on-event=nothing")
    assert site.push(site.second) == ""
    assert site.router.tree.find("/system/scheduler", name=reverse.BOOT_JOB) is None
    assert site.push(site.first) == ""


def test_a_router_that_forbids_the_timer_is_not_changed(site: Site, monkeypatch: Any) -> None:
    before = site.plain()
    group = site.router.tree.find("/user/group", name="kmikro")
    assert group is not None
    with device.opened(site.target) as talk:
        facts, steps = server(site, talk)
        change = guarding.prepared(steps, facts, "a test", lambda: "")
        monkeypatch.setattr(reverse, "rights", lambda undos: "read,write,policy")
        result = guarding.push(talk, change)
    assert result.end is End.TAKEN_BACK
    assert "would not set the timer: not enough permissions (9)" in result.trouble
    assert site.plain() == before


def test_without_a_yes_a_risky_plan_is_not_begun(site: Site) -> None:
    wish = replace(site.first, interface="ether1")
    since, outcome = len(site.sent), sync.Outcome()
    with device.opened(site.target) as talk, pytest.raises(Refusal) as refused:
        sync.run(talk, wish, outcome)
    assert refused.value.code == "needs_yes"
    assert "shuts our own way" in refused.value.text
    assert said(site, since) == []


def test_what_no_timer_can_take_back_is_refused_before_anybody_is_asked(site: Site, monkeypatch: Any) -> None:
    monkeypatch.setattr(reverse, "LARGEST_SCRIPT", 100)
    with device.opened(site.target) as talk:
        facts, steps = server(site, talk)
    with pytest.raises(Refusal) as refused:
        guarding.prepared(steps, facts, "a test", lambda: "")
    assert refused.value.code == "too_large"
