"""RADIUS workers keep facts in memory; the database tells them what changed (schema and lookup or plan).

Inserts are not told: workers never remember that a name was unknown.
"""

from django.db import migrations

SERVICE = """
CREATE FUNCTION tell_service() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('kmikro_facts', TG_TABLE_SCHEMA || ' s ' || OLD.lookup);
    RETURN NULL;
END $$;
CREATE TRIGGER tell_radius AFTER UPDATE OR DELETE ON subscribers_service
    FOR EACH ROW EXECUTE FUNCTION tell_service();
"""
PLAN = """
CREATE FUNCTION tell_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('kmikro_facts', TG_TABLE_SCHEMA || ' p ' || OLD.id);
    RETURN NULL;
END $$;
CREATE TRIGGER tell_radius AFTER UPDATE OR DELETE ON subscribers_plan
    FOR EACH ROW EXECUTE FUNCTION tell_plan();
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0001_initial")]
    operations = [
        migrations.RunSQL(
            SERVICE, "DROP TRIGGER tell_radius ON subscribers_service; DROP FUNCTION tell_service()"
        ),
        migrations.RunSQL(PLAN, "DROP TRIGGER tell_radius ON subscribers_plan; DROP FUNCTION tell_plan()"),
    ]
