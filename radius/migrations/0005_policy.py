"""What a session's router was told and when the clock changes that; and who may log in to routers themselves."""

from django.db import migrations, models

import kmikro.lib.secrets

ACCOUNT = """
CREATE FUNCTION tell_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('kmikro_facts', TG_TABLE_SCHEMA || ' s ' || OLD.lookup);
    RETURN NULL;
END $$;
CREATE TRIGGER tell_radius AFTER UPDATE OR DELETE ON radius_routeraccount
    FOR EACH ROW EXECUTE FUNCTION tell_account();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("radius", "0004_live_changes"),
        ("subscribers", "0005_policy"),
    ]

    operations = [
        migrations.CreateModel(
            name="RouterAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=64)),
                ("lookup", models.CharField(max_length=64, unique=True)),
                ("secret", kmikro.lib.secrets.EncryptedTextField()),
                (
                    "group",
                    models.CharField(
                        choices=[("read", "Read"), ("write", "Write"), ("full", "Full")],
                        default="read",
                        max_length=5,
                    ),
                ),
                ("routers", models.JSONField(default=list)),
                ("is_active", models.BooleanField(default=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="session",
            name="change_tries",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="session",
            name="due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="session",
            name="told",
            field=models.CharField(blank=True, db_default="", default="", max_length=12),
        ),
        migrations.AddField(
            model_name="session",
            name="told_bytes",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="session",
            name="told_seconds",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False), ("ended_at", None)),
                fields=["due_at"],
                name="session_due",
            ),
        ),
        migrations.RunSQL(
            ACCOUNT, "DROP TRIGGER tell_radius ON radius_routeraccount; DROP FUNCTION tell_account()"
        ),
    ]
