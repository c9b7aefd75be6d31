"""The one way into a tenant: one transaction with the tenant's database role and search path.

The login role is NOINHERIT and owns nothing of a tenant, so work that forgot to enter fails with
'permission denied' instead of reading a neighbour's row (decisions 11; SET LOCAL ends with the transaction).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import structlog
from django.db import connection, transaction

SCHEMA_NAME = re.compile(r"t_[a-z2-7]{12}\Z")


class NotInside(RuntimeError):
    """Tenant work was started without a tenant."""


def _wrapper() -> Any:
    return cast(Any, connection)


def current() -> str | None:
    """The schema that this thread is inside, or None."""
    return cast("str | None", _wrapper().scope)


def _enter(schema: str | None) -> None:
    wrapper = _wrapper()
    if schema is None:
        wrapper.set_schema_to_public()
        wrapper.scope, wrapper.managed = None, True
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE NONE; SET LOCAL search_path = public")
        return
    wrapper.set_schema(schema, include_public=False)
    wrapper.scope, wrapper.managed = schema, True
    with connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{schema}"; SET LOCAL search_path = "{schema}"')


def _forget(before: str | None, managed: bool) -> None:
    wrapper = _wrapper()
    if before is None:
        wrapper.set_schema_to_public()
    else:
        wrapper.set_schema(before, include_public=False)
    wrapper.scope, wrapper.managed = before, managed


@contextmanager
def _moved(to: str | None) -> Iterator[None]:
    before, nested, managed = current(), connection.in_atomic_block, _wrapper().managed
    try:
        with transaction.atomic():
            _enter(to)
            yield
            if nested and not connection.needs_rollback:
                # The outer unit goes on as who it was; COMMIT, ROLLBACK and ROLLBACK TO reset by themselves.
                _restore(before)
    finally:
        _forget(before, managed)


def _restore(before: str | None) -> None:
    role, path = (f'"{before}"', f'"{before}"') if before else ("NONE", "public")
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}; SET LOCAL search_path = {path}")


@contextmanager
def inside(schema: str) -> Iterator[None]:
    """Work as the tenant in one transaction. Raises NotInside when schema is not a tenant's name."""
    if not SCHEMA_NAME.match(schema):
        raise NotInside(f"{schema!r} is not a tenant schema")
    with structlog.contextvars.bound_contextvars(tenant=schema), _moved(schema):
        yield


@contextmanager
def outside() -> Iterator[None]:
    """Step out into public within the same transaction, for tenants' own verbs (routes, platform documents)."""
    with _moved(None):
        yield
