"""Accounting records as a router would cause them; times in unix seconds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import connection

from radius import journal
from radius.events import AccountingRecord, Kind
from radius.octets import unspell
from tenants.models import RadiusRecord

T0 = 1_795_000_200.0  # inside an hour, not at its edge


def record(kind: str = "start", seconds: int = 0, **changes: Any) -> AccountingRecord:
    """A report `seconds` after the session began at T0."""
    begun = changes.pop("begun", T0)
    if "name" in changes:
        changes["username"] = unspell(changes.pop("name"))
    base = AccountingRecord(
        schema="t_aaaaaaaaaaaa", router_id=1, nas_address="127.0.0.1", identifier=1, authenticator=bytes(16),
        source=("127.0.0.1", 40000), kind=Kind(kind), session_id="80a00001", username=b"somebody",
        mac="AA:BB:CC:00:00:01", framed_ip="10.5.50.20", called="hotspot1", upload_octets=0, download_octets=0,
        upload_packets=0, download_packets=0, session_time=seconds, terminate_cause="", event_at=begun + seconds,
        received_at=begun + seconds, gigawords=True,
    )  # fmt: skip
    return replace(base, **changes)


def put(*records: AccountingRecord) -> None:
    """Journal rows, committed or not, whatever the test's connection does."""
    for entry in journal.of_records(records):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO public.tenants_radiusrecord (schema, kind, at, body)"
                " VALUES (%s, %s, to_timestamp(%s), %s)",
                [entry.schema, entry.kind, entry.at, entry.body],
            )


def journal_rows() -> int:
    return RadiusRecord.objects.filter(kind="acct").count()
