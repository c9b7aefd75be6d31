"""Batches in the hands of agents, and what they sold."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0004_designs"),
        ("subscribers", "0013_speeds_and_next_plans"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="agent",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="batches",
                to="billing.agent",
            ),
        ),
        migrations.AddField(
            model_name="batch",
            name="received_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Sale",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("day", models.DateField()),
                ("price_minor", models.BigIntegerField()),
                ("commission_minor", models.BigIntegerField()),
                ("balance_minor", models.BigIntegerField()),
                ("by", models.CharField(max_length=140)),
                ("key", models.CharField(blank=True, max_length=40)),
                ("line", models.PositiveSmallIntegerField(default=0)),
                ("is_spot", models.BooleanField(default=False)),
                ("is_found", models.BooleanField(default=False)),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.CharField(blank=True, max_length=140)),
                ("why", models.CharField(blank=True, max_length=200)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sales", to="billing.agent"
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="subscribers.plan"
                    ),
                ),
                (
                    "voucher",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sales",
                        to="billing.voucher",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="agententry",
            name="sale",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="billing.sale",
            ),
        ),
        migrations.CreateModel(
            name="Consignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("given_at", models.DateTimeField()),
                ("given_by", models.CharField(max_length=140)),
                ("received_at", models.DateTimeField(null=True)),
                ("received_by", models.CharField(blank=True, max_length=140)),
                ("returned_at", models.DateTimeField(null=True)),
                ("returned_by", models.CharField(blank=True, max_length=140)),
                ("unsold", models.PositiveIntegerField(null=True)),
                ("stocked_at", models.DateTimeField(null=True)),
                ("stocked_by", models.CharField(blank=True, max_length=140)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consignments",
                        to="billing.agent",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consignments",
                        to="billing.batch",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("returned_at", None)), fields=("batch",), name="consignment_once"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(fields=["agent", "at"], name="sale_of_agent"),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)), fields=("voucher",), name="sale_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True),
                fields=("agent", "key", "line"),
                name="sale_key_once",
            ),
        ),
    ]
