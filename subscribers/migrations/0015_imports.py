"""Files of subscribers that are imported, sealed in parts, and what became of each row."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kmikro.lib.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0014_arrangements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("size", models.PositiveIntegerField()),
                ("country", models.CharField(blank=True, max_length=2)),
                ("header", models.JSONField(default=list)),
                ("header_digest", models.CharField(blank=True, max_length=64)),
                ("columns", models.JSONField(default=list)),
                ("rules", models.JSONField(default=dict)),
                ("rows", models.PositiveIntegerField(default=0)),
                ("parts", models.PositiveIntegerField(default=0)),
                ("parts_done", models.PositiveIntegerField(default=0)),
                ("attempt", models.PositiveIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("receiving", "Receiving"),
                            ("new", "New"),
                            ("checking", "Checking"),
                            ("checked", "Checked"),
                            ("running", "Running"),
                            ("stopped", "Stopped"),
                            ("done", "Done"),
                            ("undoing", "Undoing"),
                            ("undone", "Undone"),
                            ("failed", "Failed"),
                        ],
                        default="new",
                        max_length=9,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("receiving", "Receiving"),
                            ("new", "New"),
                            ("checking", "Checking"),
                            ("checked", "Checked"),
                            ("running", "Running"),
                            ("stopped", "Stopped"),
                            ("done", "Done"),
                            ("undoing", "Undoing"),
                            ("undone", "Undone"),
                            ("failed", "Failed"),
                        ],
                        default="",
                        max_length=9,
                    ),
                ),
                ("state_text", models.CharField(blank=True, max_length=200)),
                ("counts", models.JSONField(default=dict)),
                ("by_name", models.CharField(blank=True, max_length=140)),
                ("made_at", models.DateTimeField()),
                ("progress_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("secrets_at", models.DateTimeField(null=True)),
                ("secrets_by", models.CharField(blank=True, max_length=140)),
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
            name="ImportPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField()),
                ("key", models.CharField(max_length=40, unique=True)),
                ("content", kmikro.lib.secrets.EncryptedTextField()),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pieces",
                        to="subscribers.importfile",
                    ),
                ),
            ],
            options={
                "ordering": ["file_id", "number"],
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("part", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("merge", "Merge"),
                            ("there", "There"),
                            ("skip", "Skip"),
                            ("error", "Error"),
                        ],
                        max_length=5,
                    ),
                ),
                ("who", models.CharField(blank=True, max_length=120)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("problems", models.JSONField(default=list)),
                ("digest", models.CharField(blank=True, max_length=32)),
                ("changes", models.JSONField(default=dict)),
                ("is_done", models.BooleanField(default=False)),
                ("has_made_secret", models.BooleanField(default=False)),
                (
                    "undone",
                    models.CharField(
                        blank=True,
                        choices=[("", "No"), ("undone", "Undone"), ("kept", "Kept")],
                        default="",
                        max_length=6,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="subscribers.importfile",
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
                "ordering": ["file_id", "number"],
            },
        ),
        migrations.AddConstraint(
            model_name="importfile",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "running")), fields=("state",), name="import_one_running"
            ),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(fields=["file", "kind", "number"], name="import_row_kind"),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(
                condition=models.Q(("is_done", True)), fields=["digest"], name="import_row_digest"
            ),
        ),
        migrations.AddConstraint(
            model_name="importrow",
            constraint=models.UniqueConstraint(fields=("file", "number"), name="import_row_once"),
        ),
    ]
