"""Changes as people handle them: plan, say yes, approve, keep, take back, drop. Workers do the rest (routers.changing)."""

import secrets
from datetime import datetime, timedelta

from accounts import journal
from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from routers.models import Change, ChangeRules, Rollout, Router

State = Change.State
OPEN = [state for state in State.values if state not in Change.OVER]
LONGEST_AHEAD = timedelta(days=60)


def plan(
    router: Router,
    *,
    reason: str,
    by: Actor,
    now: datetime,
    by_hand: bool = False,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    rollout: Rollout | None = None,
    place: int = 0,
) -> Change:
    """Ask for a plan that brings the router to what it should be; nothing is written yet."""
    if not router.is_ready:
        raise Refusal("not_ready", "The router is not set up yet.")
    if Change.objects.filter(router=router, state__in=OPEN).exists():
        raise Refusal("change_open", f"Another change of {router} has not ended.")
    check_window(not_before, not_after, now=now)
    change = Change(
        router=router,
        rollout=rollout,
        place=place,
        key=secrets.token_hex(8),
        reason=reason.strip()[:80] or "As it should be",
        by_hand=by_hand,
        not_before=not_before,
        not_after=not_after,
        made_by=by.name[:140],
        made_by_id_then=by.id,
        made_at=now,
    )
    note(change, by.name, "Asked for a plan.", now=now)
    change.save()
    journal.record(by, "change.plan", change, now=now)
    return change


def check_window(not_before: datetime | None, not_after: datetime | None, *, now: datetime) -> None:
    """Refuse a window that never opens, or that opens too far away."""
    if not_before and not_before > now + LONGEST_AHEAD:
        raise Refusal("too_far", "A change can wait 60 days at most.", field="not_before")
    if not_after and not_after <= max(not_before or now, now):
        raise Refusal("no_window", "The window ends before it begins.", field="not_after")


def begin(change: Change, *, yes: bool, by: Actor, now: datetime) -> bool:
    """Let it be applied; whether that is now, else it waits for a second person or its window."""
    _only_in(change, State.PLANNED)
    _in_time(change, now)
    if change.is_risky:
        if not yes:
            raise Refusal("needs_yes", "Read the risks and accept them.", field="yes")
        change.accepted_by = by.name[:140]
        note(change, by.name, "Accepted the risks.", now=now)
    journal.record(by, "change.begin", change, now=now)
    if rules().second_person:
        change.state, change.waits_for = State.WAITING, "approval"
        note(change, by.name, "Asked a second person for approval.", now=now)
        change.save()
        return False
    return _go(change, by=by, now=now)


def approve(change: Change, *, by: Actor, now: datetime) -> bool:
    """A second person agrees; never the one who planned it."""
    _only_in(change, State.WAITING)
    _in_time(change, now)
    if change.waits_for != "approval":
        raise Refusal("no_approval", "This change waits for nobody's approval.")
    if by.id is None or by.id == change.made_by_id_then:
        raise Refusal("own_change", "Who planned a change cannot approve it. Ask somebody else.")
    change.approved_by = by.name[:140]
    note(change, by.name, "Approved.", now=now)
    journal.record(by, "change.approve", change, now=now)
    return _go(change, by=by, now=now)


def _go(change: Change, *, by: Actor, now: datetime) -> bool:
    if change.not_before and now < change.not_before:
        change.state, change.waits_for = State.WAITING, "window"
        note(change, by.name, "Waits for its window.", now=now)
        change.save()
        return False
    change.state, change.waits_for, change.started_at = State.APPLYING, "", now
    note(change, by.name, "Let it be applied.", now=now)
    change.save()
    return True


def decide(change: Change, what: str, *, by: Actor, now: datetime) -> None:
    """Keep it or take it back while the router's timer runs; a worker tells the router."""
    _only_in(change, State.PROVING)
    if change.armed_until and now >= change.armed_until:
        raise Refusal("too_late", "The router has taken it back by itself.")
    note(change, by.name, "Keep it." if what == "keep" else "Take it back.", now=now)
    change.save()
    journal.record(by, f"change.{what}", change, now=now)


def look(change: Change, *, by: Actor, now: datetime) -> None:
    """Ask again what became of a change that nobody answered for; a worker does, and the router's timer runs on."""
    _only_in(change, State.UNKNOWN)
    note(change, by.name, "Asked to look again.", now=now)
    change.save()
    journal.record(by, "change.look", change, now=now)


def drop(change: Change, *, by: Actor, now: datetime) -> None:
    """Forget a change that has not begun."""
    if change.state not in {State.ASKED, State.PLANNED, State.WAITING}:
        raise Refusal("begun", "This change has begun. Take it back instead.")
    change.state, change.ended_at, change.waits_for = State.DROPPED, now, ""
    note(change, by.name, "Dropped.", now=now)
    change.save()
    journal.record(by, "change.drop", change, now=now)


def rules() -> ChangeRules:
    """What the ISP wants of changes."""
    return ChangeRules.objects.filter(pk=1).first() or ChangeRules(pk=1)


def set_rules(*, second_person: bool, by: Actor, now: datetime) -> ChangeRules:
    """Whether a second person must approve."""
    made, _new = ChangeRules.objects.update_or_create(pk=1, defaults={"second_person": second_person})
    journal.record(by, "change.rules", made, now=now, second_person=second_person)
    return made


def note(change: Change, who: str, what: str, *, now: datetime, ok: bool = True) -> None:
    """A line of the record; the caller saves."""
    change.trail = [*change.trail, {"at": now.isoformat(), "who": who[:140], "what": what[:300], "ok": ok}]


def _only_in(change: Change, state: str) -> None:
    if change.state != state:
        raise Refusal("wrong_state", f"This change is {change.get_state_display().lower()}.")


def _in_time(change: Change, now: datetime) -> None:
    if change.not_after and now > change.not_after:
        raise Refusal("window_over", "Its window is over. Drop it and plan it again.")
