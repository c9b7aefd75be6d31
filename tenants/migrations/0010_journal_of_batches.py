"""A journal row is text: it holds many accounting records, is read once and deleted, and nobody asks what is in it."""

from django.db import migrations, models

# Compressing what lives for a second costs more than it saves.
PLAIN = "ALTER TABLE tenants_radiusrecord ALTER COLUMN body SET STORAGE EXTERNAL"
USUAL = "ALTER TABLE tenants_radiusrecord ALTER COLUMN body SET STORAGE EXTENDED"


class Migration(migrations.Migration):
    dependencies = [("tenants", "0009_packet_traces")]
    operations = [
        migrations.AlterField("radiusrecord", "body", models.TextField()),
        migrations.RunSQL(PLAIN, USUAL),
    ]
