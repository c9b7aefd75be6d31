"""manage.py make_staff: a person of the platform, who signs in at /staff/ on the public host."""

import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import journal, people
from accounts.models import User
from kmikro.lib.refusal import Refusal


class Command(BaseCommand):
    help = "Make a platform staff account, or give an existing one a new password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else getpass("Password: ")
        now = datetime.now(UTC)
        user = User.objects.filter(email__iexact=email).first() or User(email=email, joined_at=now)
        user.name, user.kind, user.role, user.is_active = (
            options["name"] or user.name or email,
            User.Kind.STAFF,
            "",
            True,
        )
        try:
            people.check_password(password, user)
        except Refusal as refusal:
            raise CommandError(refusal.text) from None
        user.set_password(password)
        user.session_epoch += 1
        with transaction.atomic():
            user.save()
            journal.record(journal.SYSTEM, "staff.made", user, now=now)
        self.stdout.write(f"{email} can sign in at /staff/.")
