"""A changed NAS route is told to the RADIUS workers' directories."""

from django.db import migrations

ROUTE = """
CREATE FUNCTION tell_route() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('kmikro_nas', '');
    RETURN NULL;
END $$;
CREATE TRIGGER tell_radius AFTER INSERT OR UPDATE OR DELETE ON tenants_nasroute
    FOR EACH STATEMENT EXECUTE FUNCTION tell_route();
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]
    operations = [
        migrations.RunSQL(ROUTE, "DROP TRIGGER tell_radius ON tenants_nasroute; DROP FUNCTION tell_route()")
    ]
