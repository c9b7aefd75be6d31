"""Agents, what plans cost with them, and a ledger whose rows the database keeps as they are."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

KEEP = """
CREATE FUNCTION keep_agent_books() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was booked is never changed';
END $$;
CREATE TRIGGER keep_agent_books BEFORE UPDATE OR DELETE ON billing_agententry
    FOR EACH ROW EXECUTE FUNCTION keep_agent_books();
"""
LEAVE = "DROP TRIGGER keep_agent_books ON billing_agententry; DROP FUNCTION keep_agent_books()"


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0002_codes_of_batches"),
        ("subscribers", "0012_plan_versions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Agent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("phone", models.CharField(blank=True, max_length=32)),
                ("currency", models.CharField(max_length=3)),
                ("limit_minor", models.BigIntegerField(default=0)),
                ("commission", models.PositiveIntegerField(default=0)),
                ("per_hour", models.PositiveIntegerField(null=True)),
                ("per_day", models.PositiveIntegerField(null=True)),
                ("per_day_minor", models.BigIntegerField(null=True)),
                ("is_active", models.BooleanField(default=True)),
                ("balance_minor", models.BigIntegerField(default=0)),
                ("entries", models.PositiveIntegerField(default=0)),
                ("closed_until", models.DateField(null=True)),
                ("made_at", models.DateTimeField()),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subagents",
                        to="billing.agent",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="agent",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="AgentEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("day", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("top_up", "Float bought"),
                            ("commission", "Commission"),
                            ("sale", "Sale"),
                            ("sale_back", "Sale taken back"),
                            ("commission_back", "Commission taken back"),
                            ("sent", "Sent to a sub-agent"),
                            ("received", "Received from the agent above"),
                            ("correction", "Correction"),
                            ("stock_return", "Unsold stock returned"),
                            ("hand_over", "Cash handed over"),
                        ],
                        max_length=16,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("balance_minor", models.BigIntegerField()),
                ("limit_minor", models.BigIntegerField()),
                ("text", models.CharField(blank=True, max_length=200)),
                ("by", models.CharField(max_length=140)),
                ("key", models.CharField(blank=True, max_length=40)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ledger", to="billing.agent"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.agent",
                    ),
                ),
            ],
            options={
                "ordering": ["agent_id", "-number"],
            },
        ),
        migrations.CreateModel(
            name="AgentPrice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sells_for_minor", models.BigIntegerField(null=True)),
                ("pays_minor", models.BigIntegerField(null=True)),
                ("commission", models.PositiveIntegerField(null=True)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="prices", to="billing.agent"
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subscribers.plan"
                    ),
                ),
            ],
            options={
                "ordering": ["plan__name"],
            },
        ),
        migrations.AddConstraint(
            model_name="agent",
            constraint=models.CheckConstraint(
                condition=models.Q(("limit_minor__gte", 0)), name="agent_limit_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="agent",
            constraint=models.CheckConstraint(
                condition=models.Q(("commission__lte", 10000)), name="agent_commission_sane"
            ),
        ),
        migrations.AddConstraint(
            model_name="agent",
            constraint=models.CheckConstraint(
                condition=models.Q(("per_day_minor__gte", 0)), name="agent_day_not_negative"
            ),
        ),
        migrations.AddIndex(
            model_name="agententry",
            index=models.Index(fields=["agent", "day"], name="agent_entry_day"),
        ),
        migrations.AddConstraint(
            model_name="agententry",
            constraint=models.UniqueConstraint(fields=("agent", "number"), name="agent_entry_once"),
        ),
        migrations.AddConstraint(
            model_name="agententry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True),
                fields=("agent", "key"),
                name="agent_entry_key_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="agententry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gte", 0),
                    (
                        "balance_minor__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.Value(0), "-", models.F("limit_minor")
                        ),
                    ),
                    _connector="OR",
                ),
                name="agent_entry_within_limit",
            ),
        ),
        migrations.AddConstraint(
            model_name="agentprice",
            constraint=models.UniqueConstraint(fields=("agent", "plan"), name="agent_price_once"),
        ),
        migrations.AddConstraint(
            model_name="agentprice",
            constraint=models.CheckConstraint(
                condition=models.Q(("sells_for_minor__gte", 0)), name="agent_price_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="agentprice",
            constraint=models.CheckConstraint(
                condition=models.Q(("pays_minor__gte", 0)), name="agent_cost_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="agentprice",
            constraint=models.CheckConstraint(
                condition=models.Q(("commission__lte", 10000)), name="agent_price_commission_sane"
            ),
        ),
        migrations.RunSQL(KEEP, LEAVE),
    ]
