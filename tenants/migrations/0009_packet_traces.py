"""Packet traces that run, told to the RADIUS workers like routes."""

from django.db import migrations, models

TELL = """
CREATE TRIGGER tell_radius AFTER INSERT OR UPDATE OR DELETE ON tenants_traceroute
    FOR EACH STATEMENT EXECUTE FUNCTION tell_route();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0008_login_lines"),
    ]

    operations = [
        migrations.CreateModel(
            name="TraceRoute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("schema", models.CharField(max_length=63)),
                ("trace_id", models.BigIntegerField()),
                ("until", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("schema", "trace_id"), name="trace_route_once")
                ],
            },
        ),
        migrations.RunSQL(TELL, "DROP TRIGGER tell_radius ON tenants_traceroute"),
    ]
