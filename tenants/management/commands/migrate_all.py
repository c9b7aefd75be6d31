"""manage.py migrate_all: public, the template and every tenant, resuming earlier runs; then the checks."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants import checks, migrating


class Command(BaseCommand):
    requires_system_checks = []
    help = "Migrate public, the tenant template and every tenant schema. Safe to run again at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        report = migrating.migrate_all(self.stdout.write, datetime.now(UTC))
        if report.failed:
            names = ", ".join(report.failed)
            raise CommandError(
                f"{len(report.failed)} schema(s) were left as they were: {names}. Fix and run again."
            )
        problems = checks.problems()
        if problems:
            raise CommandError(" ".join(problems))
        self.stdout.write(f"up to date; {len(report.migrated)} tenant(s) migrated")
