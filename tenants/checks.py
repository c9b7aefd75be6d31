"""Checks at the start of a process: what would hurt silently is refused loudly."""

from django.apps import apps
from django.conf import settings
from django.db import connection

from tenants.models import Isp

ON_BOTH_SIDES = {
    "accounts_user", "accounts_invitation", "accounts_apitoken", "accounts_idempotentreply", "accounts_journalentry",
    "legal_document", "legal_version", "legal_acceptance",
    "django_migrations", "django_content_type", "django_session",
    "auth_group", "auth_permission", "auth_group_permissions",
}  # fmt: skip


def login_role_problems() -> list[str]:
    """The login role must be no superuser and inherit nothing, or the second line of isolation is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolinherit, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        superuser, inherits, bypasses = cursor.fetchone()
    problems = []
    if superuser or bypasses:
        problems.append(
            "The database login role is a superuser. Use a role made with LOGIN NOINHERIT CREATEROLE."
        )
    if inherits:
        problems.append("The database login role inherits. Run: ALTER ROLE <login> NOINHERIT.")
    return problems


def pooler_problems() -> list[str]:
    """A transaction-pooling proxy loses session settings between statements."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        first = cursor.fetchone()
        cursor.execute("SELECT pg_backend_pid()")
        second = cursor.fetchone()
    return (
        []
        if first == second
        else ["The database is behind a transaction pooler. Connect to PostgreSQL directly."]
    )


def expected_tables() -> set[str]:
    """Tables that a tenant's schema must have, from the models."""
    labels = {app.rsplit(".", 1)[-1] for app in settings.TENANT_APPS}
    models = (
        model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in labels
    )
    return {model._meta.db_table for model in models} | {"django_migrations"}


def problems() -> list[str]:
    """Everything that a process should refuse to start with."""
    found = login_role_problems() + pooler_problems()
    expected = expected_tables()
    for schema in Isp.objects.filter(state=Isp.State.ACTIVE).values_list("schema_name", flat=True):
        found += table_problems(schema, expected)
    return found


def table_problems(schema: str, expected: set[str]) -> list[str]:
    """A table missing in a tenant's schema, or one that exists on both sides without being meant to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('public', %s)",
            [schema],
        )
        found: dict[str, set[str]] = {"public": set(), schema: set()}
        for space, table in cursor.fetchall():
            found[space].add(table)
    missing = sorted(expected - found[schema])
    doubled = sorted((found[schema] & found["public"]) - ON_BOTH_SIDES)
    problems = [f"{schema} lacks {', '.join(missing)}. Run: manage.py migrate_all."] if missing else []
    return problems + ([f"{', '.join(doubled)} exist in public and in {schema}."] if doubled else [])
