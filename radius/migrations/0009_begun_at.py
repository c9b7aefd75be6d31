"""When a session began by our own clock: it may move with every report, so it is no part of the memo."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("radius", "0008_cheaper_folds")]
    operations = [migrations.AddField("session", "begun_at", models.DateTimeField(null=True))]
