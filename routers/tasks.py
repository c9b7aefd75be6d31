"""Work on routers in the background: every talk holds a lease and no transaction."""

import random
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime

import structlog
from celery import shared_task

from kmikro.lib.refusal import Refusal
from routers import device, echo, enrolment, faults, health, progress, queries
from routers import sync as syncing
from routers.device import DeviceError
from routers.models import Router
from tenants import routes
from tenants.tasks import each_isp, tenant_task, unit

log = structlog.get_logger("routers.tasks")
MOST_TRIES = 10
LONGEST_WAIT = 60
SPREAD = 20  # seconds over which the routers of an ISP are asked


def _now() -> datetime:
    return datetime.now(UTC)


def _wait(attempt: int) -> float:
    return float(min(3 << attempt, LONGEST_WAIT))


@contextmanager
def _leased(schema: str, router_id: int) -> Generator[syncing.Job | None, None, None]:
    """The lease of a router for one talk; None when there is nobody to talk to or another worker does."""
    host = routes.host_of(schema)
    with unit(schema):
        job = syncing.take(router_id, host, now=_now())
    try:
        yield job
    finally:
        if job is not None:
            with unit(schema):
                syncing.give_back(router_id)


@tenant_task(enter=False)
def enrol(schema: str, router_id: int, attempt: int = 0) -> None:
    """From 'the router has reported' to 'ready'; tries again by itself while the router does not answer."""
    with _leased(schema, router_id) as job:
        if job is None:
            again, trouble = True, ""
        else:
            again, trouble = _enrol(schema, job)
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
            sample = health.measure(talk)
    except (DeviceError, Refusal) as error:
        trouble = faults.in_words(error, job.target)
        log.info("enrol-stopped", router=job.router_id, why=type(error).__name__)
        with unit(schema):
            if outcome.steps:
                syncing.record(job.router_id, "Enrolment", outcome, trouble, started=started, now=_now())
        return isinstance(error, DeviceError), trouble
    with unit(schema):
        syncing.record(job.router_id, "Enrolment", outcome, "", started=started, now=_now())
        syncing.learn(job.router_id, outcome)
    wish = job.wish
    if not echo.heard(job.target.address, wish.coa_port, wish.radius_secret, source=job.target.source):
        return True, faults.not_heard(job.target, wish.coa_port)
    with unit(schema):
        health.answered(job.router_id, sample, now=_now())
        progress.ready(job.router_id, now=_now())
    return False, ""


@tenant_task(enter=False)
def sync(schema: str, router_id: int, reason: str, force: bool = False) -> None:
    """Make one router as it should be."""
    with _leased(schema, router_id) as job:
        if job is None or job.state != Router.State.READY:
            return
        started, outcome, trouble = _now(), syncing.Outcome(), ""
        try:
            syncing.guard(job.target)
            with device.opened(job.target) as talk:
                syncing.run(talk, job.wish, outcome, force=force)
        except (DeviceError, Refusal) as error:
            trouble = faults.in_words(error, job.target)
        with unit(schema):
            if outcome.steps or trouble or reason != progress.ROUTINE:
                syncing.record(router_id, reason, outcome, trouble, started=started, now=_now())
            progress.synced(router_id, trouble)
            syncing.learn(router_id, outcome)


@tenant_task(enter=False)
def check(schema: str, router_id: int) -> None:
    """Is it up, how busy is it?"""
    with _leased(schema, router_id) as job:
        if job is None:
            return
        try:
            syncing.guard(job.target)
            with device.opened(job.target) as talk:
                sample = health.measure(talk)
        except (DeviceError, Refusal) as error:
            with unit(schema):
                health.missed(router_id, faults.in_words(error, job.target), now=_now())
            return
        with unit(schema):
            health.answered(router_id, sample, now=_now())


@tenant_task(enter=False)
def let_go(schema: str, router_id: int, attempt: int = 0) -> None:
    """Take our rows off a router that was removed, then forget it; gives up after some tries."""
    with _leased(schema, router_id) as job:
        done = job is not None and _released(job)
    with unit(schema):
        if done or attempt + 1 >= MOST_TRIES:
            Router.objects.filter(pk=router_id, leaving_at__isnull=False).delete()
        else:
            let_go.soon(router_id, attempt + 1, countdown=_wait(attempt))


def _released(job: syncing.Job) -> bool:
    try:
        syncing.guard(job.target)
        with device.opened(job.target) as talk:
            syncing.release(talk, syncing.Outcome())
    except (DeviceError, Refusal) as error:
        log.info("release-failed", router=job.router_id, why=type(error).__name__)
        return False
    return True


@tenant_task()
def reconcile() -> None:
    """Ask for a comparison of every ready router of the ISP, spread over some seconds."""
    for router in queries.all_routers().filter(state=Router.State.READY):
        sync.soon(router.pk, progress.ROUTINE, countdown=random.uniform(0, SPREAD))


@tenant_task()
def check_all() -> None:
    """Ask for a health check of every ready router of the ISP; spent commands are forgotten."""
    enrolment.expire(now=_now())
    for router in queries.all_routers().filter(state=Router.State.READY):
        check.soon(router.pk, countdown=random.uniform(0, SPREAD))


@shared_task(name="routers.tasks.reconcile_everywhere")
def reconcile_everywhere() -> int:
    """Beat: every router of every ISP."""
    return each_isp(reconcile)


@shared_task(name="routers.tasks.check_everywhere")
def check_everywhere() -> int:
    """Beat: health of every router of every ISP."""
    return each_isp(check_all)
