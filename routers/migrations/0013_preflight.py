"""What a router told before anything was changed on it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("routers", "0012_changes")]

    operations = [
        migrations.AddField(
            model_name="router",
            name="preflight",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
    ]
