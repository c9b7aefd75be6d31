"""Sealing a tenant's secrets anew under its newest data key, in small batches beside running work."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from kmikro.lib.envelope import FORM
from kmikro.lib.secrets import EncryptedTextField, Undecryptable
from tenants import scope

BATCH = 500


@dataclass(slots=True)
class Report:
    """What one pass over a tenant did: rows sealed anew, and rows that no key opens (they stay as they are)."""

    resealed: int = 0
    unreadable: int = 0


def sealed_fields() -> Iterator[tuple[type[models.Model], EncryptedTextField]]:
    """Every column of a tenant's schema that holds secrets."""
    labels = {app.rsplit(".", 1)[-1] for app in settings.TENANT_APPS}
    for model in apps.get_models():
        if model._meta.app_label in labels:
            for field in model._meta.concrete_fields:
                if isinstance(field, EncryptedTextField):
                    yield model, field


def reseal(schema: str, number: int) -> Report:
    """Bring every secret of the tenant under that key, the newest one. A batch is one short transaction."""
    report = Report()
    for model, field in sealed_fields():
        last: int | None = 0
        while last is not None:
            with scope.inside(schema):
                last = _batch(model, field, number, last, report)
    return report


def left(schema: str, number: int) -> int:
    """How many secrets are still sealed otherwise."""
    with scope.inside(schema), connection.cursor() as cursor:
        total = 0
        for model, field in sealed_fields():
            cursor.execute(f"SELECT count(*) FROM {_others(model, field)}", [_pattern(number)])
            total += cursor.fetchone()[0]
    return total


def _others(model: type[models.Model], field: EncryptedTextField) -> str:
    return f'"{model._meta.db_table}" WHERE "{field.column}" <> \'\' AND "{field.column}" NOT LIKE %s'


def _pattern(number: int) -> str:
    return f"{FORM}:{number}:%"


def _batch(
    model: type[models.Model], field: EncryptedTextField, number: int, last: int, report: Report
) -> int | None:
    """One batch behind the row `last`; returns its own last row, None when there was nothing."""
    pk = model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT "{pk}" FROM {_others(model, field)} AND "{pk}" > %s ORDER BY "{pk}" LIMIT {BATCH} FOR UPDATE',
            [_pattern(number), last],
        )
        ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return None
        fresh: list[tuple[Any, str]] = []
        for row in model._base_manager.filter(pk__in=ids):
            try:
                clear = getattr(row, field.attname)
            except Undecryptable:
                report.unreadable += 1
                continue
            fresh.append((row.pk, field.sealed(clear, field.place(row))))
        cursor.execute(
            f'UPDATE "{model._meta.db_table}" AS kept SET "{field.column}" = fresh.sealed'
            f' FROM unnest(%s::bigint[], %s::text[]) AS fresh (id, sealed) WHERE kept."{pk}" = fresh.id',
            [[each for each, _ in fresh], [sealed for _, sealed in fresh]],
        )
    report.resealed += len(fresh)
    return int(ids[-1])
