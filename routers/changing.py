"""Changes in the background: plan, apply under guard, keep or take back, settle what is unknown."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from celery import shared_task
from django.db.models import Q

from kmikro.lib.refusal import Refusal
from routers import (
    adopting,
    changes,
    device,
    faults,
    guarding,
    lines,
    packed,
    plan,
    planning,
    proof,
    risks,
    rollouts,
    sync,
    talks,
    watching,
)
from routers.desired import Facts
from routers.device import Device, DeviceError
from routers.guarding import End
from routers.models import Change, Rollout
from routers.talks import HARD, SOFT
from routers.tasks import check
from tenants.tasks import each_isp, tenant_task, unit

log = structlog.get_logger("routers.changing")
State = Change.State
US = "K-Mikro"
MARGIN = timedelta(seconds=15)  # after the router's timer, until we look
STALE = rollouts.STALE
LAST = 20  # tries of one task to settle; after them the beat asks for one try at a time


def _now() -> datetime:
    return datetime.now(UTC)


def _talk(schema: str, change_id: int, state: str, act: Callable[[Device, sync.Job, Change], None]) -> bool:
    """Lease, open, act, save; False when the router is busy."""
    with unit(schema):
        change = Change.objects.filter(pk=change_id, state=state).first()
    if change is None:
        return True
    with talks.leased(schema, change.router_id) as job:
        if job is None:
            return False
        if state == State.ASKED:
            job = talks.neighbours(schema, job)
        with unit(schema):  # as it is now: until the lease was ours another worker may have settled it
            change = Change.objects.select_related("router").filter(pk=change_id, state=state).first()
            if change is None:
                return True
            _opened = change.sealed_rows  # while we are inside
        known = len(change.trail)
        try:
            sync.guard(job.target)
            with device.opened(job.target) as talk:
                act(talk, job, change)
        except guarding.Waits as waits:
            change.state, change.waits_for = State.WAITING, waits.why
            changes.note(change, US, waits.text, now=_now(), ok=False)
        except (DeviceError, Refusal) as error:
            _failed(change, faults.in_words(error, job.target))
        with talks.held(schema, job):
            _save(change, state, known)
    return True


def _save(change: Change, was: str, known: int) -> None:
    """Write down what became of it, unless people dropped it meanwhile; what they noted meanwhile stays."""
    stored = Change.objects.select_for_update().only("state", "trail").filter(pk=change.pk).first()
    if stored is None or stored.state != was:
        return
    change.trail = [*stored.trail, *change.trail[known:]]
    change.save()
    if change.rollout_id and change.state in {State.PLANNED, *Change.OVER}:
        advance.soon(change.rollout_id)
    if change.state == State.KEPT:  # what follows from new rows is learned as after every comparison
        watching.written(change.router_id, now=_now())
        check.soon(change.router_id)


def _failed(change: Change, trouble: str) -> None:
    """Before anything was written it has failed; later only reading tells what became of it."""
    change.trouble = trouble
    changes.note(change, US, trouble, now=_now(), ok=False)
    if change.state in {State.ASKED, State.APPLYING} and change.armed_until is None:
        change.state, change.ended_at = State.FAILED, _now()
    elif change.state in {State.APPLYING, State.PROVING}:
        change.state = State.UNKNOWN


@tenant_task(enter=False, soft_time_limit=SOFT, time_limit=HARD)
def plan_change(schema: str, change_id: int, attempt: int = 0) -> None:
    """Read the router and write down what would be done, with its risks; nothing is changed."""
    if not _talk(schema, change_id, State.ASKED, _plan) and attempt < 5:
        with unit(schema):
            plan_change.soon(change_id, attempt + 1, countdown=5.0)


def _plan(talk: Device, job: sync.Job, change: Change) -> None:
    facts, steps = _steps(talk, job)
    if not steps:
        change.state, change.ended_at = State.DROPPED, _now()
        changes.note(change, US, "All is as it should be: there is nothing to do.", now=_now())
        return
    found = risks.weigh(steps, sync.surroundings(talk, job.wish, facts, steps))
    guarding.prepared(steps, facts, "", lambda: "")  # refuses what could not be taken back
    change.steps = [
        {
            "do": plan.verb_of(step),
            "path": plan.path_of(step),
            "what": plan.sentence(step)[:300],
            "line": lines.line(step)[:400],
            "done": False,
        }
        for step in steps
    ]
    change.risks = [{"code": r.code, "level": r.level.name.lower(), "text": r.text[:300]} for r in found]
    change.fingerprint = packed.fingerprint(steps)
    change.state = State.PLANNED
    changes.note(
        change, US, "Planned 1 step." if len(steps) == 1 else f"Planned {len(steps)} steps.", now=_now()
    )


def _steps(talk: Device, job: sync.Job) -> tuple[Facts, list[plan.Step]]:
    facts = sync.read(talk, job.wish.menus)
    return facts, planning.steps(job.wish, facts, force=True)


@tenant_task(enter=False, soft_time_limit=SOFT, time_limit=HARD)
def apply_change(schema: str, change_id: int, attempt: int = 0) -> None:
    """Apply under guard exactly what was agreed to."""

    def act(talk: Device, job: sync.Job, change: Change) -> None:
        _apply(schema, talk, job, change)

    if not _talk(schema, change_id, State.APPLYING, act) and attempt < 5:
        with unit(schema):
            apply_change.soon(change_id, attempt + 1, countdown=5.0)
    with unit(schema):
        if Change.objects.filter(pk=change_id, state__in=(State.UNKNOWN, State.PROVING)).exists():
            settle_change.soon(change_id, "look", countdown=guarding.TIMER + MARGIN.total_seconds())


def _apply(schema: str, talk: Device, job: sync.Job, change: Change) -> None:
    facts, steps = _steps(talk, job)
    if packed.fingerprint(steps) != change.fingerprint:
        raise Refusal(
            "changed_meanwhile", "The router is not as it was when this was planned. Plan it again."
        )
    push = guarding.prepared(
        steps, facts, f"change {change.pk}", proof.prover(talk.target, job.wish, facts),
        note=_noter(change), wrote=_marker(change), by_hand=change.by_hand,
    )  # fmt: skip
    change.sealed_rows = packed.pack(steps, push.undos, folder=push.folder, serial=push.serial)
    with talks.held(schema, job):  # before anything is written: another worker may have to settle it
        change.save(update_fields=["sealed_rows"])
        adopting.keep_singles(job.router_id, sync.singles(steps, facts), now=_now())
    change.armed_until = _now() + timedelta(seconds=guarding.TIMER)
    try:
        result = guarding.push(talk, push)
    except guarding.Waits:
        change.armed_until = None
        raise
    _ended(change, result)


def _noter(change: Change) -> guarding.Note:
    return lambda what, ok=True: changes.note(change, US, what, now=_now(), ok=ok)


def _marker(change: Change) -> Callable[[int], None]:
    def wrote(number: int) -> None:
        change.steps[number] |= {"done": True, "at": _now().isoformat()}

    return wrote


_STATES = {
    End.KEPT: State.KEPT,
    End.TAKEN_BACK: State.TAKEN_BACK,
    End.PROVING: State.PROVING,
    End.UNKNOWN: State.UNKNOWN,
}


def _ended(change: Change, result: guarding.Result) -> None:
    change.state, change.trouble = _STATES[result.end], result.trouble[:300]
    if change.is_over:
        change.ended_at, change.armed_until = _now(), None


@tenant_task(enter=False, soft_time_limit=SOFT, time_limit=HARD)
def settle_change(schema: str, change_id: int, what: str, attempt: int = 0) -> None:
    """Keep, take back, or look what became of a change that nobody answered for."""

    def act(talk: Device, job: sync.Job, change: Change) -> None:
        _settle(talk, change, what)

    done = True
    for state in (State.PROVING, State.UNKNOWN):
        done = _talk(schema, change_id, state, act) and done
    with unit(schema):
        still = Change.objects.filter(pk=change_id, state__in=(State.PROVING, State.UNKNOWN)).exists()
        if (still or not done) and attempt < LAST:
            settle_change.soon(
                change_id, what if not done else "look", attempt + 1, countdown=min(30.0, 3 << attempt)
            )


def _settle(talk: Device, change: Change, what: str) -> None:
    steps, undos, folder, serial = packed.unpack(change.sealed_rows)
    push = guarding.Push(steps, undos, folder, serial, "", f"change {change.pk}", lambda: "", _noter(change))
    if what == "keep" and change.state == State.PROVING:
        if guarding.disarm(talk):
            changes.note(change, US, "The timer is removed: the change stays.", now=_now())
            _ended(change, guarding.Result(End.KEPT))
            return
        _ended(change, guarding.reconcile(talk, push, "The router's timer was faster."))
        return
    if what == "take-back":
        if guarding.settle(talk, push):
            _ended(change, guarding.Result(End.TAKEN_BACK, "Taken back by a person."))
        return
    if what == "look" and change.state == State.PROVING and _now() < (change.armed_until or _now()):
        return  # a person still has the word
    _ended(change, guarding.reconcile(talk, push, change.trouble or "Nobody kept it in time."))


@tenant_task(enter=False)
def advance(schema: str, rollout_id: int) -> None:
    """Bring a rollout on by a step: apply what is planned, begin the next wave, or stop."""
    with unit(schema):
        for change_id, act in rollouts.advance(rollout_id, now=_now()):
            (plan_change if act == "plan" else apply_change).soon(change_id)


@tenant_task()
def due() -> None:
    """Changes whose window has come, whose wait may be over, or whose worker is gone."""
    now = _now()
    waiting = Q(state=State.WAITING, waits_for__in=("window", "holder", "timer")) & (
        Q(not_before=None) | Q(not_before__lte=now)
    )
    for change in Change.objects.filter(waiting):
        if change.not_after and now > change.not_after:
            _lost(change, "Its window is over.", now=now)
            continue
        change.state, change.waits_for, change.started_at = State.APPLYING, "", now
        change.save()
        apply_change.soon(change.pk)
    lost = Change.objects.filter(state=State.APPLYING, started_at__lt=now - STALE)
    for change in lost:
        if not change.sealed_rows:
            _lost(change, "The worker was lost before anything was written.", now=now)
            continue
        change.state = State.UNKNOWN
        changes.note(change, US, "The worker was lost; what was done is unknown.", now=now, ok=False)
        change.save()
    overdue = Change.objects.filter(state__in=(State.PROVING, State.UNKNOWN))
    for change in overdue.filter(Q(armed_until=None) | Q(armed_until__lt=now - MARGIN)):
        settle_change.soon(change.pk, "look", LAST)
    for number in Change.objects.filter(state=State.ASKED, rollout=None, made_at__lt=now - STALE).values_list(
        "pk", flat=True
    ):
        plan_change.soon(number, LAST)
    for number in Rollout.objects.filter(state=Rollout.State.RUNNING).values_list("pk", flat=True):
        advance.soon(number)


def _lost(change: Change, why: str, *, now: datetime) -> None:
    """It has failed without a word from the router; its rollout must know."""
    change.state, change.ended_at, change.waits_for, change.trouble = State.FAILED, now, "", why
    changes.note(change, US, why, now=now, ok=False)
    change.save()
    if change.rollout_id:
        advance.soon(change.rollout_id)


@shared_task(name="routers.changing.due_everywhere")
def due_everywhere() -> int:
    """Beat: changes of every ISP."""
    return each_isp(due)
