"""The public journal: what RADIUS workers saw, appended by COPY and folded into tenants' tables later."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from psycopg2.extensions import connection as Line

from radius.events import AccountingRecord

ACCOUNTING = "acct"
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


def of_record(record: AccountingRecord) -> Entry:
    return Entry(record.schema, ACCOUNTING, record.received_at, record.to_json())


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
