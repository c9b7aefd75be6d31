"""manage.py seed_demo: a demo ISP with people, plans, vouchers, an API token and a router to enrol."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.roles import Role
from dashboard import demo, tasks
from dashboard.management.commands.open_isp import opened
from tenants.models import Isp


class Command(BaseCommand):
    help = (
        "Open and furnish the demo ISP; safe to run again. Only where KMIKRO_DEBUG is set, or with --anyway."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")
        parser.add_argument(
            "--anyway", action="store_true", help="also on a server: its passwords are public"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.DEVELOPMENT and not options["anyway"]:
            raise CommandError("The demo has public passwords. Set KMIKRO_DEBUG=1, or say --anyway.")
        isp = self._isp()
        found: dict[str, Any] = demo.furnish(isp.schema_name, datetime.now(UTC).isoformat())
        demo.keep(demo.files()["demo"], json.dumps(found, indent=1) + "\n")
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        self.stdout.write(f"{found['isp']} is at {found['url']}")
        for one in found["sign_ins"]:
            self.stdout.write(f"  {one['role']:<11} {one['email']:<30} {one['password']}")

    def _isp(self) -> Isp:
        isp: Isp | None = Isp.objects.filter(slug=demo.SLUG).first()
        if isp is None:
            return opened(
                {
                    "name": demo.NAME,
                    "slug": demo.SLUG,
                    "owner_name": demo.PEOPLE[Role.OWNER],
                    "email": demo.email(Role.OWNER),
                    "password": demo.password(Role.OWNER),
                    "password_stdin": False,
                    "country": "KE",
                    "currency": "KES",
                    "time_zone": "Africa/Nairobi",
                    "language": "en",
                }
            )
        if isp.state != Isp.State.ACTIVE:  # an earlier run was stopped in the middle
            isp = tasks.open_now(isp.pk, user_agent="manage.py seed_demo")
        if isp.state != Isp.State.ACTIVE:
            raise CommandError(isp.state_text)
        return isp
