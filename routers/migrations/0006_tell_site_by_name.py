"""A router that comes, goes or moves to another site is told to the plans and services that name sites, and nobody else."""

from django.db import migrations

BY_NAME = """
CREATE OR REPLACE FUNCTION tell_site() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    mark text;
BEGIN
    FOR mark IN EXECUTE format(
        'SELECT '' p '' || id FROM %1$I.subscribers_plan WHERE sites <> ''[]''::jsonb '
        'UNION ALL SELECT '' s '' || lookup FROM %1$I.subscribers_service WHERE sites <> ''[]''::jsonb',
        TG_TABLE_SCHEMA
    )
    LOOP
        PERFORM pg_notify('kmikro_facts', TG_TABLE_SCHEMA || mark);
    END LOOP;
    RETURN NULL;
END $$;
"""
ALL = """
CREATE OR REPLACE FUNCTION tell_site() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('kmikro_facts', TG_TABLE_SCHEMA || ' all');
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("routers", "0005_sign_in"), ("subscribers", "0005_policy")]
    operations = [migrations.RunSQL(BY_NAME, ALL)]
