"""A visit of a worker to a router: how is it, is it as it should be, and what is put right."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kmikro.lib.refusal import Refusal
from routers import device, drift, faults, health, progress, seats, talks, watching
from routers import sync as syncing
from routers.device import Device, DeviceError, Unreachable
from routers.models import Router
from routers.telling import tell


def _now() -> datetime:
    return datetime.now(UTC)


def visit(schema: str, job: syncing.Job, *, extras: bool, compare: bool) -> None:
    try:
        syncing.guard(job.target)
        with device.opened(job.target) as talk:
            reading, front = health.measure(talk, extras=extras)
            seats.visited(schema, silent=False)
            seen = _look(talk, job) if compare else None
            with talks.held(schema, job) as router:
                news = watching.answered(
                    router, reading, front, extras=extras, dice=random.random(), now=_now()
                )
                if seen:
                    _noted(router, seen)
                tell(news.changed)
            if seen and (seen.error or seen.steps and router.policy == Router.Policy.REPAIR):
                _repair(schema, job, talk, seen)
    except (DeviceError, Refusal) as error:
        if isinstance(error, Unreachable):
            seats.visited(schema, silent=True)
        trouble = faults.in_words(error, job.target)
        failure = error if isinstance(error, DeviceError) else DeviceError(error.text)
        with talks.held(schema, job) as router:
            news = watching.missed(router, failure, trouble, visited=True, dice=random.random(), now=_now())
            tell(news.changed)


@dataclass(slots=True)
class _Seen:
    """What a comparison told, or why it could not be made."""

    outcome: syncing.Outcome
    steps: list[dict[str, Any]]
    started: datetime
    error: DeviceError | Refusal | None = None


def _look(talk: Device, job: syncing.Job) -> _Seen:
    started = _now()
    try:
        outcome, steps = drift.look(talk, job.wish)
    except (DeviceError, Refusal) as error:
        return _Seen(syncing.Outcome(), [], started, error)
    return _Seen(outcome, steps, started)


def _noted(router: Router, seen: _Seen) -> None:
    """What differs is written down before anything is put right."""
    if seen.error:
        return
    tell(drift.found(router, seen.steps, dice=random.random(), now=_now()))
    if not seen.steps:
        progress.synced(router, "")
        syncing.learn(router, seen.outcome, now=_now())


def _repair(schema: str, job: syncing.Job, talk: Device, seen: _Seen) -> None:
    """Put right what differs, or say why it could not be compared."""
    outcome, error = syncing.Outcome(), seen.error
    if error is None:
        try:
            syncing.run(talk, talks.neighbours(schema, job).wish, outcome)
        except (DeviceError, Refusal) as failed:
            error = failed
    trouble = faults.in_words(error, job.target) if error else ""
    if isinstance(error, Refusal):
        with talks.held(schema, job) as router:
            tell(drift.unrepaired(router, trouble, now=_now()))
    keep(schema, job, progress.ROUTINE, outcome, trouble, seen.started)


def keep(
    schema: str, job: syncing.Job, reason: str, outcome: syncing.Outcome, trouble: str, started: datetime
) -> None:
    with talks.held(schema, job) as router:
        if outcome.steps or trouble or reason != progress.ROUTINE:
            syncing.record(job.router_id, reason, outcome, trouble, started=started, now=_now())
        progress.synced(router, trouble)
        syncing.learn(router, outcome, now=_now())
        if not trouble:
            tell(drift.repaired(job.router_id, now=_now()))
