"""Which ways to sign in a router may use."""

from django.db import migrations, models

import kmikro.lib.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0003_radsec"),
    ]

    operations = [
        migrations.AddField(
            model_name="nasroute",
            name="allow_mschap1",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="nasroute",
            name="mac_auth_password",
            field=kmikro.lib.secrets.EncryptedTextField(blank=True),
        ),
    ]
