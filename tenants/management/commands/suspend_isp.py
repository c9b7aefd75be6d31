"""`manage.py suspend_isp`: let nobody new in at an ISP, for abuse or closing; --resume lets people in again."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from tenants import suspending
from tenants.finding import by_slug

BY = Actor(None, "manage.py suspend_isp")


class Command(BaseCommand):
    """Never for being past due: paying customers of an ISP do not lose their line over its bill."""

    help = "Suspends an ISP for abuse or closing: who is online stays, nobody new is let in, its people only read."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which ISP, and why."""
        parser.add_argument("isp", help="the ISP's host name without the domain")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--reason", help="what its people read on every page")
        what.add_argument("--resume", action="store_true", help="let people in again")

    def handle(self, *args: Any, **options: Any) -> None:
        """One verb."""
        isp, now = by_slug(options["isp"]), datetime.now(UTC)
        if isp is None:
            raise CommandError(f"There is no ISP {options['isp']}.")
        try:
            if options["resume"]:
                suspending.resume_isp(isp, by=BY, now=now)
            else:
                suspending.suspend_isp(isp, options["reason"], by=BY, now=now)
        except Refusal as refusal:
            raise CommandError(refusal.text) from None
        done = "lets people in again" if options["resume"] else "is suspended: nobody new is let in"
        self.stdout.write(f"{isp.name} {done}.")
