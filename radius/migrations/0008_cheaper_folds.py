"""Sessions that change in place: room on every page for the next version of a row, and no index on what changes."""

from django.db import migrations, models

ROOM = "ALTER TABLE radius_session SET (fillfactor = 70)"
FULL = "ALTER TABLE radius_session RESET (fillfactor)"


class Migration(migrations.Migration):
    dependencies = [("radius", "0007_packet_traces")]
    operations = [
        migrations.CreateModel(
            name="NasGigawords",
            fields=[
                ("router_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            "session", "flags", models.CharField(blank=True, db_default="", default="", max_length=200)
        ),
        migrations.AddIndex(
            "session",
            models.Index(condition=models.Q(("ended_at", None)), fields=["service"], name="session_up"),
        ),
        migrations.RunSQL(ROOM, FULL),
    ]
