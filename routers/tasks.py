"""Work on routers in the background: every talk holds a fenced lease and no transaction."""

import random
from contextlib import ExitStack
from datetime import UTC, datetime

import structlog
from celery import shared_task

from kmikro.lib.refusal import Refusal
from routers import (
    alerts,
    device,
    echo,
    enrolment,
    faults,
    health,
    inventory,
    lease,
    progress,
    rounds,
    samples,
    seats,
    strays,
    talks,
    telling,
    visits,
    watching,
)
from routers import sync as syncing
from routers.device import DeviceError, WrongIdentity
from routers.models import Router
from routers.talks import HARD, SOFT
from routers.telling import tell
from tenants.tasks import each_isp, tenant_task, unit

log = structlog.get_logger("routers.tasks")
MOST_TRIES = 10
LONGEST_WAIT = 60
SPREAD = 5  # seconds over which visits of one beat are spread, so that 1,000 logins do not come in one moment
NOW_AND_THEN = 300  # seconds after which a wish for a visit is void


def _now() -> datetime:
    return datetime.now(UTC)


def _wait(attempt: int) -> float:
    """Doubles, and is spread so that routers that failed together do not come back together."""
    return float(min(3 << attempt, LONGEST_WAIT)) * random.uniform(0.8, 1.2)


@tenant_task(enter=False, soft_time_limit=SOFT, time_limit=HARD)
def enrol(schema: str, router_id: int, attempt: int = 0) -> None:
    """From 'the router has reported' to 'ready'; tries again by itself while the router does not answer."""
    again, trouble = True, ""
    with talks.leased(schema, router_id) as job:
        if job is not None:
            again, trouble = _enrol(schema, talks.neighbours(schema, job))
    with unit(schema):
        if trouble:
            progress.stopped(router_id, trouble)
        waiting = Router.objects.filter(pk=router_id, address__isnull=False, leaving_at=None).exists()
        if again and waiting and attempt + 1 < MOST_TRIES:
            enrol.soon(router_id, attempt + 1, countdown=_wait(attempt))


def _enrol(schema: str, job: syncing.Job) -> tuple[bool, str]:
    """Whether to try again, and the trouble in words."""
    started, outcome = _now(), syncing.Outcome()
    try:
        syncing.guard(job.target)
        with device.opened(job.target) as talk:
            with unit(schema):
                progress.user_made(job.router_id, now=_now())
            syncing.run(talk, job.wish, outcome)
            reading, front = health.measure(talk)
    except (DeviceError, Refusal) as error:
        trouble = faults.in_words(error, job.target)
        log.info("enrol-stopped", router=job.router_id, why=type(error).__name__)
        with unit(schema):
            if outcome.steps:
                syncing.record(job.router_id, "Enrolment", outcome, trouble, started=started, now=_now())
        again = isinstance(error, DeviceError) and not isinstance(error, WrongIdentity)
        return again, trouble
    with talks.held(schema, job) as router:
        syncing.record(job.router_id, "Enrolment", outcome, "", started=started, now=_now())
        syncing.learn(router, outcome, now=_now())
    wish = job.wish
    if not echo.heard(job.target.address, wish.coa_port, wish.radius_secret, source=job.target.source):
        return True, faults.not_heard(job.target, wish.coa_port)
    with talks.held(schema, job) as router:
        watching.answered(router, reading, front, dice=random.random(), now=_now())
        progress.ready(job.router_id, now=_now())
    return False, ""


@tenant_task(enter=False, soft_time_limit=SOFT, time_limit=HARD)
def sync(schema: str, router_id: int, reason: str, force: bool = False, attempt: int = 0) -> None:
    """Make one router as it should be, because a person or a change of what is wanted asked for it."""
    busy = False
    with talks.leased(schema, router_id) as job:
        busy = job is None
        if job and job.state == Router.State.READY:
            _sync(schema, talks.neighbours(schema, job), reason, force)
    if busy and attempt + 1 < MOST_TRIES:  # another worker talks to it; what is wanted must still get there
        with unit(schema):
            if Router.objects.filter(pk=router_id, state=Router.State.READY, leaving_at=None).exists():
                sync.soon(router_id, reason, force, attempt + 1, countdown=_wait(attempt))


def _sync(schema: str, job: syncing.Job, reason: str, force: bool) -> None:
    started, outcome, trouble = _now(), syncing.Outcome(), ""
    try:
        syncing.guard(job.target)
        with device.opened(job.target) as talk:
            syncing.run(talk, job.wish, outcome, force=force)
    except (DeviceError, Refusal) as error:
        trouble = faults.in_words(error, job.target)
    visits.keep(schema, job, reason, outcome, trouble, started)


@tenant_task(enter=False, soft_time_limit=SOFT, time_limit=HARD, expires=NOW_AND_THEN)
def check(schema: str, router_id: int) -> None:
    """One conversation: how is it, and, when it is time, is it as it should be?"""
    with ExitStack() as stack:
        job = stack.enter_context(talks.leased(schema, router_id))
        if job is None or job.state != Router.State.READY:
            _not_now(schema, router_id, job)
            return
        watch = job.watch
        # Known to be in trouble, or of an ISP whose routers all fell mute: it may wait, others may not wait for it.
        if watch and watch.failures or seats.is_mute(schema):
            try:
                stack.enter_context(seats.slow_lane())
            except seats.Taken:
                with unit(schema):
                    watching.later(router_id, dice=random.random(), now=_now())
                return
        visits.visit(
            schema,
            job,
            extras=watch is None or watching.wants_extras(watch, now=_now()),
            compare=watch is None or watch.compare_at <= _now(),
        )


def _not_now(schema: str, router_id: int, job: syncing.Job | None) -> None:
    """Another worker talks to it, or talks with it keep ending their workers."""
    with unit(schema):
        router = Router.objects.filter(pk=router_id, state=Router.State.READY, leaving_at=None).first()
        if router is not None and job is None and lease.is_stuck(router):
            tell(watching.stuck(router, now=_now()).changed)
        elif router is not None:
            watching.later(router_id, dice=random.random(), now=_now())


@tenant_task(enter=False, soft_time_limit=SOFT, time_limit=HARD)
def look(schema: str, router_id: int) -> None:
    """Read all menus that we write, because a person wants to see them; nothing is written."""
    with talks.leased(schema, router_id) as job:
        if job is None:
            return
        try:
            syncing.guard(job.target)
            with device.opened(job.target) as talk:
                facts = syncing.read(talk)
        except (DeviceError, Refusal) as error:
            with talks.held(schema, job) as router:
                progress.synced(router, faults.in_words(error, job.target))
            return
        with talks.held(schema, job):
            inventory.keep(router_id, facts, whole=True, now=_now())


@tenant_task(enter=False, soft_time_limit=SOFT, time_limit=HARD)
def let_go(schema: str, router_id: int, attempt: int = 0) -> None:
    """Take our rows off a router that was removed, then forget it; gives up after some tries."""
    done = False
    with talks.leased(schema, router_id) as job:
        done = job is not None and talks.released(job)
    with unit(schema):
        if done or attempt + 1 >= MOST_TRIES:
            enrolment.forget(Router.objects.filter(pk=router_id, leaving_at__isnull=False), now=_now())
        else:
            let_go.soon(router_id, attempt + 1, countdown=_wait(attempt))


@tenant_task(enter=False, soft_time_limit=SOFT, time_limit=HARD)
def check_all(schema: str) -> None:
    """Knock at all routers whose time has come, and ask for a visit of those that open.

    Dead ones cost one task a few seconds together, and no visiting worker any time."""
    with unit(schema):
        enrolment.expire(now=_now())
        tell(strays.noticed(now=_now()))
        waiting = {each.router_id: each for each in watching.due(now=_now())}
    doors, refused = rounds.doors_of(waiting.values())
    many = len(doors) > 50
    _note(schema, {key: "" for key in doors if waiting[key].leased}, refused, many=many)
    for wave in rounds.knocked({key: door for key, door in doors.items() if not waiting[key].leased}):
        _note(schema, wave, {}, many=many)


def _note(schema: str, wave: dict[int, str], refused: dict[int, str], *, many: bool) -> None:
    """Ask for visits of those that opened, and write down those that did not."""
    with unit(schema):
        shut = {router_id: why for router_id, why in wave.items() if why}
        for router_id in [each for each in wave if each not in shut]:
            check.soon(router_id, countdown=random.uniform(0, SPREAD) if many else 0)
        tell(rounds.nobody_there(shut, refused, dice=random.random, now=_now()))


@tenant_task()
def tend() -> None:
    """Notices whose time has come, hours and days out of samples, and forgetting."""
    for notice_id in alerts.due(now=_now()):
        telling.send_notice.soon(notice_id)
    samples.roll_up(now=_now())
    samples.forget(now=_now())
    syncing.forget(now=_now())


@shared_task(name="routers.tasks.check_everywhere")
def check_everywhere() -> int:
    """Beat: routers of every ISP whose time has come."""
    return each_isp(check_all)


@shared_task(name="routers.tasks.tend_everywhere")
def tend_everywhere() -> int:
    """Beat: the same of every ISP."""
    return each_isp(tend)
