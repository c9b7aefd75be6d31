"""A router that enrols through a tunnel calls from another address than it is reached at."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("routers", "0015_newcomers"),
    ]

    operations = [
        migrations.AddField(
            model_name="router",
            name="called_from",
            field=models.GenericIPAddressField(null=True),
        ),
        migrations.AlterField(
            model_name="router",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting for the command to be pasted"),
                    ("fetched", "The router has fetched its script"),
                    ("reached", "Reached"),
                    ("api_user", "API user made"),
                    ("radius", "RADIUS tested"),
                    ("ready", "Ready"),
                ],
                default="waiting",
                max_length=8,
            ),
        ),
    ]
