"""The login log takes lines as they come: JSON as text, an index of refusals alone, no check of the service per row."""

import django.db.models.deletion
from django.db import migrations, models

import radius.fields


class Migration(migrations.Migration):
    dependencies = [
        ("radius", "0005_policy"),
        ("subscribers", "0005_policy"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="authattempt",
            name="attempt_outcome",
        ),
        migrations.AlterField(
            model_name="authattempt",
            name="sent",
            field=radius.fields.JsonText(default=dict),
        ),
        migrations.AlterField(
            model_name="authattempt",
            name="service",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="attempts",
                to="subscribers.service",
            ),
        ),
        migrations.AlterField(
            model_name="authattempt",
            name="trace",
            field=radius.fields.JsonText(default=list),
        ),
        migrations.AddIndex(
            model_name="authattempt",
            index=models.Index(
                condition=models.Q(("accepted", False)), fields=["-at"], name="attempt_refused"
            ),
        ),
    ]
