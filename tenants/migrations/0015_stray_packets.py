"""What the SSTP hub itself drops of a router's packets is counted beside what the firewall drops."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0014_sstp"),
    ]

    operations = [
        migrations.AddField(
            model_name="tunnelpeer",
            name="stray_packets",
            field=models.BigIntegerField(default=0),
        ),
    ]
