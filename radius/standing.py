"""Live sessions in the projector's memory: what nearly every report says is higher counters of a session that is up.

Such a report needs neither a read nor a fold: six numbers of a row change. Memory is a guess all the same. Every
write names the state of the row it was made for, and where the row has another one, the report is folded as any other.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection

from radius import memo
from radius.accounting import SLACK, UNCOUNTED, UNKNOWN, Router
from radius.folding import HOUR, Folded, Key, Usage
from radius.keeping import array
from radius.reports import INTERIM, Report

MOST = 200_000  # sessions of all ISPs together; about 0.7 KB each
_HOUR_MS, _SLACK_MS = HOUR * 1000, int(SLACK * 1000)
# The other values of a row stay as they are, its memo too (`memo.is_quiet`), and no index has to be touched.
_GROW = """
    UPDATE radius_session AS session SET updated_at = to_timestamp(said.last::float8 / 1000),
        heard_at = to_timestamp(said.heard::float8 / 1000),
        begun_at = to_timestamp(said.begun::float8 / 1000),
        upload_bytes = said.upload, download_bytes = said.download, seconds = said.seconds
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::bigint[]) AS said (id, before, last, heard, begun, upload, download, seconds)
    WHERE session.id = said.id AND session.ended_at IS NULL
        AND session.updated_at = to_timestamp(said.before::float8 / 1000)
    RETURNING session.id
"""


class Standing:
    """One session that is up. Times in ms."""

    __slots__ = (
        *("id", "service_id", "key", "last_ms", "heard_ms", "seconds", "upload", "download"),
        *("started_ms", "begun_ms", "floor_ms", "said", "flags", "before_ms", "reports", "grown"),
    )

    def __init__(self, folded: Folded, router: Router, said: tuple[str, ...]) -> None:
        state = folded.state
        self.id = folded.id or 0
        self.service_id = folded.service_id or 0
        self.key = folded.key
        self.last_ms = round(state.last_at * 1000)
        self.heard_ms = round(folded.heard_at * 1000)
        self.seconds, self.upload, self.download = state.seconds, state.upload, state.download
        self.started_ms, self.begun_ms = round(state.started_at * 1000), round(state.begun_at * 1000)
        # The last restart before it: a report that seems to come from before that is another session's.
        self.floor_ms = round(max((at for at in router.restarts if at <= state.begun_at), default=0) * 1000)
        self.said = said  # MAC, address, called, port and Class as a report must say them to say nothing new
        self.flags = frozenset(state.told_flags) - UNCOUNTED
        self.before_ms = 0
        self.reports: list[Report] = []  # of this batch
        self.grown: list[tuple[int, int, int, int]] = []  # hour, upload, download, seconds

    def grows(self, report: Report) -> bool:
        """Does it only say that the session goes on? Then take it."""
        last_ms, seconds, upload, download = report[4], report[7], report[8], report[9]
        begun_ms = report.heard_ms - seconds * 1000
        if (
            report[0] != INTERIM
            or report[10] != 1
            or last_ms <= self.last_ms
            or seconds <= self.seconds
            or upload < self.upload
            or download < self.download
            or report[11:16] != self.said
            or not self.started_ms <= last_ms - seconds * 1000 <= self.last_ms + _SLACK_MS
            or begun_ms < self.floor_ms
            or (report[17] and not self.flags.issuperset(report[17]))
        ):
            return False
        if not self.reports:
            self.before_ms = self.last_ms
        self.reports.append(report)
        self.grown.append(
            (last_ms // _HOUR_MS, upload - self.upload, download - self.download, seconds - self.seconds)
        )
        self.last_ms, self.seconds, self.upload, self.download = last_ms, seconds, upload, download
        self.heard_ms = max(self.heard_ms, report[5])
        self.begun_ms = min(self.begun_ms, begun_ms)
        return True


def standing(folded: Folded, router: Router = UNKNOWN) -> Standing | None:
    """What to remember of a session; None when its next report needs more than this."""
    state = folded.state
    if folded.id is None or folded.service_id is None or folded.ended_at is not None or folded.presumed:
        return None
    written = folded.memo()
    if not memo.is_quiet(written):
        return None
    values = [getattr(state, name)[1] for name in memo.STAMPED]
    old = written.get("old") or [None] * len(values)
    said = tuple(value if at is None else "" for value, at in zip(values, old, strict=True))
    return Standing(folded, router, said)


class Memory:
    """What one projector remembers, ISP by ISP, while it is the elected one."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._isps: OrderedDict[str, dict[Key, Standing]] = OrderedDict()
        self._count = 0
        self._gigawords: dict[str, set[int]] = {}

    def __len__(self) -> int:
        return self._count

    def grow(
        self, schema: str, told: Sequence[Report], restarted: Iterable[int], usage: Usage
    ) -> list[Report]:
        """Write what merely grew, add it to usage, and return the reports that have to be folded.

        `told` is sorted by time. Call inside the tenant; when its transaction fails, `forget` the ISP.
        """
        known = self._isps.get(schema)
        if not known:
            return list(told)
        self._isps.move_to_end(schema)
        rest: list[Report] = []
        grown: dict[int, Standing] = {}
        cut = set(restarted)
        for report in told:
            key = report[1:4]
            held = known.get(key)
            if held is None or report[1] in cut or not held.grows(report):
                rest.append(report)
                if held is not None:  # what comes after it in the batch has to be folded too
                    self._drop(known, key)
            else:
                grown[held.id] = held
        written = _write(list(grown.values())) if grown else set()
        for id_, held in grown.items():
            if id_ in written:
                for each in held.grown:
                    usage.add(held.service_id, *each)
            else:
                rest += held.reports
                self._drop(known, held.key)
            held.reports, held.grown = [], []
        return rest

    def first_gigawords(self, schema: str, told: Iterable[Report]) -> dict[int, float]:
        """The routers of reports with Gigawords that were not known for them, and when they sent them."""
        known = self._gigawords.setdefault(schema, set())
        return {each.router_id: each.heard_at for each in told if each[10] == 1 and each[1] not in known}

    def learn_gigawords(self, schema: str, routers: Iterable[int]) -> None:
        self._gigawords.setdefault(schema, set()).update(routers)

    def learn(self, schema: str, sessions: Mapping[Key, list[Folded]], routers: Mapping[int, Router]) -> None:
        """Remember the newest session of each key, as it was just written."""
        known = self._isps.setdefault(schema, {})
        for key, group in sessions.items():
            self._drop(known, key)
            newest = max(group, key=lambda each: each.generation, default=None)
            if newest is not None and (held := standing(newest, routers.get(key[0], UNKNOWN))) is not None:
                known[key] = held
                self._count += 1
        while self._count > self._most and self._isps:
            self._count -= len(self._isps.popitem(last=False)[1])

    def forget(self, schema: str) -> None:
        self._count -= len(self._isps.pop(schema, {}))
        self._gigawords.pop(schema, None)

    def _drop(self, known: dict[Key, Standing], key: Key) -> None:
        if known.pop(key, None) is not None:
            self._count -= 1


def _write(grown: Sequence[Standing]) -> set[int]:
    """Returns the rows that were as they were thought to be, and so were written."""
    columns = zip(
        *(
            (
                each.id,
                each.before_ms,
                each.last_ms,
                each.heard_ms,
                each.begun_ms,
                each.upload,
                each.download,
                each.seconds,
            )
            for each in grown
        ),
        strict=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(_GROW, [array(column) for column in columns])
        return {row[0] for row in cursor.fetchall()}
