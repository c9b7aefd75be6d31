"""`manage.py verify_retention FILE`: does the signature of a retention report hold, and is it ours? No database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from radius import retention_reports
from radius.retention_reports import Verdict


class Command(BaseCommand):
    """Reads a downloaded report and says what its signature proves."""

    help = "Checks the signature of a downloaded retention report."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file as it was downloaded."""
        parser.add_argument("file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints what was deleted when it holds; fails otherwise."""
        try:
            signed = retention_reports.from_file(Path(options["file"]).read_text())
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from None
        verdict = retention_reports.check(signed)
        if verdict is Verdict.BROKEN:
            raise CommandError("The signature does not hold: the report was changed, or this is none.")
        if verdict is Verdict.FOREIGN:
            raise CommandError("It is unchanged, but was signed by another instance than this one.")
        body = retention_reports.body_of(signed)
        self.stdout.write(f"The signature holds. Workspace {body['workspace']}, {body['ended_at']}.")
        for kind in body["kinds"]:
            self.stdout.write(
                f"{kind['name']}: {kind['deleted']} deleted, kept {kind['kept_days']} days ({kind['setting']}), "
                f"oldest left {kind['oldest_left'] or 'none'}"
            )
