"""Acts on many accounts or subscribers at once, and what became of each."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0017_usage_notices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkAct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("plan", "Change the plan"),
                            ("suspend", "Pause"),
                            ("resume", "Resume"),
                            ("extend", "Extend the end"),
                            ("add_tag", "Add a tag"),
                            ("remove_tag", "Remove a tag"),
                            ("site", "Set the site"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "of",
                    models.CharField(choices=[("accounts", "Accounts"), ("people", "People")], max_length=8),
                ),
                ("value", models.JSONField(default=dict)),
                ("items", models.PositiveIntegerField(default=0)),
                ("will", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checked", "To be begun"),
                            ("running", "Running"),
                            ("stopped", "Stopped"),
                            ("done", "Done"),
                            ("undoing", "Being undone"),
                            ("undone", "Undone"),
                            ("failed", "Failed"),
                        ],
                        default="checked",
                        max_length=8,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("checked", "To be begun"),
                            ("running", "Running"),
                            ("stopped", "Stopped"),
                            ("done", "Done"),
                            ("undoing", "Being undone"),
                            ("undone", "Undone"),
                            ("failed", "Failed"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("state_text", models.CharField(blank=True, max_length=200)),
                ("by_name", models.CharField(blank=True, max_length=140)),
                ("made_at", models.DateTimeField()),
                ("progress_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="BulkItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("who", models.CharField(blank=True, max_length=200)),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("will", "Will change"),
                            ("wont", "Will not change"),
                            ("done", "Changed"),
                            ("refused", "Not changed"),
                            ("undone", "Undone"),
                            ("kept", "Stays changed"),
                        ],
                        max_length=7,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("kept", models.JSONField(default=dict)),
                ("at", models.DateTimeField(null=True)),
                (
                    "bulk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="subscribers.bulkact",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="subscribers.service",
                    ),
                ),
                (
                    "subscriber",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="subscribers.subscriber",
                    ),
                ),
            ],
            options={
                "ordering": ["bulk_id", "number"],
                "indexes": [models.Index(fields=["bulk", "result", "number"], name="bulk_item_result")],
                "constraints": [models.UniqueConstraint(fields=("bulk", "number"), name="bulk_item_once")],
            },
        ),
    ]
