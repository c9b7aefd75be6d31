"""A router may ask at a port of its own, beside others at the same address."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0010_journal_of_batches"),
    ]

    operations = [
        migrations.AddField(
            model_name="nasroute",
            name="listen_port",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="nasroute",
            name="address",
            field=models.GenericIPAddressField(),
        ),
        migrations.AddConstraint(
            model_name="nasroute",
            constraint=models.UniqueConstraint(
                condition=models.Q(("listen_port", None)), fields=("address",), name="nas_route_address"
            ),
        ),
        migrations.AddConstraint(
            model_name="nasroute",
            constraint=models.UniqueConstraint(
                fields=("address", "listen_port"), name="nas_route_address_port"
            ),
        ),
    ]
