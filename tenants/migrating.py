"""Bringing every schema to the newest migrations: one query finds who lacks what, nothing pending costs nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.core.management import call_command
from django.db import ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader

from tenants import keyring, schemas
from tenants.models import Isp

LOCK = 7_330_001  # advisory lock: one migration run at a time
Said = Callable[[str], None]


@dataclass(slots=True)
class Report:
    """What a run did: schemas brought forward, and those that failed with the reason."""

    migrated: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def _wanted(apps: list[str]) -> set[tuple[str, str]]:
    labels = {app.rsplit(".", 1)[-1] for app in apps}
    loader = MigrationLoader(None)
    return {key for key in loader.disk_migrations if key[0] in labels}


def _applied(schema: str, role: str | None) -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        if role:
            cursor.execute(f'SET ROLE "{role}"')
        try:
            cursor.execute(f'SELECT app, name FROM "{schema}".django_migrations')
            return set(cursor.fetchall())
        except ProgrammingError:
            return set()
        finally:
            if role:
                cursor.execute("RESET ROLE")


def behind(names: list[str]) -> list[str]:
    """Which of the tenant schemas lack a migration (one UNION query for all of them)."""
    if not names:
        return []
    wanted = len(_wanted(settings.TENANT_APPS))
    labels = sorted({app.rsplit(".", 1)[-1] for app in settings.TENANT_APPS})
    parts = " UNION ALL ".join(
        f"SELECT '{name}', count(*) FROM \"{name}\".django_migrations WHERE app = ANY(%s)" for name in names
    )
    with connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{schemas.owner_role()}"')
        try:
            cursor.execute(parts, [labels] * len(names))
            return [name for name, count in cursor.fetchall() if count < wanted]
        finally:
            cursor.execute("RESET ROLE")


def migrate_public(said: Said) -> None:
    """Public's own migrations by django-tenants' command; skipped when nothing is pending."""
    if _wanted(settings.SHARED_APPS) <= _applied("public", None):
        return
    call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
    said("public migrated")


def migrate_all(said: Said, now: datetime) -> Report:
    """Public, the template, then each tenant by itself: one that fails stays as it was and is reported."""
    report = Report()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    migrate_public(said)
    with connection.cursor() as cursor:  # django-tenants closes its connection after migrating
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        schemas.ensure_owner()
        schemas.template_ddl(now)
        names = list(Isp.objects.filter(state=Isp.State.ACTIVE).values_list("schema_name", flat=True))
        for name in behind(names):
            try:
                schemas.migrate_schema(name)
                report.migrated.append(name)
                said(f"{name} migrated")
            except Exception as error:  # noqa: BLE001 - any failure belongs to this tenant; the others go on
                report.failed[name] = f"{type(error).__name__}: {error}"
                said(f"{name} FAILED: {report.failed[name]}")
        keyring.ensure_keys(names, now=now)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
    return report
