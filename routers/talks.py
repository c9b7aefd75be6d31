"""The frame of every talk of a worker with a router: its lease, and transactions that only the lease's holder may use."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from kmikro.lib.refusal import Refusal
from routers import device, inventory, lease
from routers import sync as syncing
from routers.device import DeviceError
from routers.models import Router
from tenants import routes
from tenants.tasks import unit

log = structlog.get_logger("routers.talks")
SOFT, HARD = 90, 110  # seconds for one task: both end before its lease does


@contextmanager
def leased(schema: str, router_id: int) -> Generator[syncing.Job | None, None, None]:
    """The lease of a router for one talk; None when there is nobody to talk to or another worker does.

    A talk that ends with an error that nobody foresaw keeps its lease until it runs out, and stays counted.
    """
    host = routes.host_of(schema)
    with unit(schema):
        job = syncing.take(router_id, host, now=datetime.now(UTC))
    try:
        yield job
    except lease.Lost as lost:  # somebody else has it by now, and everything we know is old
        log.warning("lease-lost", router=router_id, why=str(lost))
        return
    if job is not None:
        with unit(schema):
            lease.give_back(router_id, job.fence)


@contextmanager
def held(schema: str, job: syncing.Job) -> Generator[Router, None, None]:
    """A transaction in which only the holder of the newest lease may write; others leave with lease.Lost."""
    with unit(schema):
        yield lease.held(job.router_id, job.fence)


def neighbours(schema: str, job: syncing.Job) -> syncing.Job:
    """The same job, which knows what the other routers hand out: for talks in which a plan may be weighed."""
    with unit(schema):
        return replace(job, wish=replace(job.wish, other_pools=inventory.pools_elsewhere(job.router_id)))


def released(job: syncing.Job) -> bool:
    """Take everything of ours off a router; False when it could not be told."""
    try:
        syncing.guard(job.target)
        with device.opened(job.target) as talk:
            syncing.release(talk, syncing.Outcome(), job.wish.originals)
    except (DeviceError, Refusal) as error:
        log.info("release-failed", router=job.router_id, why=type(error).__name__)
        return False
    return True
