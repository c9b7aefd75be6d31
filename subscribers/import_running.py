"""The dry run and the import of a file, part by part: each part is one transaction and one sign of progress."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from psycopg2.extras import Json

from accounts.journal import Actor, record
from kmikro.lib import copying, here
from subscribers import import_values, import_world, import_writing
from subscribers.import_judging import Kind, World, judge
from subscribers.import_values import Context
from subscribers.import_writing import Judged, Outcome
from subscribers.models import ImportFile, ImportRow

State = ImportFile.State
TRIES = 3
DOES = {Kind.NEW, Kind.MERGE}


def check_part(file_id: int, attempt: int, part: int, world: World, *, now: datetime) -> bool:
    """Judge a part for the dry run; True while parts are missing. The world goes from part to part."""
    with transaction.atomic():
        file = ImportFile.objects.select_for_update(of=("self",)).filter(pk=file_id).first()
        if file is None or file.state != State.CHECKING or file.attempt != attempt:
            return False  # thrown away, or its columns were settled anew
        if part == 1:
            file.lines.all()._raw_delete(file.lines.db)
        judged = _judged(file, part, world, import_world.context_of(file, now))
        _keep(file, part, judged, {})
        file.parts_done, file.progress_at = part, now
        if part == file.parts:
            file.state, file.counts = State.CHECKED, counted(file)
        file.save()
        return file.state == State.CHECKING


def run_part(file_id: int, *, now: datetime) -> bool:
    """Import the next part that is not done; True while parts are missing. Whoever comes second finds it done."""
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                return _run(file_id, now)
        except IntegrityError:  # somebody made such a user name or number meanwhile: the next judging sees it
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def locked(file_id: int) -> ImportFile:
    """The file, held: of two workers the second waits, and finds the part done."""
    return ImportFile.objects.select_for_update(of=("self",)).get(pk=file_id)


def _run(file_id: int, now: datetime) -> bool:
    file = locked(file_id)
    if file.state != State.RUNNING:
        return False
    by, part = Actor(file.by_id, file.by_name), file.parts_done + 1
    context = import_world.context_of(file, now)
    if "static_ip" in file.columns:
        here.alone("own terms")  # as subscribers.own_terms: an address belongs to one account
    if part == 1 and "account_number" in file.columns:
        import_writing.reach(_numbers(file))
    judged = _judged(file, part, World(), context, lock=True)
    outcomes = import_writing.write(judged, file.pk, by=by, now=now)
    file.lines.filter(part=part)._raw_delete(file.lines.db)
    _keep(file, part, judged, outcomes)
    file.parts_done, file.progress_at = part, now
    if part >= file.parts:
        file.state, file.done_at = State.DONE, now
        file.counts = counted(file)
        record(by, "import.done", file, now=now, **file.counts)
    file.save()
    return file.state == State.RUNNING


def _numbers(file: ImportFile) -> Iterator[str]:
    """The account numbers of the whole file."""
    at = file.columns.index("account_number")
    for part in range(1, file.parts + 1):
        for _number, cells in import_world.rows_of(file, part):
            yield cells[at]


def _judged(
    file: ImportFile, part: int, world: World, context: Context, *, lock: bool = False
) -> list[Judged]:
    read = [
        (number, import_values.read(cells, context)) for number, cells in import_world.rows_of(file, part)
    ]
    import_world.load(world, [row for _number, row in read if not row.problems], file, lock=lock)
    return [(number, row, judge(number, row, world, context.rules, context.own)) for number, row in read]


def _keep(file: ImportFile, part: int, judged: Sequence[Judged], outcomes: dict[int, Outcome]) -> None:
    """The lines of a part: verdicts, and after the import what came of them."""
    none = Outcome()
    copying.add(
        ImportRow(file=file, part=part),
        (
            *("number", "kind", "who", "note", "problems", "digest", "subscriber_id", "service_id"),
            *("changes", "is_done", "has_made_secret"),
        ),
        [
            (
                number,
                verdict.kind.value,
                row.who,
                verdict.note[:300],
                Json([[each.column, each.text[:300]] for each in verdict.problems]),
                row.digest,
                (made := outcomes.get(number, none)).subscriber or _known(verdict.person),
                made.service,
                Json(import_writing.said(verdict)),
                number in outcomes,
                made.has_made_secret,
            )
            for number, row, verdict in judged
        ],
    )


def _known(person: object) -> int | None:
    found = getattr(person, "id", None)
    return found if isinstance(found, int) else None


def counted(file: ImportFile) -> dict[str, int]:
    """How many rows are what, how many passwords were made, and what an undo did."""
    rows = file.lines.order_by().values_list("kind").annotate(Count("pk"))
    counts = {kind: count for kind, count in rows}
    more = file.lines.aggregate(
        accounts=Count("pk", filter=Q(service__isnull=False)),
        secrets=Count("pk", filter=Q(has_made_secret=True)),
    )
    ends = file.lines.exclude(undone=ImportRow.Undone.NO).order_by().values_list("undone")
    counts |= dict(ends.annotate(Count("pk")))
    return counts | {name: count for name, count in more.items() if count}
