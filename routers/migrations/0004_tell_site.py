"""A router that moves to another site is told to the RADIUS workers: services may be bound to sites."""

from django.db import migrations

SITE = """
CREATE FUNCTION tell_site() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('kmikro_facts', TG_TABLE_SCHEMA || ' all');
    RETURN NULL;
END $$;
CREATE TRIGGER tell_radius AFTER INSERT OR DELETE OR UPDATE OF site_id ON routers_router
    FOR EACH ROW EXECUTE FUNCTION tell_site();
"""


class Migration(migrations.Migration):
    dependencies = [("routers", "0003_ports")]
    operations = [
        migrations.RunSQL(SITE, "DROP TRIGGER tell_radius ON routers_router; DROP FUNCTION tell_site()")
    ]
