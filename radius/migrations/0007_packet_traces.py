"""Packets in words, kept for an operator who looks for a fault."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("radius", "0006_login_lines"),
        ("subscribers", "0005_policy"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PacketTrace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=1012)),
                ("router_id", models.BigIntegerField(null=True)),
                ("started_at", models.DateTimeField(db_index=True)),
                ("ends_at", models.DateTimeField(db_index=True)),
                ("by", models.CharField(max_length=140)),
                ("kept", models.PositiveIntegerField(default=0)),
                ("missed", models.PositiveIntegerField(default=0)),
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
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-started_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="TracedPacket",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("direction", models.CharField(choices=[("in", "In"), ("out", "Out")], max_length=3)),
                ("code", models.CharField(blank=True, max_length=40)),
                ("identifier", models.PositiveSmallIntegerField(default=0)),
                ("router_id", models.BigIntegerField()),
                ("peer", models.CharField(max_length=64)),
                ("attributes", models.JSONField(default=list)),
                ("outcome", models.CharField(blank=True, max_length=120)),
                (
                    "trace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="packets",
                        to="radius.packettrace",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
            },
        ),
    ]
