"""Counters change all day long: room on every page for the next version of a row."""

from django.db import migrations

ROOM = """
ALTER TABLE subscribers_usage SET (fillfactor = 70);
ALTER TABLE subscribers_service SET (fillfactor = 80);
"""
FULL = """
ALTER TABLE subscribers_usage RESET (fillfactor);
ALTER TABLE subscribers_service RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0005_policy")]
    operations = [migrations.RunSQL(ROOM, FULL)]
