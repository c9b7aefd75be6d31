"""What a session's row keeps beside its columns, so that folding can go on from it. As little as can be.

A running session that grows as usual leaves its memo as it was: values are as old as the last report, all is counted,
and the counters stand where the columns say. Only what differs is written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol, cast

from radius import counters
from radius.accounting import NEVER, Latest, SessionState, Stop, order_of
from radius.counters import Base, Readings

Amount = tuple[int, int, int]  # upload octets, download octets, seconds
STAMPED = ("mac", "framed_ip", "called", "port", "token")


class Row(Protocol):
    """The columns of a session that a fold reads: those of `radius.models.Session`."""

    @property
    def router_id(self) -> int: ...
    @property
    def acct_session_id(self) -> str: ...
    @property
    def username(self) -> str: ...
    @property
    def mac(self) -> str: ...
    @property
    def framed_ip(self) -> str | None: ...
    @property
    def called(self) -> str: ...
    @property
    def port(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def begun_at(self) -> datetime | None: ...
    @property
    def updated_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def end_cause(self) -> str: ...
    @property
    def upload_bytes(self) -> int: ...
    @property
    def download_bytes(self) -> int: ...
    @property
    def seconds(self) -> int: ...
    @property
    def fold(self) -> dict[str, Any]: ...


def write(state: SessionState, counted: Amount, presumed: str) -> dict[str, Any]:
    """The memo; its keys are short because it is written often."""
    upload, download = state.upload, state.download
    values: list[Latest] = [getattr(state, name) for name in STAMPED]
    order = order_of(state.seconds, state.last_at)
    old = [None if at == order or not value else at for at, value in values]
    memo: dict[str, Any] = {
        "class": state.token[1],
        "old": old if any(at is not None for at in old) else None,
        "stop": state.stop,
        "restarted": state.restarted_at,
        "most": _unless((upload, download), (state.most_upload, state.most_download)),
        "last": _unless(
            (state.seconds, state.most_upload, state.seconds, state.most_download),
            (*state.last_upload, *state.last_download),
        ),
        "base": state.readings.base,
        "read": state.readings.kept,
        "flags": state.told_flags,
        "counted": _unless((upload, download, state.seconds), counted),
        "presumed": presumed,
    }
    return {name: value for name, value in memo.items() if value}


def _unless(usual: Sequence[int], value: Sequence[int]) -> Sequence[int] | None:
    return None if value == usual else value


def is_quiet(memo: dict[str, Any]) -> bool:
    """Will it be the same after a report that says nothing new but higher counters?"""
    return memo.keys() <= {"class", "old", "flags"}


def read(row: Row) -> tuple[SessionState, Amount, str]:
    """State, what of it was counted, and how it is presumed to have ended."""
    memo, total = row.fold, (row.upload_bytes, row.download_bytes, row.seconds)
    if "state" in memo:
        return _read_first_form(memo)
    updated_at = row.updated_at.timestamp()
    order = order_of(row.seconds, updated_at)
    most = memo.get("most", total[:2])
    last = memo.get("last", (row.seconds, most[0], row.seconds, most[1]))
    values = (row.mac, row.framed_ip or "", row.called, row.port, memo.get("class", ""))
    stamps = memo.get("old", [None] * len(STAMPED))
    latest: dict[str, Any] = {
        name: (order if at is None else at, value) if value else NEVER
        for name, value, at in zip(STAMPED, values, stamps, strict=True)
    }
    state = SessionState(
        router_id=row.router_id,
        session_id=row.acct_session_id,
        username=row.username,
        started_at=row.started_at.timestamp(),
        begun_at=(row.begun_at or row.started_at).timestamp(),
        last_at=updated_at,
        stop=_stop(row, memo),
        restarted_at=memo.get("restarted"),
        most_upload=most[0],
        most_download=most[1],
        last_upload=(last[0], last[1]),
        last_download=(last[2], last[3]),
        readings=Readings(
            Base(*memo["base"]) if "base" in memo else None,
            tuple(cast(counters.Reading, tuple(each)) for each in memo.get("read", ())),
        ),
        seconds=row.seconds,
        told_flags=tuple(memo.get("flags", ())),
        **latest,
    )
    return state, tuple(memo.get("counted", total)), memo.get("presumed", "")


def _stop(row: Row, memo: dict[str, Any]) -> Stop | None:
    if "stop" in memo:
        seconds, before, cause = memo["stop"]
        return seconds, before, cause
    if row.ended_at is None or "restarted" in memo or "presumed" in memo:
        return None
    # A row without a memo, seeded or old (`radius.retention`): its columns are all there is.
    return row.seconds, -row.ended_at.timestamp(), row.end_cause


def _read_first_form(memo: dict[str, Any]) -> tuple[SessionState, Amount, str]:
    """A memo of the version before this one, which wrote the whole state."""
    said: dict[str, Any] = json.loads(memo["state"])
    upload, download, seconds = said["upload"], said["download"], said["seconds"]

    def latest(name: str) -> Latest:
        at, value = said[name]
        if not value:
            return NEVER
        return (order_of(seconds if at == said["last_at"] else round(at - said["started_at"]), at), value)

    stamped: dict[str, Any] = {name: latest(name) for name in STAMPED}
    state = SessionState(
        **{name: said[name] for name in ("router_id", "session_id", "username", "started_at", "begun_at")},
        last_at=said["last_at"],
        stop=(seconds, -said["stop"][0], said["stop"][1]) if said["stop"] else None,
        restarted_at=said["restarted_at"],
        most_upload=upload,
        most_download=download,
        last_upload=(seconds, upload),
        last_download=(seconds, download),
        seconds=seconds,
        told_flags=tuple(said["flags"]),
        **stamped,
    )
    counted: list[int] = memo["counted"]
    return state, (counted[0], counted[1], counted[2]), memo["presumed"]
