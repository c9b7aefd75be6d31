"""What RADIUS decides by beside speed and limits; all of it is told to the workers, as 0002 tells of services.

A device that comes on a list is told too: with a lock to the list it may connect from then on. A plan that begins or
ceases to count usage is news of everything: usage is read with each service, and only where its plan counts it.
"""

import django.db.models.deletion
from django.db import migrations, models

import subscribers.prefixes

SUBSCRIBER = """
CREATE FUNCTION tell_subscriber() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    digest text;
BEGIN
    FOR digest IN EXECUTE
        format('SELECT lookup FROM %I.subscribers_service WHERE subscriber_id = $1', TG_TABLE_SCHEMA) USING NEW.id
    LOOP
        PERFORM pg_notify('kmikro_facts', TG_TABLE_SCHEMA || ' s ' || digest);
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER tell_radius AFTER UPDATE OF language ON subscribers_subscriber
    FOR EACH ROW WHEN (OLD.language IS DISTINCT FROM NEW.language) EXECUTE FUNCTION tell_subscriber();
"""
DEVICE = """
CREATE FUNCTION tell_new_device() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    digest text;
BEGIN
    EXECUTE format('SELECT lookup FROM %I.subscribers_service WHERE id = $1', TG_TABLE_SCHEMA)
        INTO digest USING NEW.service_id;
    PERFORM pg_notify('kmikro_facts', TG_TABLE_SCHEMA || ' s ' || COALESCE(digest, ''));
    RETURN NULL;
END $$;
CREATE TRIGGER tell_radius_new AFTER INSERT OR UPDATE OF service_id ON subscribers_device
    FOR EACH ROW EXECUTE FUNCTION tell_new_device();
"""
COUNTS = """
CREATE FUNCTION tell_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('kmikro_facts', TG_TABLE_SCHEMA || ' all');
    RETURN NULL;
END $$;
CREATE TRIGGER tell_counts AFTER UPDATE OF daily_data_bytes, daily_seconds, stages ON subscribers_plan
    FOR EACH ROW WHEN (
        (OLD.daily_data_bytes IS NULL AND OLD.daily_seconds IS NULL AND OLD.stages = '[]'::jsonb)
        <> (NEW.daily_data_bytes IS NULL AND NEW.daily_seconds IS NULL AND NEW.stages = '[]'::jsonb)
    ) EXECUTE FUNCTION tell_all();
"""
HOUSE = """
CREATE FUNCTION tell_house() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('kmikro_facts', TG_TABLE_SCHEMA || ' s house');
    RETURN NULL;
END $$;
CREATE TRIGGER tell_radius AFTER INSERT OR UPDATE OR DELETE ON subscribers_fallback
    FOR EACH STATEMENT EXECUTE FUNCTION tell_house();
CREATE TRIGGER tell_house AFTER UPDATE ON subscribers_plan
    FOR EACH STATEMENT EXECUTE FUNCTION tell_house();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0004_quiet_usage"),
    ]

    operations = [
        migrations.CreateModel(
            name="Fallback",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("ended", "The service has ended"),
                            ("suspended", "The service is suspended"),
                            ("time_spent", "The online time is used up"),
                            ("data_spent", "The data is used up"),
                            ("locked_device", "Another device than the service is bound to"),
                            ("unknown_user", "Nobody of that name"),
                            ("trial", "A device that asks for a trial"),
                        ],
                        max_length=16,
                        unique=True,
                    ),
                ),
                ("download_bps", models.BigIntegerField(default=0)),
                ("upload_bps", models.BigIntegerField(default=0)),
                ("address_list", models.CharField(blank=True, max_length=63)),
                ("pool", models.CharField(blank=True, max_length=63)),
                ("seconds", models.PositiveIntegerField(default=900)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["reason"],
            },
        ),
        migrations.AddField(
            model_name="plan",
            name="address_list",
            field=models.CharField(blank=True, max_length=63),
        ),
        migrations.AddField(
            model_name="plan",
            name="burst_download_bps",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="plan",
            name="burst_seconds",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="plan",
            name="burst_threshold_download_bps",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="plan",
            name="burst_threshold_upload_bps",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="plan",
            name="burst_upload_bps",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="plan",
            name="daily_data_bytes",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="plan",
            name="daily_seconds",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="plan",
            name="download_limit_bytes",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="plan",
            name="grace_seconds",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="plan",
            name="guaranteed_download_bps",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="plan",
            name="guaranteed_upload_bps",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="plan",
            name="idle_seconds",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="plan",
            name="lock",
            field=models.CharField(
                blank=True,
                choices=[("", "Any device"), ("first", "The first device"), ("list", "Devices on the list")],
                default="",
                max_length=5,
            ),
        ),
        migrations.AddField(
            model_name="plan",
            name="pool",
            field=models.CharField(blank=True, max_length=63),
        ),
        migrations.AddField(
            model_name="plan",
            name="priority",
            field=models.PositiveSmallIntegerField(default=8),
        ),
        migrations.AddField(
            model_name="plan",
            name="routers",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="plan",
            name="sites",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="plan",
            name="stages",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="plan",
            name="upload_limit_bytes",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="plan",
            name="windows",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="service",
            name="bound_mac",
            field=models.CharField(blank=True, db_default="", default="", max_length=17),
        ),
        migrations.AddField(
            model_name="service",
            name="delegated_ipv6_prefix",
            field=subscribers.prefixes.PrefixField(null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="framed_ip",
            field=models.GenericIPAddressField(null=True, protocol="IPv4"),
        ),
        migrations.AddField(
            model_name="service",
            name="framed_ipv6_prefix",
            field=subscribers.prefixes.PrefixField(null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="grace_seconds",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="routers",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="service",
            name="sites",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="subscriber",
            name="language",
            field=models.CharField(
                blank=True,
                choices=[
                    ("en", "English"),
                    ("sw", "Swahili"),
                    ("fr", "French"),
                    ("es", "Spanish"),
                    ("pt", "Portuguese"),
                    ("id", "Indonesian"),
                ],
                max_length=2,
            ),
        ),
        migrations.AlterField(
            model_name="service",
            name="access",
            field=models.CharField(
                choices=[("any", "Any"), ("hotspot", "Hotspot"), ("ppp", "PPP"), ("dhcp", "DHCP")],
                default="any",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("burst_download_bps__gte", 0),
                    ("burst_upload_bps__gte", 0),
                    ("burst_threshold_download_bps__gte", 0),
                    ("burst_threshold_upload_bps__gte", 0),
                    ("guaranteed_download_bps__gte", 0),
                    ("guaranteed_upload_bps__gte", 0),
                    ("priority__gte", 1),
                    ("priority__lte", 8),
                ),
                name="plan_queue_sane",
            ),
        ),
        migrations.AddField(
            model_name="fallback",
            name="plan",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="subscribers.plan",
            ),
        ),
        migrations.AddConstraint(
            model_name="fallback",
            constraint=models.CheckConstraint(
                condition=models.Q(("seconds__gte", 60), ("seconds__lte", 86400)),
                name="fallback_seconds_sane",
            ),
        ),
        migrations.AddConstraint(
            model_name="fallback",
            constraint=models.CheckConstraint(
                condition=models.Q(("download_bps__gte", 0), ("upload_bps__gte", 0)),
                name="fallback_rate_sane",
            ),
        ),
        migrations.RunSQL(
            SUBSCRIBER, "DROP TRIGGER tell_radius ON subscribers_subscriber; DROP FUNCTION tell_subscriber()"
        ),
        migrations.RunSQL(
            DEVICE, "DROP TRIGGER tell_radius_new ON subscribers_device; DROP FUNCTION tell_new_device()"
        ),
        migrations.RunSQL(COUNTS, "DROP TRIGGER tell_counts ON subscribers_plan; DROP FUNCTION tell_all()"),
        migrations.RunSQL(
            HOUSE,
            "DROP TRIGGER tell_house ON subscribers_plan; DROP TRIGGER tell_radius ON subscribers_fallback; "
            "DROP FUNCTION tell_house()",
        ),
    ]
