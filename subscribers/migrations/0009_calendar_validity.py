"""Days and months of the calendar beside elapsed seconds; whole days that were sold so far are calendar days."""

from django.db import migrations, models

DAYS = """
UPDATE subscribers_plan SET validity_days = validity_seconds / 86400, validity_seconds = NULL
    WHERE validity_seconds % 86400 = 0
"""
SECONDS = """
UPDATE subscribers_plan SET validity_seconds = COALESCE(validity_days * 86400, validity_months * 2592000)
    WHERE validity_seconds IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0008_news_by_name")]
    operations = [
        migrations.AddField(
            model_name="plan",
            name="validity_begins",
            field=models.CharField(
                choices=[("first_use", "From the first use"), ("start", "From when it is sold")],
                db_default="first_use",
                default="first_use",
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="plan",
            name="validity_days",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="plan",
            name="validity_months",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("validity_days", None), ("validity_months", None)),
                    models.Q(("validity_months", None), ("validity_seconds", None)),
                    models.Q(("validity_days", None), ("validity_seconds", None)),
                    _connector="OR",
                ),
                name="plan_one_validity",
            ),
        ),
        migrations.RunSQL(DAYS, SECONDS),
    ]
