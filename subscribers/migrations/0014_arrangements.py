"""What is arranged with a service for a time, and corrections of usage; RADIUS is told of arrangements at once."""

import django.db.models.deletion
from django.db import migrations, models

TELL = """
CREATE TRIGGER tell_radius_arranged AFTER INSERT OR UPDATE ON subscribers_arrangement
    FOR EACH ROW EXECUTE FUNCTION tell_new_device();
"""
HUSH = "DROP TRIGGER tell_radius_arranged ON subscribers_arrangement"


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0013_speeds_and_next_plans"),
    ]

    operations = [
        migrations.CreateModel(
            name="Arrangement",
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
                        choices=[
                            ("extension", "Extension"),
                            ("data", "Extra data"),
                            ("speed", "Another speed"),
                            ("pause", "Holiday"),
                        ],
                        max_length=9,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("octets", models.BigIntegerField(db_default=0, default=0)),
                (
                    "period",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("total", "The data of the plan"),
                            ("day", "Today's data"),
                            ("week", "This week's data"),
                            ("month", "This month's data"),
                        ],
                        db_default="",
                        default="",
                        max_length=5,
                    ),
                ),
                ("download_bps", models.BigIntegerField(db_default=0, default=0)),
                ("upload_bps", models.BigIntegerField(db_default=0, default=0)),
                ("moved_seconds", models.BigIntegerField(db_default=0, default=0)),
                ("why", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=140)),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.CharField(blank=True, db_default="", default="", max_length=140)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="arrangements",
                        to="subscribers.service",
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("undone_at", None)),
                        fields=["service", "ends_at"],
                        name="arrangement_standing",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("octets__gte", 0), ("download_bps__gte", 0), ("upload_bps__gte", 0)
                        ),
                        name="arrangement_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at", None), ("ends_at__gte", models.F("starts_at")), _connector="OR"
                        ),
                        name="arrangement_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hour", models.DateTimeField()),
                ("upload_bytes", models.BigIntegerField(db_default=0, default=0)),
                ("download_bytes", models.BigIntegerField(db_default=0, default=0)),
                ("seconds", models.BigIntegerField(db_default=0, default=0)),
                ("why", models.CharField(max_length=300)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=140)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="corrections",
                        to="subscribers.service",
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone",
                        to="subscribers.correction",
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at", "-id"],
                "indexes": [models.Index(fields=["service", "hour"], name="correction_of_hour")],
            },
        ),
        migrations.RunSQL(TELL, HUSH),
    ]
