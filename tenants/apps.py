"""Tenants as a Django app: it keeps the keys of their secrets."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        from kmikro.lib import envelope  # noqa: PLC0415 - models can be imported only now
        from tenants.keyring import RING  # noqa: PLC0415

        envelope.use(RING)
