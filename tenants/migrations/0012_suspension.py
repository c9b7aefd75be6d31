"""An ISP can be suspended by the platform's staff; what RADIUS knows of an ISP is told to it when it changes."""

from django.db import migrations, models

ISP = """
CREATE TRIGGER tell_radius AFTER UPDATE OF state, time_zone, language, suspended_at ON tenants_isp
    FOR EACH STATEMENT EXECUTE FUNCTION tell_route();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0011_own_ports"),
    ]

    operations = [
        migrations.AddField(
            model_name="isp",
            name="suspended_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="isp",
            name="suspended_for",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.RunSQL(ISP, "DROP TRIGGER tell_radius ON tenants_isp"),
    ]
