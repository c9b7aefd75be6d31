"""An import for tests: received, settled, judged, done and undone at once."""

from datetime import UTC, datetime
from typing import Any

from accounts.journal import SYSTEM
from subscribers import import_running, import_undoing, importing
from subscribers.import_judging import World
from subscribers.models import ImportFile, ImportRow

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BY: dict[str, Any] = {"by": SYSTEM, "now": NOW}


def received(text: str, name: str = "people.csv") -> ImportFile:
    return importing.receive(name, text.encode(), country="KE", **BY)


def checked(text: str, name: str = "people.csv", **rules: Any) -> ImportFile:
    """Its columns as they are guessed, and the dry run done."""
    file = received(text, name)
    file = importing.settle(file, file.columns, {**file.rules, **rules}, **BY)
    world, part = World(), 1
    while import_running.check_part(file.pk, file.attempt, part, world, now=NOW):
        part += 1
    file.refresh_from_db()
    return file


def imported(text: str, name: str = "people.csv", **rules: Any) -> ImportFile:
    file = importing.start(checked(text, name, **rules), **BY)
    while import_running.run_part(file.pk, now=NOW):
        pass
    file.refresh_from_db()
    return file


def undone(file: ImportFile) -> ImportFile:
    importing.undo(file, **BY)
    while import_undoing.undo_part(file.pk, now=NOW):
        pass
    file.refresh_from_db()
    return file


def kinds(file: ImportFile) -> list[str]:
    return list(ImportRow.objects.filter(file=file).order_by("number").values_list("kind", flat=True))
