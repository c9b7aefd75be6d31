"""A session is a fold over the set of its accounting records: their order and their repetitions do not matter."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from radius.events import AccountingRecord, Kind

Latest = tuple[float, str]  # a value and when it was true

NAS_REBOOT = "NAS-Reboot"
RESTART_PAUSE = 60.0  # seconds in which a second Accounting-On of a router has no effect
_SLACK = 30.0  # seconds by which a router's clock may step within one session
_UNCOUNTED = {"absurd_counters", "absurd_session_time"}
_NEVER: Latest = (0.0, "")


@dataclass(frozen=True, slots=True)
class SessionState:
    """One session. Times in unix seconds; counters cumulative, upload and download as the subscriber sees them."""

    router_id: int
    session_id: str
    username: str  # spelled
    started_at: float  # by the router's clock
    begun_at: float  # by ours, to set it before or after a restart of the router
    last_at: float
    stop: Latest | None = None  # the last Stop and its cause
    restarted_at: float | None = None  # the first restart of the router not before the session began
    upload: int = 0
    download: int = 0
    upload_packets: int = 0
    download_packets: int = 0
    seconds: int = 0
    mac: Latest = _NEVER
    framed_ip: Latest = _NEVER
    called: Latest = _NEVER
    port: Latest = _NEVER
    token: Latest = _NEVER  # Class, as hex
    flags: tuple[str, ...] = ()

    @property
    def ended_at(self) -> float | None:
        """When it ended: at its Stop, else when its router restarted; None while it is up."""
        return self.stop[0] if self.stop else self.restarted_at

    @property
    def end_cause(self) -> str:
        if self.stop:
            return self.stop[1]
        return "" if self.restarted_at is None else NAS_REBOOT

    @property
    def class_(self) -> bytes:
        return bytes.fromhex(self.token[1])

    def to_json(self) -> str:
        return _encode({name: getattr(self, name) for name in _NAMES})

    @classmethod
    def from_json(cls, text: str) -> SessionState:
        row: dict[str, Any] = json.loads(text)
        fields: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
        }
        return cls(**fields)


_NAMES = tuple(each.name for each in fields(SessionState))
_encode = json.JSONEncoder(separators=(",", ":")).encode


def _start_of(record: AccountingRecord, at: float) -> float:
    return at if "absurd_session_time" in record.flags else at - record.session_time


def _single(record: AccountingRecord) -> SessionState:
    """The session as one record alone tells it."""
    counted = not _UNCOUNTED & set(record.flags)

    def latest(value: str) -> Latest:
        return (record.event_at, value) if value else _NEVER

    return SessionState(
        router_id=record.router_id,
        session_id=record.session_id,
        username=record.name,
        started_at=_start_of(record, record.event_at),
        begun_at=_start_of(record, record.heard_at),
        last_at=record.event_at,
        stop=(record.event_at, record.terminate_cause) if record.kind is Kind.STOP else None,
        upload=record.upload_octets if counted else 0,
        download=record.download_octets if counted else 0,
        upload_packets=record.upload_packets if counted else 0,
        download_packets=record.download_packets if counted else 0,
        seconds=record.session_time if counted else 0,
        mac=latest(record.mac),
        framed_ip=latest(record.framed_ip),
        called=latest(record.called),
        port=latest(record.nas_port_id),
        token=latest(record.class_.hex()),
        flags=tuple(sorted(set(record.flags))),
    )


def advance(
    session: SessionState | None, record: AccountingRecord, restarts: Sequence[float] = ()
) -> SessionState:
    """Fold a Start, Interim or Stop into its session; counters only grow, nothing reopens what has ended.

    `restarts` are the sorted times at which the router came up or went down, by our clock (`heard_at` of its
    Accounting-On and -Off records), thinned.
    """
    new = _single(record)
    if session is None:
        return settle(new, restarts)
    return settle(
        replace(
            session,
            started_at=min(session.started_at, new.started_at),
            begun_at=min(session.begun_at, new.begun_at),
            last_at=max(session.last_at, new.last_at),
            stop=max((each for each in (session.stop, new.stop) if each), default=None),
            upload=max(session.upload, new.upload),
            download=max(session.download, new.download),
            upload_packets=max(session.upload_packets, new.upload_packets),
            download_packets=max(session.download_packets, new.download_packets),
            seconds=max(session.seconds, new.seconds),
            mac=max(session.mac, new.mac),
            framed_ip=max(session.framed_ip, new.framed_ip),
            called=max(session.called, new.called),
            port=max(session.port, new.port),
            token=max(session.token, new.token),
            flags=tuple(sorted({*session.flags, *new.flags})),
        ),
        restarts,
    )


def settle(session: SessionState, restarts: Sequence[float]) -> SessionState:
    """The session in the light of its router's restarts: the first one not before it began ended it."""
    ending = min((at for at in restarts if at >= session.begun_at), default=None)
    return session if ending == session.restarted_at else replace(session, restarted_at=ending)


def belongs(session: SessionState, record: AccountingRecord, restarts: Sequence[float] = ()) -> bool:
    """Is this record of that session, or did the router merely use its Acct-Session-Id again?

    A router never runs two sessions under one id, so another session of the same id lies wholly before or
    after this one, or on the other side of a restart.
    """
    if (record.router_id, record.session_id, record.name) != (
        session.router_id,
        session.session_id,
        session.username,
    ):
        return False
    begun_at = _start_of(record, record.heard_at)
    if bisect_right(restarts, begun_at) != bisect_right(restarts, session.begun_at):
        return False
    starts = _start_of(record, record.event_at)
    return starts <= session.last_at + _SLACK and record.event_at >= session.started_at - _SLACK


def thin(restarts: Iterable[float]) -> list[float]:
    """Sorted restarts without those that follow another within a minute: a router that repeats itself."""
    kept: list[float] = []
    for at in sorted(restarts):
        if not kept or at - kept[-1] >= RESTART_PAUSE:
            kept.append(at)
    return kept
