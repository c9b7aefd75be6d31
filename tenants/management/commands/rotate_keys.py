"""manage.py rotate_keys: a new data key for tenants, while everything runs; the old one is retired when unused."""

import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants import keyring, rotation
from tenants.models import Isp


class Command(BaseCommand):
    help = (
        "Give ISPs a new data key and seal all their secrets under it. Safe to run again after an interruption. "
        "The data keys are also wrapped anew by the service's present key."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--isp", metavar="SLUG", help="one ISP")
        which.add_argument("--all", action="store_true", help="every active ISP")

    def handle(self, *args: Any, **options: Any) -> None:
        isps = Isp.objects.filter(state=Isp.State.ACTIVE).order_by("pk")
        if options["isp"]:
            isps = isps.filter(slug=options["isp"])
        chosen = list(isps.values_list("slug", "schema_name"))
        if not chosen:
            raise CommandError("There is no such ISP.")
        numbers: dict[str, int] = {}
        for _, schema in chosen:
            keyring.rewrap(schema)
            numbers[schema] = keyring.make_key(schema, now=datetime.now(UTC))
            rotation.reseal(schema, numbers[schema])
        time.sleep(
            keyring.FRESH + 1
        )  # by now every process has heard of the new key; what it sealed meanwhile:
        broken = [slug for slug, schema in chosen if not self._finish(slug, schema, numbers[schema])]
        if broken:
            raise CommandError(f"Secrets that no key opens were left as they are at: {', '.join(broken)}.")

    def _finish(self, slug: str, schema: str, number: int) -> bool:
        report = rotation.reseal(schema, number)
        if rest := rotation.left(schema, number):
            self.stderr.write(f"{slug}: key {number} seals; {rest} secret(s) are left under older keys")
        else:
            retired = keyring.retire(schema, number, now=datetime.now(UTC))
            self.stdout.write(f"{slug}: key {number} seals everything; {retired} older key(s) retired")
        return not report.unreadable
