"""The public journal: what RADIUS workers saw, appended by COPY and folded into tenants' tables later."""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from psycopg2.extensions import connection as Line

from radius import reports
from radius.events import AccountingRecord

ACCOUNTING = "acct"
LARGEST = 256 << 10  # octets of one row
_COPY = "COPY public.tenants_radiusrecord (schema, kind, at, body) FROM STDIN"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row; `body` is a line of JSON, `at` unix seconds."""

    schema: str
    kind: str
    at: float
    body: str

    def to_line(self) -> bytes:
        """The entry on one line, for the spool."""
        return json.dumps([self.schema, self.kind, self.at, self.body]).encode()

    @classmethod
    def from_line(cls, line: bytes) -> Entry:
        schema, kind, at, body = json.loads(line)
        return cls(schema, kind, at, body)


def of_records(records: Sequence[AccountingRecord]) -> list[Entry]:
    """A batch of accounting records: one row for each ISP, however many records there are."""
    by_schema: dict[str, list[AccountingRecord]] = defaultdict(list)
    for each in records:
        by_schema[each.schema].append(each)
    return [
        Entry(schema, ACCOUNTING, mine[0].received_at, body)
        for schema, mine in by_schema.items()
        for body in _bodies([reports.of(each) for each in mine])
    ]


def _bodies(told: list[reports.Report]) -> Iterator[str]:
    """Reports as JSON, in pieces that the journal and the spool take even when every name is as long as can be."""
    body = reports.write(told)
    if len(body) <= LARGEST or len(told) == 1:
        yield body
        return
    half = len(told) // 2
    yield from _bodies(told[:half])
    yield from _bodies(told[half:])


def append(line: Line, entries: Sequence[Entry]) -> None:
    """Commit all entries in one COPY; the line must be in autocommit mode. All or none."""
    lines = [
        f"{each.schema}\t{each.kind}\t{datetime.fromtimestamp(each.at, UTC)}\t{_escaped(each.body)}\n"
        for each in entries
    ]
    with line.cursor() as cursor:
        cursor.copy_expert(_COPY, io.StringIO("".join(lines)))


def _escaped(body: str) -> str:
    """JSON in the words of COPY; it has neither tabs nor line ends of its own."""
    return body.replace("\\", "\\\\")
