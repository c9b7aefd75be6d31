"""A tunnel has a kind, WireGuard or SSTP, and each kind a hub of its own; those that are there are WireGuard's."""

from django.db import migrations, models

KINDS = [("wireguard", "WireGuard"), ("sstp", "SSTP")]


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0013_tunnels"),
    ]

    operations = [
        migrations.AddField(
            model_name="tunnelpeer",
            name="kind",
            field=models.CharField(choices=KINDS, default="wireguard", max_length=9),
        ),
        migrations.RemoveConstraint(model_name="tunnelhub", name="tunnel_hub_only_one"),
        migrations.AddField(
            model_name="tunnelhub",
            name="kind",
            field=models.CharField(choices=KINDS, default="wireguard", max_length=9, unique=True),
        ),
        migrations.RemoveField(model_name="tunnelhub", name="number"),
        migrations.AddField(
            model_name="tunnelhub",
            name="certificate",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
    ]
