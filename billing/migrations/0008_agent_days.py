"""Closed days of agents, which nobody changes."""

import django.db.models.deletion
from django.db import migrations, models

KEEP = """
CREATE TRIGGER keep_agent_books BEFORE UPDATE OR DELETE ON billing_agentday
    FOR EACH ROW EXECUTE FUNCTION keep_agent_books();
"""
LEAVE = "DROP TRIGGER keep_agent_books ON billing_agentday"


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0007_top_up"),
    ]

    operations = [
        migrations.CreateModel(
            name="AgentDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first", models.DateField()),
                ("day", models.DateField()),
                ("opening_minor", models.BigIntegerField()),
                ("top_ups_minor", models.BigIntegerField()),
                ("sales_minor", models.BigIntegerField()),
                ("commissions_minor", models.BigIntegerField()),
                ("returns_minor", models.BigIntegerField()),
                ("transfers_minor", models.BigIntegerField()),
                ("corrections_minor", models.BigIntegerField()),
                ("handed_over_minor", models.BigIntegerField()),
                ("closing_minor", models.BigIntegerField()),
                ("due_minor", models.BigIntegerField()),
                ("counted_minor", models.BigIntegerField()),
                ("difference_minor", models.BigIntegerField()),
                ("written_off_minor", models.BigIntegerField()),
                ("balance_minor", models.BigIntegerField()),
                ("why", models.CharField(blank=True, max_length=200)),
                ("closed_at", models.DateTimeField()),
                ("closed_by", models.CharField(max_length=140)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="days", to="billing.agent"
                    ),
                ),
            ],
            options={
                "ordering": ["agent_id", "-day"],
                "constraints": [models.UniqueConstraint(fields=("agent", "day"), name="agent_day_once")],
            },
        ),
        migrations.RunSQL(KEEP, LEAVE),
    ]
