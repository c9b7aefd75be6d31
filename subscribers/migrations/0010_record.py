"""Who a subscriber is: numbers, addresses, notes, consents, files, own fields, mergers, and a state."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0009_calendar_validity"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE subscribers_account_number START WITH 10001",
            "DROP SEQUENCE subscribers_account_number",
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("media_type", models.CharField(max_length=80)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("by", models.CharField(blank=True, max_length=140)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("what", models.CharField(max_length=80)),
                ("version", models.CharField(blank=True, max_length=40)),
                ("how", models.CharField(blank=True, max_length=80)),
                ("given_at", models.DateTimeField()),
                ("by", models.CharField(blank=True, max_length=140)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.CharField(blank=True, max_length=140)),
            ],
            options={
                "ordering": ["-given_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="CustomField",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("text", "Text"),
                            ("number", "Number"),
                            ("date", "Date"),
                            ("choice", "One of a list"),
                            ("yes_no", "Yes or no"),
                        ],
                        default="text",
                        max_length=6,
                    ),
                ),
                ("options", models.JSONField(default=list)),
                ("is_required", models.BooleanField(default=False)),
                ("is_archived", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["is_archived", "id"],
            },
        ),
        migrations.CreateModel(
            name="Email",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=30)),
                ("address", models.EmailField(max_length=254)),
                ("is_primary", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["-is_primary", "id"],
            },
        ),
        migrations.CreateModel(
            name="Merger",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("moved", models.JSONField(default=dict)),
                ("by", models.CharField(blank=True, max_length=140)),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("office", "Office"), ("installer", "Installer")],
                        default="office",
                        max_length=9,
                    ),
                ),
                ("text", models.TextField()),
                ("by", models.CharField(blank=True, max_length=140)),
                ("at", models.DateTimeField()),
                ("is_pinned", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["-is_pinned", "-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Phone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=30)),
                ("number", models.CharField(max_length=24)),
                ("digits", models.CharField(max_length=24)),
                ("is_primary", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["-is_primary", "id"],
            },
        ),
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("chosen", models.JSONField(default=dict)),
                ("is_shared", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
        migrations.AddField(
            model_name="service",
            name="held",
            field=models.CharField(blank=True, db_default="", default="", max_length=8),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="account_number",
            field=models.CharField(
                db_default=django.db.models.functions.comparison.Cast(
                    models.Func(
                        models.Value("subscribers_account_number"),
                        function="nextval",
                        output_field=models.BigIntegerField(),
                    ),
                    models.CharField(max_length=20),
                ),
                max_length=20,
                unique=True,
            ),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="address",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="custom",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="kind",
            field=models.CharField(
                choices=[("person", "Person"), ("company", "Company")],
                db_default="person",
                default="person",
                max_length=7,
            ),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="latitude",
            field=models.DecimalField(decimal_places=6, max_digits=9, null=True),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="legal_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=160),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="longitude",
            field=models.DecimalField(decimal_places=6, max_digits=9, null=True),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="merged_into",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="subscribers.subscriber",
            ),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="site",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="subscribers.site",
            ),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="state",
            field=models.CharField(
                choices=[
                    ("lead", "Lead"),
                    ("pending", "Pending"),
                    ("active", "Active"),
                    ("blocked", "Blocked"),
                    ("inactive", "Inactive"),
                    ("ended", "Ended"),
                ],
                db_default="active",
                default="active",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="tags",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="tax_number",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AlterField(
            model_name="service",
            name="status",
            field=models.CharField(
                choices=[
                    ("pending", "Pending"),
                    ("active", "Active"),
                    ("suspended", "Suspended"),
                    ("ended", "Ended"),
                    ("void", "Void"),
                ],
                default="active",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="subscriber",
            index=models.Index(fields=["name", "id"], name="subscriber_by_name"),
        ),
        migrations.AddIndex(
            model_name="subscriber",
            index=django.contrib.postgres.indexes.GinIndex(fields=["tags"], name="subscriber_tags"),
        ),
        migrations.AddConstraint(
            model_name="subscriber",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("latitude", None), ("longitude", None)),
                    models.Q(
                        ("latitude__gte", -90),
                        ("latitude__lte", 90),
                        ("longitude__gte", -180),
                        ("longitude__lte", 180),
                    ),
                    _connector="OR",
                ),
                name="subscriber_on_earth",
            ),
        ),
        migrations.AddField(
            model_name="attachment",
            name="subscriber",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="files", to="subscribers.subscriber"
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="subscriber",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="consents",
                to="subscribers.subscriber",
            ),
        ),
        migrations.AddConstraint(
            model_name="customfield",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"),
                condition=models.Q(("is_archived", False)),
                name="custom_field_name",
            ),
        ),
        migrations.AddField(
            model_name="email",
            name="subscriber",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="emails",
                to="subscribers.subscriber",
            ),
        ),
        migrations.AddField(
            model_name="merger",
            name="gone",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="subscribers.subscriber"
            ),
        ),
        migrations.AddField(
            model_name="merger",
            name="kept",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mergers",
                to="subscribers.subscriber",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="subscriber",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="subscribers.subscriber"
            ),
        ),
        migrations.AddField(
            model_name="phone",
            name="subscriber",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="phones",
                to="subscribers.subscriber",
            ),
        ),
        migrations.AddField(
            model_name="savedfilter",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="email",
            index=models.Index(django.db.models.functions.text.Lower("address"), name="email_lower"),
        ),
        migrations.AddConstraint(
            model_name="email",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_primary", True)), fields=("subscriber",), name="email_one_primary"
            ),
        ),
        migrations.AddConstraint(
            model_name="email",
            constraint=models.UniqueConstraint(
                models.F("subscriber"), django.db.models.functions.text.Lower("address"), name="email_once"
            ),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["subscriber", "-at"], name="note_newest"),
        ),
        migrations.AddIndex(
            model_name="phone",
            index=models.Index(fields=["digits"], name="phone_digits"),
        ),
        migrations.AddConstraint(
            model_name="phone",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_primary", True)), fields=("subscriber",), name="phone_one_primary"
            ),
        ),
        migrations.AddConstraint(
            model_name="phone",
            constraint=models.UniqueConstraint(fields=("subscriber", "digits"), name="phone_once"),
        ),
        migrations.AddConstraint(
            model_name="savedfilter",
            constraint=models.UniqueConstraint(fields=("owner", "name"), name="saved_filter_once"),
        ),
    ]
