"""Login attempts wait in batches of their own, not in the journal of what routers reported."""

from django.db import migrations, models

# Batches live for a second: compressing them costs more than it saves. Attempts that still wait in the journal are let go.
BATCHES = """
ALTER TABLE tenants_loginbatch ALTER COLUMN body SET STORAGE EXTERNAL;
DELETE FROM tenants_radiusrecord WHERE kind = 'auth';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0007_policy"),
    ]

    operations = [
        migrations.CreateModel(
            name="LoginBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("schema", models.CharField(max_length=63)),
                ("body", models.TextField()),
            ],
        ),
        migrations.AlterField(
            model_name="radiusrecord",
            name="kind",
            field=models.CharField(choices=[("acct", "Accounting")], max_length=4),
        ),
        migrations.RunSQL(BATCHES, migrations.RunSQL.noop),
    ]
