"""Each change of a plan is a version of it; plans that there are begin with one."""

import django.db.models.deletion
from django.db import migrations, models

FIRST = """
INSERT INTO subscribers_planversion (plan_id, number, terms, reach, made_at, made_by)
SELECT id, 1, to_jsonb(plan) - ARRAY['id', 'version', 'frozen_of_id', 'is_archived', 'made_at', 'changed_at'],
    'everybody', changed_at, 'K-Mikro'
FROM subscribers_plan AS plan
"""
KEEP = """
CREATE FUNCTION keep_versions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the terms of a version are never changed';
END $$;
CREATE TRIGGER keep_versions BEFORE UPDATE OR DELETE ON subscribers_planversion
    FOR EACH ROW EXECUTE FUNCTION keep_versions();
"""
LEAVE = "DROP TRIGGER keep_versions ON subscribers_planversion; DROP FUNCTION keep_versions()"


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0011_moved")]
    operations = [
        migrations.AddField(
            model_name="plan",
            name="frozen_of",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="frozen",
                to="subscribers.plan",
            ),
        ),
        migrations.AddField(
            model_name="plan",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.CreateModel(
            name="PlanVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("terms", models.JSONField()),
                (
                    "reach",
                    models.CharField(
                        choices=[
                            ("everybody", "Everybody on the plan"),
                            ("new", "Only what is sold from then on"),
                        ],
                        max_length=9,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=140)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="subscribers.plan",
                    ),
                ),
            ],
            options={
                "ordering": ["plan_id", "-number"],
                "constraints": [models.UniqueConstraint(fields=("plan", "number"), name="plan_version_once")],
            },
        ),
        migrations.RunSQL(FIRST, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP, LEAVE),
    ]
