"""Celery's door into tenants: a task names its schema, enters it once, and is refused without it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial, wraps
from typing import Any

import structlog
from celery import shared_task
from django.core.cache import cache
from django.db import connection, transaction

from tenants import scope
from tenants.models import Isp

log = structlog.get_logger("tenants.tasks")


def tenant_task(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make fn a Celery task whose first argument is the schema it works in.

    `task.soon(*args)` asks for it after the commit of the current transaction, in the current tenant.
    With enter=False the body enters and leaves by itself (long talks with a router must hold no transaction).
    """
    enter = options.pop("enter", True)

    def decorate(fn: Callable[..., Any]) -> Any:
        @wraps(fn)
        def body(schema: str, *args: Any) -> Any:
            if not scope.SCHEMA_NAME.match(schema or ""):
                raise scope.NotInside(f"task {fn.__name__} was sent without a tenant")
            if scope.current() is not None:
                raise RuntimeError("the worker was left inside a tenant by an earlier task")
            if not Isp.objects.filter(schema_name=schema, state=Isp.State.ACTIVE).exists():
                log.info("tenant-gone", task=fn.__name__, schema=schema)
                return None
            if not enter:
                with structlog.contextvars.bound_contextvars(tenant=schema):
                    return fn(schema, *args)
            with scope.inside(schema):
                return fn(*args)

        register: Any = shared_task(name=f"{fn.__module__}.{fn.__name__}", **options)
        task: Any = register(body)

        def soon(*args: Any, countdown: float = 0) -> None:
            schema = scope.current()
            if schema is None:
                raise scope.NotInside(f"{task.name}.soon needs a tenant")
            transaction.on_commit(
                partial(task.apply_async, args=(schema, *args), countdown=countdown or None)
            )

        task.soon = soon
        return task

    return decorate


def unit(schema: str) -> AbstractContextManager[None]:
    """One short transaction inside the tenant, for tasks with enter=False."""
    return scope.inside(schema)


def each_isp(task: Any, *args: Any) -> int:
    """Send a tenant task once for every active ISP; returns how many."""
    schemas = list(Isp.objects.filter(state=Isp.State.ACTIVE).values_list("schema_name", flat=True))
    for schema in schemas:
        task.delay(schema, *args)
    return len(schemas)


@shared_task(name="tenants.tasks.heartbeat")
def heartbeat() -> None:
    """Beat sends it, a worker notes it: proof for /readyz that both live."""
    cache.set("heartbeat", datetime.now(UTC).timestamp(), timeout=120)
    connection.close_if_unusable_or_obsolete()
