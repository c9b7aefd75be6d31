"""Sessions that the database does not show yet: Accepts of the last seconds, and Stops not yet folded."""

from __future__ import annotations

from collections import OrderedDict

from radius import token
from radius.events import Accept, AccessRequest, AccountingRecord, Kind
from radius.known import Live

EXPECTED = 15.0  # seconds after an Accept in which its session counts although no Start was folded
SETTLING = 15.0  # seconds in which a Stop that was heard outweighs a row that still says live
MOST = 100_000


class Arrivals:
    """What this worker alone knows of 'devices at once'. Other workers' Accepts show when their Start is folded."""

    def __init__(self) -> None:
        # What is expected of a service, as sessions that began with their Accepts; the latest Accept last.
        self._expected: OrderedDict[tuple[str, int], list[Live]] = OrderedDict()
        self._stopped: OrderedDict[tuple[str, int, str], float] = OrderedDict()

    def accepted(self, request: AccessRequest, accept: Accept, at: float) -> None:
        if accept.service_id is None:
            return
        key, expected = (request.nas.schema, accept.service_id), self._expected
        new = Live(request.session_id, request.mac, request.nas.router_id, at)
        before = expected.pop(key, None)
        if before is None:
            expected[key] = [new]
        else:
            fresh = [one for one in before if at - one.started_at < EXPECTED and not _same(one, new)]
            expected[key] = [*fresh, new]
        for _ in range(2):  # two old ones leave for each that comes, so none stays for long
            oldest = next(iter(expected.values()))
            if oldest and at - oldest[-1].started_at < EXPECTED:
                break
            expected.popitem(last=False)
        if len(expected) > MOST:
            expected.popitem(last=False)

    def heard(self, record: AccountingRecord) -> None:
        """A Stop: its session is over, and unless another one was announced nobody is expected on that device."""
        if record.kind is not Kind.STOP:
            return
        self._stopped[record.schema, record.router_id, record.session_id] = record.received_at
        if len(self._stopped) > MOST:
            self._stopped.popitem(last=False)
        service_id = token.service_of(record.class_, record.schema)
        if service_id is None or (waiting := self._expected.get((record.schema, service_id))) is None:
            return
        waiting[:] = [each for each in waiting if not _ended_by(each, record)]

    def seen(
        self, schema: str, service_id: int, live: tuple[Live, ...], ended: tuple[Live, ...], at: float
    ) -> tuple[Live, ...]:
        """The live sessions, those of the database and those of the last seconds put together."""
        there = live
        if self._stopped and live:
            there = tuple([each for each in live if not self._is_over(schema, each, at)])
        waiting = self._expected.get((schema, service_id))
        if not waiting:
            return there
        still = [
            each
            for each in waiting
            if 0 <= at - each.started_at < EXPECTED
            and not (self._stopped and self._is_over(schema, each, at))
            and not _began(each, live)
            and not _began(each, ended)
        ]
        if not still:
            del self._expected[schema, service_id]
            return there
        more = [each for each in still if not _among(each, there)]
        return (*there, *more) if more else there

    def _is_over(self, schema: str, live: Live, at: float) -> bool:
        over_at = self._stopped.get((schema, live.router_id, live.session_id))
        return over_at is not None and live.started_at <= over_at and at - over_at < SETTLING


def _began(expected: Live, sessions: tuple[Live, ...]) -> bool:
    """Does one of the database's sessions stand for it?"""
    since = expected.started_at - EXPECTED
    for one in sessions:
        if one.started_at >= since and _same(one, expected):
            return True
    return False


def _among(live: Live, sessions: tuple[Live, ...]) -> bool:
    for one in sessions:
        if _same(one, live):
            return True
    return False


def _same(one: Live, other: Live) -> bool:
    if one.router_id != other.router_id:
        return False
    return one.mac == other.mac if one.mac else one.session_id == other.session_id


def _ended_by(live: Live, stop: AccountingRecord) -> bool:
    if (live.router_id, live.mac) != (stop.router_id, stop.mac):
        return False
    return live.session_id in ("", stop.session_id)
