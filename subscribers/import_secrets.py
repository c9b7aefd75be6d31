"""The passwords that an import made: told once, to who may; afterwards an account gets a new one on its page."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.journal import Actor, record
from kmikro.lib.refusal import Refusal
from subscribers import importing
from subscribers.models import ImportFile, ImportPart

KEPT = timedelta(days=30)  # what was in a file is forgotten after that


def take(file: ImportFile, *, by: Actor, now: datetime) -> list[tuple[str, str, str, str]]:
    """Account number, name, user name and password of each account whose password was made. Raises Refusal."""
    with transaction.atomic():
        held = ImportFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
        if held.state != ImportFile.State.DONE:
            raise Refusal(
                "wrong_state", f"This import is {held.state}; its passwords are told when it is done."
            )
        if held.secrets_at is not None:
            text = f"{held.secrets_by} took them on {held.secrets_at:%Y-%m-%d}. Give an account a new one on its page."
            raise Refusal("taken", text)
        rows = held.lines.filter(has_made_secret=True).exclude(service=None)
        rows = rows.select_related("service", "subscriber").order_by("number")
        found = [
            (
                row.subscriber.account_number if row.subscriber else "",
                row.who,
                row.service.label,
                str(row.service.secret),
            )
            for row in rows
            if row.service is not None
        ]
        if not found:
            raise Refusal("no_secrets", "This import made no password.")
        held.secrets_at, held.secrets_by = now, by.name[:140]
        held.save(update_fields=["secrets_at", "secrets_by"])
        record(by, "import.secrets", held, now=now, accounts=len(found))
    return found


def forget(*, now: datetime) -> int:
    """Forget what stood in files that are older than KEPT, and such files from which nothing was imported."""
    old = ImportFile.objects.filter(made_at__lte=now - KEPT)
    for file in old.filter(state__in=[*importing.OPEN, ImportFile.State.RECEIVING]):
        importing.forget(file)
    parts = ImportPart.objects.filter(file__in=old.exclude(state=ImportFile.State.RUNNING))
    return parts.delete()[0]
