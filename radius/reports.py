"""An accounting record as it lies in the journal: only what folding needs, in a list of fixed order.

Times are whole milliseconds since 1970, so that what comes back out of a database column is the same number.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import msgspec

from radius.events import AccountingRecord, Kind

LONGEST_DELAY = 86_400
START, INTERIM, STOP, ON, OFF = (
    each.value for each in (Kind.START, Kind.INTERIM, Kind.STOP, Kind.ON, Kind.OFF)
)
OF_SESSIONS = frozenset({START, INTERIM, STOP})
OF_ROUTERS = frozenset({ON, OFF})


class Report(NamedTuple):
    """One fact about a session or a router. Counters cumulative over the session, in octets; times in ms."""

    kind: str
    router_id: int
    session_id: str
    username: str  # spelled
    event_ms: int
    received_ms: int
    delay: int  # seconds, Acct-Delay-Time
    seconds: int  # Acct-Session-Time
    upload: int
    download: int
    gigawords: (
        int | None
    )  # 1: the router sent the high words, 0: it did not; None: it sent no counters at all
    mac: str
    framed_ip: str
    called: str
    port: str
    token: str  # Class, as hex
    cause: str
    flags: list[str]

    @property
    def event_at(self) -> float:
        return self.event_ms / 1000

    @property
    def heard_ms(self) -> int:
        """When it was first sent, by our own clock; restarts of a router are placed by it."""
        return self.received_ms - min(self.delay, LONGEST_DELAY) * 1000

    @property
    def heard_at(self) -> float:
        return self.heard_ms / 1000


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[Report]).decode


def of(record: AccountingRecord) -> Report:
    """What folding needs of a record."""
    return Report(
        record.kind.value,
        record.router_id,
        record.session_id,
        record.name,
        round(record.event_at * 1000),
        round(record.received_at * 1000),
        record.delay,
        record.session_time,
        record.upload_octets,
        record.download_octets,
        None if record.gigawords is None else int(record.gigawords),
        record.mac,
        record.framed_ip,
        record.called,
        record.nas_port_id,
        record.class_.hex(),
        record.terminate_cause,
        list(record.flags),
    )


def write(told: list[Report]) -> str:
    """One line without NUL or any other control that `read` turns back into equal reports."""
    return _encode(told).decode()


def read(body: str) -> list[Report]:
    """The reports of a journal row. Raises msgspec.DecodeError, KeyError or TypeError when it holds anything else.

    A row is a list of reports; a single object is a record of a version that wrote one row for each.
    """
    return [_of_object(json.loads(body))] if body.startswith("{") else _decode(body)


def _of_object(row: dict[str, Any]) -> Report:
    return Report(
        *(row["kind"], row["router_id"], row["session_id"], row["username"]),
        *(round(row["event_at"] * 1000), round(row["received_at"] * 1000), row["delay"]),
        *(row["session_time"], row["upload_octets"], row["download_octets"]),
        1,  # it did not say; then no fall of a counter is taken for a wrap
        *(row["mac"], row["framed_ip"], row["called"], row["nas_port_id"], row["class_"]),
        *(row["terminate_cause"], list(row["flags"])),
    )
