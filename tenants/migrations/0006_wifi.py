"""Wi-Fi with 802.1X: which routers may use it, and the certificate that devices see."""

from django.db import migrations, models

import kmikro.lib.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0005_data_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="nasroute",
            name="allow_eap",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="WifiServer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(default=1, unique=True)),
                ("certificate", models.TextField()),
                ("key", kmikro.lib.secrets.EncryptedTextField()),
                ("made_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("number", 1)), name="wifi_server_only_one")
                ],
            },
        ),
    ]
