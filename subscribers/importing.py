"""An import of subscribers from a file: received, its columns settled, started, stopped, undone, thrown away.

The work itself is done part by part (`import_checking`, `import_running`, `import_undoing`); here it is asked for.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.journal import Actor, record
from kmikro.lib import here
from kmikro.lib.refusal import Refusal
from subscribers import custom, import_columns, import_file
from subscribers.import_columns import OwnField
from subscribers.models import ImportFile, ImportPart, Plan

CHUNK = 2_500  # rows that are judged or imported in one transaction, between two signs of progress
SILENT = timedelta(minutes=2)  # without a sign of progress a worker is taken for lost
PIECES = 64  # over the API
State = ImportFile.State
BUSY = frozenset({State.CHECKING, State.RUNNING, State.UNDOING})
OPEN = frozenset({State.NEW, State.CHECKING, State.CHECKED})  # nothing was imported yet


def receive(name: str, octets: bytes, *, country: str, by: Actor, now: datetime) -> ImportFile:
    """Take a whole file in; its columns are guessed, or as they were settled for the same header before."""
    with transaction.atomic():
        return _read(_begin(name, country, by, now), octets, by=by, now=now)


def receive_piece(
    name: str, text: str, *, is_last: bool, country: str, by: Actor, now: datetime
) -> ImportFile:
    """Take the first piece of a file in; `add_piece` takes the others."""
    if is_last:
        return receive(name, text.encode(errors="surrogatepass"), country=country, by=by, now=now)
    with transaction.atomic():
        file = _begin(name, country, by, now)
        _part(file, -1, text)
        return file


def add_piece(
    file: ImportFile, number: int, text: str, *, is_last: bool, by: Actor, now: datetime
) -> ImportFile:
    """Another piece, from 2 on; the last one lets the file be read."""
    with transaction.atomic():
        held = _held(file)
        if held.state != State.RECEIVING:
            raise Refusal("not_receiving", "This file is complete. Make another import.")
        pieces = list(held.pieces.order_by("-number"))
        if number != len(pieces) + 1 or number > PIECES:
            text = f"Piece {len(pieces) + 1} of at most {PIECES} comes next."
            raise Refusal("wrong_piece", text, field="number")
        whole = "".join(each.content for each in pieces) + text
        if len(whole) > import_file.LARGEST:
            raise Refusal("bad_file", "The file is larger than 16 MB. Split it.", field="text")
        _part(held, -number, text)
        if not is_last:
            return held
        held.pieces.all().delete()
        return _read(held, whole.encode(errors="surrogatepass"), by=by, now=now)


def _begin(name: str, country: str, by: Actor, now: datetime) -> ImportFile:
    called = " ".join(name.replace("\0", "").split())[-120:] or "subscribers.csv"
    return ImportFile.objects.create(
        name=called,
        size=0,
        country=country,
        state=State.RECEIVING,
        by_id=by.id,
        by_name=by.name[:140],
        made_at=now,
        progress_at=now,
    )


def _part(file: ImportFile, number: int, content: str) -> None:
    ImportPart.objects.create(file=file, number=number, key=f"{file.pk}/{number}", content=content)


def _read(file: ImportFile, octets: bytes, *, by: Actor, now: datetime) -> ImportFile:
    table = import_file.read(octets)
    file.size, file.header, file.rows = len(octets), table.header, len(table.rows)
    plain = "\n".join(import_columns.bare(name) for name in table.header)
    file.header_digest = hashlib.sha256(plain.encode()).hexdigest()
    before = (
        ImportFile.objects.filter(header_digest=file.header_digest)
        .exclude(columns=[])
        .exclude(pk=file.pk)
        .first()
    )
    own = own_fields()
    if before is not None and len(before.columns) == len(table.header):
        known = {*import_columns.BY_KEY, *(field.key for field in own)}
        file.columns = [key if key in known else "" for key in before.columns]
        file.rules = before.rules
    else:
        file.columns = import_columns.guess(table.header, own)
        dated = file.columns.index("expires") if "expires" in file.columns else None
        cells = [cells[dated] for _number, cells in table.rows[:500]] if dated is not None else []
        rules = import_columns.rules_of({"dates": import_columns.dates_of(cells, file.country)})
        file.rules = asdict(rules)
    file.state, file.progress_at = State.NEW, now
    file.parts = -(-len(table.rows) // CHUNK)
    for number in range(file.parts):
        rows = table.rows[number * CHUNK : (number + 1) * CHUNK]
        _part(file, number + 1, json.dumps(rows, ensure_ascii=False, separators=(",", ":")))
    file.save()
    record(by, "import.receive", file, now=now, rows=file.rows)
    return file


def own_fields() -> list[OwnField]:
    """The own fields of this ISP as columns can be."""
    return [
        OwnField(f"custom-{field.pk}", field.name, field.kind, tuple(field.options), field.is_required)
        for field in custom.fields()
    ]


def settle(
    file: ImportFile, columns: Sequence[str], rules: Mapping[str, Any], *, by: Actor, now: datetime
) -> ImportFile:
    """Say what each column is and how it is read; a dry run of `attempt` is to follow. Raises Refusal."""
    with transaction.atomic():
        held = _held(file)
        if held.state not in OPEN and not (held.state == State.FAILED and held.stage == State.CHECKING):
            raise Refusal("wrong_state", f"This import is {held.state}. Its columns stay as they are.")
        _remembered(held)
        chosen = import_columns.rules_of(rules)
        if chosen.plan is not None and not _on_sale(chosen.plan):
            raise Refusal("unknown_plan", "There is no plan on sale with this id.", field="plan")
        held.columns = import_columns.checked(columns, held.header, own_fields())
        held.rules = asdict(chosen)
        held.attempt, held.parts_done, held.counts = held.attempt + 1, 0, {}
        _move(held, State.CHECKING, now)
        record(by, "import.columns", held, now=now, columns=held.columns, rules=held.rules)
    return held


def _on_sale(plan_id: int) -> bool:
    return Plan.objects.filter(pk=plan_id, is_archived=False, frozen_of=None).exists()


def start(file: ImportFile, *, by: Actor, now: datetime) -> ImportFile:
    """Let what the dry run found be imported. Raises Refusal."""
    with transaction.atomic():
        held = _held(file)
        if held.state != State.CHECKED:
            raise Refusal("wrong_state", f"This import is {held.state}; it starts after its dry run.")
        if not (held.counts.get("new") or held.counts.get("merge")):
            raise Refusal("nothing_to_do", "No row of this file makes or changes anybody.")
        _remembered(held)
        _alone(held)
        held.parts_done = 0
        held.by_id, held.by_name = by.id, by.name[:140]
        _move(held, State.RUNNING, now)
        record(by, "import.start", held, now=now, **held.counts)
    return held


def _alone(held: ImportFile) -> None:
    here.alone("import")
    other = ImportFile.objects.filter(state=State.RUNNING).exclude(pk=held.pk).first()
    if other is not None:
        raise Refusal("another_runs", f"{other.name} is being imported. Wait until it is done.")


def stop(file: ImportFile, *, by: Actor, now: datetime) -> ImportFile:
    """Import no more after the part that is being imported; `go_on` goes on."""
    with transaction.atomic():
        held = _held(file)
        if held.state != State.RUNNING:
            raise Refusal("wrong_state", f"This import is {held.state}; there is nothing to stop.")
        held.stage = State.RUNNING
        _move(held, State.STOPPED, now)
        record(by, "import.stop", held, now=now, rows=held.rows_done)
    return held


def go_on(file: ImportFile, *, by: Actor, now: datetime) -> ImportFile:
    """Take up what was stopped, failed or lost its worker; what is done is not done again."""
    with transaction.atomic():
        held = _held(file)
        is_silent = held.state in BUSY and now - held.progress_at >= SILENT
        if held.state not in {State.STOPPED, State.FAILED} and not is_silent:
            raise Refusal("wrong_state", f"This import is {held.state}; there is nothing to take up.")
        to = held.state if is_silent else held.stage
        if to != State.UNDOING:
            _remembered(held)
        if to == State.RUNNING:
            _alone(held)
        if to == State.CHECKING:
            held.attempt, held.parts_done = held.attempt + 1, 0
        _move(held, State(to), now)
        record(by, "import.go_on", held, now=now, stage=str(to))
    return held


def undo(file: ImportFile, *, by: Actor, now: datetime) -> ImportFile:
    """Take back what it made, as far as nobody changed or used it since."""
    with transaction.atomic():
        held = _held(file)
        running = held.stage == State.RUNNING
        if held.state != State.DONE and not (held.state in {State.STOPPED, State.FAILED} and running):
            raise Refusal("wrong_state", f"This import is {held.state}; there is nothing to undo.")
        held.by_id, held.by_name = by.id, by.name[:140]
        _move(held, State.UNDOING, now)
        record(by, "import.undo", held, now=now)
    return held


def discard(file: ImportFile, *, by: Actor, now: datetime) -> None:
    """Forget a file from which nothing was imported."""
    with transaction.atomic():
        held = _held(file)
        checking = held.state == State.FAILED and held.stage == State.CHECKING
        if held.state not in {*OPEN, State.RECEIVING} and not checking:
            raise Refusal("wrong_state", f"This import is {held.state} and stays in the list.")
        record(by, "import.discard", held, now=now, rows=held.rows)
        forget(held)


def forget(file: ImportFile) -> None:
    """Delete a file with its lines."""
    file.lines.all()._raw_delete(file.lines.db)  # nothing refers to them
    file.delete()


def fail(file: ImportFile, why: str, *, now: datetime) -> None:
    """Say that the stage that runs was not finished."""
    if file.state in BUSY:
        file.stage, file.state_text = file.state, why[:200]
        _move(file, State.FAILED, now)


def _held(file: ImportFile) -> ImportFile:
    return ImportFile.objects.select_for_update(of=("self",)).get(pk=file.pk)


def _remembered(held: ImportFile) -> None:
    if not held.pieces.exists():
        raise Refusal("forgotten", "What stood in this file was forgotten after 30 days. Import it again.")


def _move(held: ImportFile, to: State, now: datetime) -> None:
    held.state, held.progress_at = to, now
    if to not in {State.FAILED, State.STOPPED}:
        held.stage = held.state_text = ""
    held.save()
