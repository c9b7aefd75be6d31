"""Hours of a plan whose data counts for nothing, and which usage lay in them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0018_bulk_acts"),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="free_windows",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="usage",
            name="is_free",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
