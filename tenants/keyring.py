"""Where tenants' data keys lie: in public, wrapped; opened ones are kept in this process alone."""

import os
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from kmikro.lib.secrets import seal, unseal
from tenants import scope
from tenants.models import TenantKey

FRESH = 5.0  # seconds in which a process may go on sealing with the key before the newest


class LiveKeyring:
    """Keys by schema. A number never changes its key, so opened keys stay; which is newest is asked again.

    A key is made and committed before any work of its tenant, never in the middle of it: what a rolled-back
    transaction has made must not seal anything.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[tuple[str, int], bytes] = {}
        self._newest: dict[str, tuple[float, int | None]] = {}

    def newest(self, schema: str) -> tuple[int, bytes] | None:
        if not scope.SCHEMA_NAME.match(schema):
            return None
        at, number = self._newest.get(schema, (float("-inf"), None))
        now = self._clock()
        if now - at > FRESH:
            number = _read_newest(schema)
            with self._lock:
                self._newest[schema] = (now, number)
        key = None if number is None else self.numbered(schema, number)
        return None if number is None or key is None else (number, key)

    def numbered(self, schema: str, number: int) -> bytes | None:
        key = self._keys.get((schema, number))
        if key is None and scope.SCHEMA_NAME.match(schema):
            key = _read_key(schema, number)
            if key is not None:
                with self._lock:
                    self._keys[schema, number] = key
        return key

    def forget(self) -> None:
        """Read everything anew."""
        with self._lock:
            self._keys.clear()
            self._newest.clear()


RING = LiveKeyring()


def _bound(schema: str, number: int) -> str:
    return f"data key|{schema}|{number}"


def _read_newest(schema: str) -> int | None:
    with scope.outside():
        found: int | None = TenantKey.objects.filter(schema=schema).aggregate(Max("number"))["number__max"]
        return found


def _read_key(schema: str, number: int) -> bytes | None:
    with scope.outside():
        row = TenantKey.objects.filter(schema=schema, number=number).first()
    return unseal(row.wrapped, bound_to=_bound(schema, number)) if row else None


def make_key(schema: str, *, now: datetime) -> int:
    """A new data key for a tenant; call it outside any transaction, so that it is there before it is used."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [_bound(schema, 0)])
        number = (_read_newest(schema) or 0) + 1
        wrapped = seal(os.urandom(32), bound_to=_bound(schema, number))
        TenantKey.objects.create(schema=schema, number=number, wrapped=wrapped, made_at=now)
    RING.forget()
    return number


def ensure_keys(schemas: Iterable[str], *, now: datetime) -> None:
    """Give a first key to each of these tenants that has none."""
    wanted = set(schemas)
    for schema in sorted(
        wanted - set(TenantKey.objects.filter(schema__in=wanted).values_list("schema", flat=True))
    ):
        make_key(schema, now=now)


def rewrap(schema: str) -> None:
    """Wrap the tenant's keys by the service's present key, after that one was changed."""
    for row in TenantKey.objects.filter(schema=schema):
        bound = _bound(schema, row.number)
        TenantKey.objects.filter(pk=row.pk).update(
            wrapped=seal(unseal(row.wrapped, bound_to=bound), bound_to=bound)
        )


def retire(schema: str, before: int, *, now: datetime) -> int:
    """Note that no row needs the keys before that number any more; they still open what a backup brings back."""
    old = TenantKey.objects.filter(schema=schema, number__lt=before, retired_at=None)
    return old.update(retired_at=now)
