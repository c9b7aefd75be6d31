"""Addresses of the WireGuard tunnels, and what the agent of their hub says."""

from django.db import migrations, models

import kmikro.lib.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0012_suspension"),
    ]

    operations = [
        migrations.CreateModel(
            name="TunnelHub",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(default=1, unique=True)),
                (
                    "state",
                    models.CharField(choices=[("running", "Running"), ("cannot", "Cannot")], max_length=8),
                ),
                ("text", models.CharField(blank=True, max_length=300)),
                ("public_key", models.CharField(blank=True, max_length=44)),
                ("peers", models.PositiveIntegerField(default=0)),
                ("blocked", models.JSONField(default=dict)),
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("number", 1)), name="tunnel_hub_only_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="TunnelPeer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.GenericIPAddressField(unique=True)),
                ("schema", models.CharField(max_length=63)),
                ("router_id", models.BigIntegerField()),
                ("public_key", models.CharField(blank=True, max_length=44)),
                ("preshared_key", kmikro.lib.secrets.EncryptedTextField(blank=True)),
                ("made_at", models.DateTimeField()),
                ("keyed_at", models.DateTimeField(null=True)),
                ("released_at", models.DateTimeField(null=True)),
                ("endpoint", models.CharField(blank=True, max_length=64)),
                ("handshake_at", models.DateTimeField(null=True)),
                ("received_bytes", models.BigIntegerField(default=0)),
                ("sent_bytes", models.BigIntegerField(default=0)),
                ("blocked_packets", models.BigIntegerField(default=0)),
                ("is_up", models.BooleanField(default=False)),
                ("changed_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("released_at", None)),
                        fields=("schema", "router_id"),
                        name="tunnel_per_router",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("released_at", None), models.Q(("public_key", ""), _negated=True)
                        ),
                        fields=("public_key",),
                        name="tunnel_key_once",
                    ),
                ],
            },
        ),
    ]
