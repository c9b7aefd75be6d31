from datetime import UTC, datetime

import pytest
from django.db import connection

from tenants import checks, migrating, schemas
from tenants.models import Isp
from tenants.scope import SCHEMA_NAME

CATALOGUE = """
    SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text, 'x'
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = %(schema)s AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'constraint', c.relname, k.conname, replace(pg_get_constraintdef(k.oid), n.nspname || '.', ''), k.contype::text, 'x'
      FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = %(schema)s
    UNION ALL
    SELECT 'index', tablename, indexname, replace(indexdef, schemaname || '.', ''), '', 'x' FROM pg_indexes WHERE schemaname = %(schema)s
    UNION ALL
    SELECT 'trigger', c.relname, t.tgname, replace(pg_get_triggerdef(t.oid), n.nspname || '.', ''), '', 'x'
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = %(schema)s AND NOT t.tgisinternal
    ORDER BY 1, 2, 3, 4
"""


def catalogue(schema: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(CATALOGUE, {"schema": schema})
        return cursor.fetchall()


def test_a_replayed_schema_equals_a_migrated_one(isp: Isp) -> None:
    made, migrated = catalogue(isp.schema_name), catalogue(schemas.TEMPLATE)
    assert made == migrated
    assert {row[0] for row in made} == {"column", "constraint", "index", "trigger"}


def test_tables_are_complete_and_on_one_side_only(isp: Isp) -> None:
    assert checks.problems() == []
    assert checks.table_problems(isp.schema_name, {"nothing_like_it"}) != []


def test_the_login_role_is_harmless(db: None) -> None:
    assert checks.login_role_problems() == []
    assert checks.pooler_problems() == []


def test_migrating_again_finds_nothing_and_a_lacking_tenant_is_brought_forward(isp: Isp) -> None:
    assert migrating.behind([isp.schema_name]) == []
    with connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{schemas.owner_role()}"')
        cursor.execute(
            f"DELETE FROM \"{isp.schema_name}\".django_migrations WHERE app = 'legal' AND name LIKE '0002%%'"
        )
        cursor.execute("RESET ROLE")
    assert migrating.behind([isp.schema_name]) == [isp.schema_name]


def test_dropping_leaves_neither_schema_nor_role(db: None) -> None:
    name = schemas.new_name()
    schemas.make(name, datetime.now(UTC))
    schemas.drop(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [name])
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [name])
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("_try", range(50))
def test_names_say_nothing_and_fit_the_pattern(_try: int) -> None:
    assert SCHEMA_NAME.match(schemas.new_name())
