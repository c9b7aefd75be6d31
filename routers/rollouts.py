"""One change for many routers: a canary, then a twentieth, then all; the first failure stops it."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from accounts import journal
from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from routers import changes
from routers.models import Change, Rollout, Router

SHARE = 0.05
MOST = 2_000
AT_ONCE = 20  # changes under way: the rest has not begun when one fails
STALE = timedelta(minutes=4)  # after which a worker that was asked counts as gone
State = Rollout.State
# States of a change that end a rollout, and those after which the next router may have its turn.
BAD = frozenset({"failed", "taken_back", "unknown"})
GOOD = frozenset({"kept", "dropped"})


def waves(count: int) -> list[int]:
    """How many routers have had their turn after each wave: one, then 5 percent more, then all."""
    second = min(count, 1 + max(1, math.ceil(count * SHARE)))
    return sorted({min(1, count), second, count} - {0})


@transaction.atomic
def begin(
    name: str,
    routers: Sequence[Router],
    *,
    by: Actor,
    now: datetime,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
) -> Rollout:
    """A rollout over these routers; the first is the canary. Outside its window no router is even planned."""
    changes.check_window(not_before, not_after, now=now)
    ready = [router for router in routers if router.is_ready]
    if not ready:
        raise Refusal("no_routers", "No router that is set up was chosen.")
    if len(ready) > MOST:
        raise Refusal("too_many", f"A rollout can have {MOST} routers at most.")
    if changes.rules().second_person:
        raise Refusal("needs_second", "Your ISP wants a second person for each change: make them one by one.")
    rollout = Rollout.objects.create(
        name=name.strip()[:80] or "As it should be",
        not_before=not_before,
        not_after=not_after,
        made_by=by.name[:140],
        made_by_id_then=by.id,
        made_at=now,
    )
    for place, router in enumerate(ready):
        changes.plan(router, reason=rollout.name, by=by, now=now, rollout=rollout, place=place)
    journal.record(by, "rollout.begin", rollout, now=now, routers=len(ready))
    return rollout


def advance(rollout_id: int, *, now: datetime) -> list[tuple[int, str]]:
    """What is to be done now, as change ids with 'plan' or 'apply'; stops at the first failure."""
    rollout = Rollout.objects.select_for_update().get(pk=rollout_id)
    if rollout.state != State.RUNNING or (rollout.not_before and now < rollout.not_before):
        return []
    found = rollout.changes.select_related("router").order_by("place")
    bad = found.filter(state__in=BAD).first()
    if bad is not None:
        _stop(rollout, f"{bad.router}: {bad.trouble or bad.get_state_display()}", now=now)
        return []
    every = list(found.values_list("pk", "state"))
    ends = waves(len(every)) or [0]  # routers may have been removed meanwhile, all of them too
    rollout.wave = min(rollout.wave, len(ends) - 1)
    while not (left := _left(every[: ends[rollout.wave]])) and rollout.wave < len(ends) - 1:
        rollout.wave += 1
    if not left:
        rollout.state, rollout.ended_at = State.DONE, now
    elif rollout.not_after and now > rollout.not_after:
        _stop(rollout, "Its window is over. What has begun goes to its end.", now=now)
        return []
    rollout.save()
    under_way = found.filter(pk__in=left[:AT_ONCE])
    return [todo for change in under_way if (todo := _next(rollout, change, now=now))]


def _left(wave: Sequence[tuple[int, str]]) -> list[int]:
    return [pk for pk, state in wave if state not in GOOD]


def _next(rollout: Rollout, change: Change, *, now: datetime) -> tuple[int, str] | None:
    if change.state == Change.State.ASKED:
        if change.started_at and change.started_at > now - STALE:
            return None  # a worker has been asked
        change.started_at = now
        change.save(update_fields=["started_at"])
        return change.pk, "plan"
    if change.state != Change.State.PLANNED:
        return None
    if change.is_risky:
        _stop(rollout, f"{change.router}: {change.risks[0]['text']} Make this change by itself.", now=now)
        return None
    person = Actor(rollout.made_by_id_then, rollout.made_by)
    return (change.pk, "apply") if changes.begin(change, yes=False, by=person, now=now) else None


def stop(rollout: Rollout, *, by: Actor, now: datetime) -> None:
    """No further router has its turn; what is under way ends."""
    if rollout.state != State.RUNNING:
        raise Refusal("not_running", "This rollout does not run.")
    _stop(rollout, f"Stopped by {by.name}.", now=now)
    journal.record(by, "rollout.stop", rollout, now=now)


@transaction.atomic
def resume(
    rollout: Rollout,
    *,
    by: Actor,
    now: datetime,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
) -> None:
    """Go on, at once or in another window; routers whose change went wrong get another one."""
    if rollout.state != State.STOPPED:
        raise Refusal("not_stopped", "This rollout is not stopped.")
    changes.check_window(not_before, not_after, now=now)
    rollout.state, rollout.trouble, rollout.ended_at = State.RUNNING, "", None
    rollout.not_before, rollout.not_after = not_before, not_after
    rollout.save()
    for change in rollout.changes.filter(state__in=[*(BAD - {"unknown"}), "planned"]):
        place, router = change.place, change.router
        change.rollout = None
        if not change.is_over:
            changes.drop(change, by=by, now=now)
        change.save()
        changes.plan(router, reason=rollout.name, by=by, now=now, rollout=rollout, place=place)
    journal.record(by, "rollout.resume", rollout, now=now)


def _stop(rollout: Rollout, why: str, *, now: datetime) -> None:
    rollout.state, rollout.trouble, rollout.ended_at = State.STOPPED, why[:300], now
    rollout.save()
