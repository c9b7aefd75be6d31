"""Renewals of accounts, what comes along of the data, and how often and when a plan is sold."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0015_imports"),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="carry",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "Nothing"),
                    ("early", "When it is renewed before its end"),
                    ("always", "Whenever it is renewed"),
                ],
                db_default="early",
                default="early",
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="plan",
            name="carry_limit_bytes",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="plan",
            name="sale_limit",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "As often as wanted"),
                    ("once", "Once, the first time only"),
                    ("day", "Once a day"),
                    ("week", "Once a week"),
                    ("month", "Once a month"),
                ],
                db_default="",
                default="",
                max_length=5,
            ),
        ),
        migrations.AddField(
            model_name="plan",
            name="sale_windows",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.CreateModel(
            name="Period",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("price_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("ended_before", models.DateTimeField(null=True)),
                ("anchor_at", models.DateTimeField()),
                ("nth", models.PositiveIntegerField()),
                ("upload_bytes", models.BigIntegerField()),
                ("download_bytes", models.BigIntegerField()),
                ("seconds_used", models.BigIntegerField()),
                ("closed", models.JSONField(default=list)),
                ("carried_bytes", models.BigIntegerField(db_default=0, default=0)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=140)),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.CharField(blank=True, db_default="", default="", max_length=140)),
                (
                    "carry",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="subscribers.arrangement",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subscribers.plan"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="periods",
                        to="subscribers.service",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["service", "-id"], name="period_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at", None), ("ends_at__gt", models.F("begins_at")), _connector="OR"
                        ),
                        name="period_in_order",
                    )
                ],
            },
        ),
    ]
