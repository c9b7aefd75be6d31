"""A service may be for one kind of connection only, and devices may sign in by their MAC.

A device that leaves a list is told to the RADIUS workers, as 0002 tells of services.
"""

import django.db.models.deletion
from django.db import migrations, models

DEVICE = """
CREATE FUNCTION tell_device() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    digest text;
BEGIN
    EXECUTE format('SELECT lookup FROM %I.subscribers_service WHERE id = $1', TG_TABLE_SCHEMA)
        INTO digest USING OLD.service_id;
    PERFORM pg_notify('kmikro_facts', TG_TABLE_SCHEMA || ' s ' || COALESCE(digest, ''));
    RETURN NULL;
END $$;
CREATE TRIGGER tell_radius AFTER UPDATE OR DELETE ON subscribers_device
    FOR EACH ROW EXECUTE FUNCTION tell_device();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0002_tell_radius"),
    ]

    operations = [
        migrations.AddField(
            model_name="service",
            name="access",
            field=models.CharField(
                choices=[("any", "Any"), ("hotspot", "Hotspot"), ("ppp", "PPP")], default="any", max_length=8
            ),
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mac", models.CharField(max_length=17, unique=True)),
                ("label", models.CharField(blank=True, max_length=80)),
                ("made_at", models.DateTimeField()),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="devices",
                        to="subscribers.service",
                    ),
                ),
            ],
            options={
                "ordering": ["mac"],
            },
        ),
        migrations.RunSQL(
            DEVICE, "DROP TRIGGER tell_radius ON subscribers_device; DROP FUNCTION tell_device()"
        ),
    ]
