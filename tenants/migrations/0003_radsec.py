"""RadSec certificates, secrets that change with overlap, and wrong secrets as they are seen."""

from django.db import migrations, models

import kmikro.lib.secrets

CERTIFICATE = """
CREATE TRIGGER tell_radius AFTER INSERT OR UPDATE OR DELETE ON tenants_radsecclient
    FOR EACH STATEMENT EXECUTE FUNCTION tell_route();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0002_tell_radius"),
    ]

    operations = [
        migrations.AddField(
            model_name="nasroute",
            name="previous_secret",
            field=kmikro.lib.secrets.EncryptedTextField(blank=True),
        ),
        migrations.AddField(
            model_name="nasroute",
            name="previous_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Authority",
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
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("number", 1)), name="authority_only_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="RadsecClient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("schema", models.CharField(max_length=63)),
                ("router_id", models.BigIntegerField()),
                ("serial", models.CharField(max_length=40, unique=True)),
                ("fingerprint", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["schema", "router_id"], name="radsec_client_of_router")],
            },
        ),
        migrations.CreateModel(
            name="SecretMismatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("schema", models.CharField(max_length=63)),
                ("router_id", models.BigIntegerField()),
                ("count", models.BigIntegerField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("schema", "router_id"), name="secret_mismatch_per_router")
                ],
            },
        ),
        migrations.RunSQL(CERTIFICATE, "DROP TRIGGER tell_radius ON tenants_radsecclient"),
    ]
