"""A plan that begins to count usage is told service by service: what one ISP changes makes no other one read anew.

Services that are over are left out: what they used today decides nothing.
"""

from django.db import migrations

BY_NAME = """
CREATE OR REPLACE FUNCTION tell_all() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    digest text;
BEGIN
    FOR digest IN EXECUTE format(
        'SELECT lookup FROM %I.subscribers_service WHERE plan_id = $1 AND status IN (''active'', ''suspended'')',
        TG_TABLE_SCHEMA
    ) USING NEW.id
    LOOP
        PERFORM pg_notify('kmikro_facts', TG_TABLE_SCHEMA || ' s ' || digest);
    END LOOP;
    RETURN NULL;
END $$;
"""
ALL = """
CREATE OR REPLACE FUNCTION tell_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('kmikro_facts', TG_TABLE_SCHEMA || ' all');
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0007_accounts_apart")]
    operations = [migrations.RunSQL(BY_NAME, ALL)]
