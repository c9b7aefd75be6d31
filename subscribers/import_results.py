"""Reads of an import for the doors: its first rows, its lines, and the rows with errors as they stood in the file."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from subscribers import import_world
from subscribers.import_columns import bare
from subscribers.models import ImportFile, ImportPart, ImportRow

COVERED = "••••••"
_SECRET = {"password", "pass", "passwd", "secret", "clave", "pppoepassword", "pppoesecret", "userpassword"}


def sample(file: ImportFile, most: int) -> list[list[str]]:
    """The first rows; what may be a password is covered."""
    if not ImportPart.objects.filter(file=file, number=1).exists():
        return []
    rows = import_world.rows_of(file, 1)[:most]
    keys = [*file.columns, *([""] * len(file.header))]
    hidden = {at for at, name in enumerate(file.header) if keys[at] == "password" or bare(name) in _SECRET}
    return [
        [COVERED if at in hidden and cell else cell for at, cell in enumerate(cells)] for _n, cells in rows
    ]


def files(text: str = "", state: str = "") -> "QuerySet[ImportFile]":
    """Imports whose file is called so, in this state."""
    rows = ImportFile.objects.select_related("by")
    rows = rows.filter(name__icontains=text) if text else rows
    return rows.filter(state=state) if state else rows


def lines(file: ImportFile, kind: str = "", text: str = "") -> "QuerySet[ImportRow]":
    """Lines of an import of a kind: a verdict, 'kept' (an undo left them) or 'undone'."""
    rows = ImportRow.objects.filter(file=file)
    if kind in ImportRow.Undone.values:
        rows = rows.filter(undone=kind) if kind else rows
    elif kind:
        rows = rows.filter(kind=kind)
    if text:
        rows = rows.filter(number=int(text)) if _is_number(text) else rows.filter(who__icontains=text)
    return rows


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6


def wrong(file: ImportFile) -> Iterator[tuple[int, list[list[str]], Sequence[str]]]:
    """Number, problems and cells of the rows with errors; without cells once the file's content is forgotten."""
    part, cells = 0, dict[int, list[str]]()
    for row in lines(file, ImportRow.Kind.ERROR).order_by("number").iterator(chunk_size=2_000):
        if row.part != part:
            part = row.part
            there = ImportPart.objects.filter(file=file, number=part).exists()
            cells = dict(import_world.rows_of(file, part)) if there else {}
        yield row.number, row.problems, cells.get(row.number, [])
