"""Another router that answers has a kind of incident of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("routers", "0013_preflight")]

    operations = [
        migrations.AlterField(
            model_name="incident",
            name="kind",
            field=models.CharField(
                choices=[
                    ("down", "Not answering"),
                    ("full", "API connections refused"),
                    ("sign_in", "Our API user is refused"),
                    ("other", "Another router answers"),
                    ("drift", "Differs from what it should be"),
                    ("hot", "Too hot"),
                    ("cpu", "Processor at its limit"),
                    ("memory", "Memory nearly used up"),
                    ("voltage", "Supply voltage too low"),
                    ("radius", "RADIUS answers are lost or refused"),
                    ("stuck", "Work on it fails again and again"),
                ],
                max_length=8,
            ),
        ),
    ]
