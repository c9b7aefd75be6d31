"""Data keys of tenants, wrapped by the key of the service."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0004_ways_to_sign_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="TenantKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("schema", models.CharField(max_length=63)),
                ("number", models.PositiveIntegerField()),
                ("wrapped", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("schema", "number"), name="tenant_key_numbered")
                ],
            },
        ),
    ]
