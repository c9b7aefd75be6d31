"""`manage.py radsec_certificate`: what one router needs to speak RadSec, printed once and kept nowhere."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from routers.models import Router
from tenants import authority
from tenants.finding import by_slug
from tenants.tasks import unit


class Command(BaseCommand):
    """Issues; with --revoke it lets nothing but the new certificate open a connection."""

    help = "Prints a client certificate, its key and the root for a router that speaks RadSec (PEM)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The ISP, its router, and what becomes of older certificates."""
        parser.add_argument("--isp", required=True, help="the ISP's host name without the domain")
        parser.add_argument("--router", required=True, type=int, help="the number in its page's address")
        parser.add_argument("--revoke", action="store_true", help="revoke the router's older certificates")
        parser.add_argument("--revoke-only", action="store_true", help="revoke all, print none")

    def handle(self, *args: Any, **options: Any) -> None:
        """One transaction: a certificate that could not be printed is forgotten again."""
        isp = by_slug(options["isp"])
        if isp is None:
            raise CommandError(f"There is no ISP {options['isp']}.")
        number, now = options["router"], datetime.now(UTC)
        with unit(isp.schema_name):
            router = Router.objects.filter(pk=number, leaving_at=None).first()
            if router is None:
                raise CommandError(f"{isp.name} has no router {number}.")
            if options["revoke_only"]:
                self.stderr.write(f"{authority.revoke(number, now=now)} revoked")
                return
            made = authority.issue(number, now=now)
            if options["revoke"]:
                self.stderr.write(f"{authority.revoke(number, now=now, but=made.serial)} revoked")
            self.stdout.write(made.certificate + made.key + made.root, ending="")
        self.stderr.write(
            f"Certificate, key and root for {router.name}, serial {made.serial}, good until "
            f"{made.ends_at:%Y-%m-%d}. The key is kept nowhere: if it is lost, issue a new one."
        )
