"""`manage.py router_account`: who may log in to an ISP's routers themselves; the password is printed once."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from radius import router_accounts
from radius.models import RouterAccount
from subscribers.rules import check_places
from tenants.finding import by_slug
from tenants.tasks import unit

BY = Actor(None, "manage.py router_account")


class Command(BaseCommand):
    """Makes an account, or with --off and --on switches one that there is."""

    help = "Makes somebody a login to an ISP's routers (/user aaa use-radius) and prints its password, once."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose routers, who, and what they may do there."""
        parser.add_argument("name", help="as they type it at the router")
        parser.add_argument("--isp", required=True, help="the ISP's host name without the domain")
        parser.add_argument("--group", choices=RouterAccount.Group.values, help="RouterOS' own groups")
        parser.add_argument(
            "--router", type=int, action="append", default=[], help="a number; again for more; none: all"
        )
        state = parser.add_mutually_exclusive_group()
        state.add_argument("--off", action="store_true", help="let them in no longer")
        state.add_argument("--on", action="store_true", help="let them in again")

    def handle(self, *args: Any, **options: Any) -> None:
        """One transaction: an account whose password could not be printed is not made."""
        isp = by_slug(options["isp"])
        if isp is None:
            raise CommandError(f"There is no ISP {options['isp']}.")
        try:
            with unit(isp.schema_name):
                if options["off"] or options["on"]:
                    self._switch(options["name"], on=options["on"], isp=isp.name)
                else:
                    self._make(options)
        except Refusal as refusal:
            raise CommandError(refusal.text) from None

    def _switch(self, name: str, *, on: bool, isp: str) -> None:
        account = RouterAccount.objects.filter(name=name).first()
        if account is None:
            raise CommandError(f"{isp} has no router account {name}.")
        router_accounts.switch(account, on=on, by=BY, now=datetime.now(UTC))
        said = "may log in again" if on else "is let in no longer; what is open at a router stays open"
        self.stderr.write(f"{name} {said}.")

    def _make(self, options: dict[str, Any]) -> None:
        if options["group"] is None:
            raise CommandError("Say what they may do: --group read, write or full.")
        check_places([], options["router"])
        account, secret = router_accounts.make(
            options["name"], group=options["group"], routers=options["router"], by=BY, now=datetime.now(UTC)
        )
        self.stdout.write(secret)
        self.stderr.write(
            f"{account.name} may log in with the password above, group {account.group}. It is shown this once."
        )
