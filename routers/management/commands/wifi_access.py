"""`manage.py wifi_access`: lets devices sign in to Wi-Fi at a router, and prints the root that they shall trust."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from routers.models import Router
from tenants import routes, wifi
from tenants.finding import by_slug
from tenants.tasks import unit


class Command(BaseCommand):
    """Without --isp it only prints the root."""

    help = "Allows 802.1X (EAP-TTLS, PEAP) for a router and prints the root certificate for devices (PEM)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The ISP, its router, and whether to allow or to forbid."""
        parser.add_argument("--isp", help="the ISP's host name without the domain")
        parser.add_argument("--router", type=int, help="the number in its page's address")
        parser.add_argument("--forbid", action="store_true", help="switch it off again")

    def handle(self, *args: Any, **options: Any) -> None:
        """The root goes to standard output, all else to standard error."""
        if options["isp"] is not None:
            self._settle(options["isp"], options["router"], allowed=not options["forbid"])
        if not options["forbid"]:
            with transaction.atomic():
                self.stdout.write(wifi.root_pem(now=datetime.now(UTC)), ending="")
            self.stderr.write(f"Devices trust this root and the name {wifi.name()}.")

    def _settle(self, slug: str, number: int | None, *, allowed: bool) -> None:
        isp = by_slug(slug)
        if isp is None:
            raise CommandError(f"There is no ISP {slug}.")
        with unit(isp.schema_name):
            router = Router.objects.filter(pk=number or 0, leaving_at=None).first()
            if router is None:
                raise CommandError(f"{isp.name} has no router {number}.")
            routes.allow_wifi(router.pk, allowed=allowed)
        self.stderr.write(f"{router.name}: Wi-Fi with 802.1X is {'allowed' if allowed else 'forbidden'}.")
