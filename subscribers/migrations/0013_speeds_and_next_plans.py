"""Speeds by the hour, and plans that come after the end and after the quota of others: their change is news of those too."""

import django.db.models.deletion
from django.db import migrations, models

NEXT = """
CREATE FUNCTION tell_plans_before() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before bigint;
BEGIN
    FOR before IN EXECUTE
        format('SELECT id FROM %I.subscribers_plan WHERE end_plan_id = $1 OR quota_plan_id = $1', TG_TABLE_SCHEMA)
        USING NEW.id
    LOOP
        PERFORM pg_notify('kmikro_facts', TG_TABLE_SCHEMA || ' p ' || before);
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER tell_before AFTER UPDATE ON subscribers_plan
    FOR EACH ROW EXECUTE FUNCTION tell_plans_before();
"""
LEAVE = "DROP TRIGGER tell_before ON subscribers_plan; DROP FUNCTION tell_plans_before()"


def after() -> "models.ForeignKey[models.Model]":
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subscribers.plan"
    )


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0012_plan_versions")]
    operations = [
        migrations.AddField(
            "plan", "speeds", models.JSONField(db_default=models.Value([], models.JSONField()), default=list)
        ),
        migrations.AddField("plan", "end_plan", after()),
        migrations.AddField("plan", "quota_plan", after()),
        migrations.AddField("plan", "moves_a_day", models.PositiveSmallIntegerField(db_default=3, default=3)),
        migrations.RunSQL(NEXT, LEAVE),
    ]
