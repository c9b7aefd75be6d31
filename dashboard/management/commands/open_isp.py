"""manage.py open_isp: open a workspace without the sign-up page."""

import json
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dashboard import places, tasks
from kmikro.lib.languages import LANGUAGES
from kmikro.lib.refusal import Refusal
from tenants import addresses, onboarding
from tenants.models import Isp


class Command(BaseCommand):
    help = "Open a workspace: schema, owner, host name, acceptance of the Terms."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="the business")
        parser.add_argument("--slug", required=True, help="its address: <slug>.<base domain>")
        parser.add_argument("--owner-name", required=True)
        parser.add_argument("--email", required=True)
        password = parser.add_mutually_exclusive_group(required=True)
        password.add_argument("--password")
        password.add_argument("--password-stdin", action="store_true")
        parser.add_argument("--country", default="KE", help="ISO 3166-1, two letters")
        parser.add_argument("--currency", default="", help="ISO 4217; by default the country's")
        parser.add_argument("--time-zone", default="", help="IANA; by default the country's")
        parser.add_argument("--language", default="en", help="of its customers: " + ", ".join(LANGUAGES))
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        isp = opened(options)
        found = {
            "id": isp.pk,
            "name": isp.name,
            "slug": isp.slug,
            "schema": isp.schema_name,
            "host": addresses.host(isp.slug),
            "url": addresses.url(isp.slug),
            "state": isp.state,
        }
        self.stdout.write(json.dumps(found) if options["json"] else f"{isp.name} is open at {found['url']}")


def opened(options: dict[str, Any]) -> Isp:
    """The workspace of these options, open; CommandError says what was wrong with them."""
    country = options["country"].upper()
    if country not in dict(places.countries()):
        raise CommandError(f"--country {country} is not a country.")
    currency = (options["currency"] or places.currency_of(country)).upper()
    if currency not in dict(places.currencies()):
        raise CommandError(f"--currency {currency} is not legal tender anywhere.")
    zone = options["time_zone"] or places.zone_of(country)
    if zone not in dict(places.zones()) and zone != "UTC":
        raise CommandError(f"--time-zone {zone} is not known.")
    password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else options["password"]
    try:
        isp, _ticket = onboarding.ask(
            name=options["name"],
            slug=options["slug"].lower(),
            owner_name=options["owner_name"],
            email=options["email"],
            password=password,
            country=country,
            currency=currency,
            time_zone=zone,
            language=options["language"].lower(),
            now=datetime.now(UTC),
        )
    except Refusal as refusal:
        raise CommandError(refusal.text) from None
    isp = tasks.open_now(isp.pk, user_agent="manage.py open_isp")
    if isp.state != Isp.State.ACTIVE:
        raise CommandError(isp.state_text)
    return isp
