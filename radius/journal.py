"""The public journal: what RADIUS workers saw, appended by COPY and folded into tenants' tables later."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from psycopg2.extensions import connection as Line

from radius import mikrotik
from radius.events import Accept, AccessRequest, AccountingRecord, Reject
from radius.sentences import Said

ACCOUNTING, ATTEMPT = "acct", "auth"
_COPY = "COPY public.tenants_radiusrecord (schema, kind, at, body) FROM STDIN"
_encode = json.JSONEncoder(separators=(",", ":")).encode


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


def of_attempt(request: AccessRequest, verdict: Accept | Reject, at: float, microseconds: int) -> Entry:
    """An attempt without its password. `key` makes folding it twice the same as folding it once."""
    accepted = isinstance(verdict, Accept)
    body = {
        "key": random.getrandbits(62),  # seeded anew by the kernel in every worker; it need not be secret
        "router": request.nas.router_id,
        "service": verdict.service_id,
        "username": request.name,
        "mac": request.mac,
        "framed_ip": request.framed_ip,
        "accepted": accepted,
        "code": "accepted" if isinstance(verdict, Accept) else verdict.code,
        "trace": [_step(*each) for each in verdict.trace],
        "sent": _sent(verdict),
        "microseconds": microseconds,
    }
    return Entry(request.nas.schema, ATTEMPT, at, _encode(body))


def _step(code: str, ok: bool, said: Said) -> dict[str, Any]:
    return {"code": code, "ok": ok, ("text" if isinstance(said, str) else "said"): said}


def _sent(verdict: Accept | Reject) -> dict[str, str]:
    if isinstance(verdict, Reject):
        return {"Reply-Message": verdict.message}
    sent = _sent_by_plan(verdict.upload_bps, verdict.download_bps, verdict.interim_seconds).copy()
    for name, value in mikrotik.personal_attributes(verdict):
        sent[name] = _as_text(value)
    if verdict.proof is not None:
        sent.update((name, _as_text(value)) for name, value in mikrotik.hidden_attributes(verdict.proof))
    return sent


@lru_cache(maxsize=4096)
def _sent_by_plan(upload_bps: int, download_bps: int, interim_seconds: int) -> dict[str, str]:
    said = mikrotik.plan_attributes(
        upload_bps=upload_bps, download_bps=download_bps, interim_seconds=interim_seconds
    )
    return {name: _as_text(value) for name, value in said}


def _as_text(value: int | str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


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
