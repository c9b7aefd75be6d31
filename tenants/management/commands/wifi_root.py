"""`manage.py wifi_root`: the root that devices have to trust before they sign in to Wi-Fi."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from tenants import wifi


class Command(BaseCommand):
    """The certificate goes to standard output, the name that goes with it to standard error."""

    help = "Prints the root certificate for devices that sign in to Wi-Fi with 802.1X (PEM)."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Makes the root when nothing has needed it yet."""
        self.stdout.write(wifi.root_pem(now=datetime.now(UTC)), ending="")
        self.stderr.write(f"Devices trust this root and the name {wifi.name()}.")
