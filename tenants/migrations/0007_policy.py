"""In which language an ISP's customers are answered, and whether a router lets strangers into its walled garden."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0006_wifi"),
    ]

    operations = [
        migrations.AddField(
            model_name="isp",
            name="language",
            field=models.CharField(default="en", max_length=2),
        ),
        migrations.AddField(
            model_name="nasroute",
            name="admit_unknown",
            field=models.BooleanField(default=False),
        ),
    ]
