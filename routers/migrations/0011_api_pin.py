"""The certificate that a router's API must show."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("routers", "0010_offers")]

    operations = [
        migrations.AddField(
            model_name="router",
            name="api_pin",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
    ]
