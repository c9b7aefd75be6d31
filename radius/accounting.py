"""A session is a fold over the set of its accounting records: their order and their repetitions do not matter."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from radius import counters, reports
from radius.counters import Readings
from radius.reports import Report

Latest = tuple[float, str]  # a value and when in the session it was told (`order_of`)
Reading = tuple[int, int]  # session time and a counter
Stop = tuple[
    int, float, str
]  # session time, minus when it was told, cause: of two that say the same the first counts

NAS_REBOOT = "NAS-Reboot"
WRAPPED, FELL = "counter_wrapped", "counter_fell"
RESTART_PAUSE = 60.0  # seconds in which a second Accounting-On of a router has no effect
SLACK = 30.0  # seconds by which a router's clock may step within one session
UNCOUNTED = frozenset({"absurd_counters", "absurd_session_time"})
NEVER: Latest = (0.0, "")
_NOTHING: Reading = (0, 0)


@dataclass(frozen=True, slots=True)
class Router:
    """What is known of a router beside its sessions.

    `restarts` are the sorted times at which it came up or went down, by our clock (`heard_at` of its Accounting-On
    and -Off records), thinned. `gigawords`: it has sent Gigawords at some time, so its counters never wrap.
    """

    restarts: Sequence[float] = ()
    gigawords: bool = False


UNKNOWN = Router()


@dataclass(frozen=True, slots=True)
class SessionState:
    """One session. Times in unix seconds; counters cumulative, upload and download as the subscriber sees them."""

    router_id: int
    session_id: str
    username: str  # spelled
    started_at: float  # by the router's clock
    begun_at: float  # by ours, to set it before or after a restart of the router
    last_at: float  # when its longest session time was told first
    stop: Stop | None = None  # the last one by session time
    restarted_at: float | None = None  # the first restart of the router not before the session began
    most_upload: int = 0  # the highest that was ever told
    most_download: int = 0
    last_upload: Reading = _NOTHING  # what was told last, by the router's own session time
    last_download: Reading = _NOTHING
    readings: Readings = counters.NOTHING  # of a router that sends no Gigawords
    seconds: int = 0
    mac: Latest = NEVER
    framed_ip: Latest = NEVER
    called: Latest = NEVER
    port: Latest = NEVER
    token: Latest = NEVER  # Class, as hex
    told_flags: tuple[str, ...] = ()

    @property
    def upload(self) -> int:
        if self.readings == counters.NOTHING:
            return self.most_upload
        end = self.readings.end()
        return max(self.most_upload, end.upload + end.upload_wraps * counters.WRAP)

    @property
    def download(self) -> int:
        if self.readings == counters.NOTHING:
            return self.most_download
        end = self.readings.end()
        return max(self.most_download, end.download + end.download_wraps * counters.WRAP)

    @property
    def flags(self) -> tuple[str, ...]:
        """What is odd about it: what its records said of themselves, and what its counters did."""
        end = self.readings.end()
        odd = set(self.told_flags)
        if end.upload_wraps or end.download_wraps:
            odd.add(WRAPPED)
        elif self.last_upload[1] < self.most_upload or self.last_download[1] < self.most_download:
            odd.add(FELL)
        return tuple(sorted(odd))

    @property
    def ended_at(self) -> float | None:
        """When it ended: at its Stop, else when its router restarted; None while it is up."""
        return -self.stop[1] if self.stop else self.restarted_at

    @property
    def end_cause(self) -> str:
        if self.stop:
            return self.stop[2]
        return "" if self.restarted_at is None else NAS_REBOOT

    @property
    def class_(self) -> bytes:
        return bytes.fromhex(self.token[1])


def _start_of(report: Report, at: float) -> float:
    return at if "absurd_session_time" in report.flags else at - report.seconds


def order_of(seconds: int, at: float) -> float:
    """Which of two reports of a session is the younger one: the session time says, and while there is none the clock.

    So a report that is told again later is as old as it was.
    """
    return float(seconds) if seconds else at / 1e10


def _single(report: Report) -> SessionState:
    """The session as one record alone tells it."""
    at = report.event_at
    counted = UNCOUNTED.isdisjoint(report.flags)
    upload = report.upload if counted and report.gigawords is not None else 0
    download = report.download if counted and report.gigawords is not None else 0
    seconds = report.seconds if counted else 0

    order = order_of(seconds, at)

    def latest(value: str) -> Latest:
        return (order, value) if value else NEVER

    return SessionState(
        router_id=report.router_id,
        session_id=report.session_id,
        username=report.username,
        started_at=_start_of(report, at),
        begun_at=_start_of(report, report.heard_at),
        last_at=at,
        stop=(seconds, -at, report.cause) if report.kind == reports.STOP else None,
        most_upload=upload,
        most_download=download,
        last_upload=(seconds, upload) if report.gigawords is not None else _NOTHING,
        last_download=(seconds, download) if report.gigawords is not None else _NOTHING,
        seconds=seconds,
        mac=latest(report.mac),
        framed_ip=latest(report.framed_ip),
        called=latest(report.called),
        port=latest(report.port),
        token=latest(report.token),
        told_flags=tuple(sorted(set(report.flags))),
    )


def advance(session: SessionState | None, report: Report, router: Router = UNKNOWN) -> SessionState:
    """Fold a Start, Interim or Stop into its session; counters only grow, nothing reopens what has ended."""
    new = _single(report)
    if session is not None:
        new = replace(
            session,
            started_at=min(session.started_at, new.started_at),
            begun_at=min(session.begun_at, new.begun_at),
            last_at=_last_at(session, new),
            stop=max((each for each in (session.stop, new.stop) if each), default=None),
            most_upload=max(session.most_upload, new.most_upload),
            most_download=max(session.most_download, new.most_download),
            last_upload=max(session.last_upload, new.last_upload),
            last_download=max(session.last_download, new.last_download),
            seconds=max(session.seconds, new.seconds),
            mac=max(session.mac, new.mac),
            framed_ip=max(session.framed_ip, new.framed_ip),
            called=max(session.called, new.called),
            port=max(session.port, new.port),
            token=max(session.token, new.token),
            told_flags=tuple(sorted({*session.told_flags, *new.told_flags})),
        )
    return settle(_read(new, session, report, router), router)


def _last_at(one: SessionState, other: SessionState) -> float:
    """The time of the report with the longer session time. What says the same again, only later, is a repetition.

    Routers that tell no session time have nothing but the clock.
    """
    if one.seconds != other.seconds:
        return one.last_at if one.seconds > other.seconds else other.last_at
    return min(one.last_at, other.last_at) if one.seconds else max(one.last_at, other.last_at)


def _read(new: SessionState, old: SessionState | None, report: Report, router: Router) -> SessionState:
    """Keep what the counters said, one by one, while they may wrap."""
    if router.gigawords or report.gigawords != 0 or not UNCOUNTED.isdisjoint(report.flags):
        return new
    readings = new.readings
    if readings == counters.NOTHING and old is not None and (old.most_upload or old.most_download):
        readings = counters.beyond(old.most_upload, old.most_download, old.seconds)  # of an older version
    return replace(new, readings=readings.add((report.seconds, report.upload, report.download)))


def settle(session: SessionState, router: Router) -> SessionState:
    """The session in the light of its router: the first restart not before it began ended it, and a router that
    has ever sent Gigawords never wrapped."""
    ending = min((at for at in router.restarts if at >= session.begun_at), default=None)
    if ending != session.restarted_at:
        session = replace(session, restarted_at=ending)
    if router.gigawords and session.readings != counters.NOTHING:
        session = replace(session, readings=counters.NOTHING)
    return session


def belongs(session: SessionState, report: Report, router: Router = UNKNOWN) -> bool:
    """Is this record of that session, or did the router merely use its Acct-Session-Id again?

    A router never runs two sessions under one id, so another session of the same id lies wholly before or
    after this one, or on the other side of a restart.
    """
    if (report.router_id, report.session_id, report.username) != (
        session.router_id,
        session.session_id,
        session.username,
    ):
        return False
    begun_at = _start_of(report, report.heard_at)
    if bisect_right(router.restarts, begun_at) != bisect_right(router.restarts, session.begun_at):
        return False
    starts = _start_of(report, report.event_at)
    return starts <= session.last_at + SLACK and report.event_at >= session.started_at - SLACK


def thin(restarts: Iterable[float]) -> list[float]:
    """Sorted restarts without those that follow another within a minute: a router that repeats itself."""
    kept: list[float] = []
    for at in sorted(restarts):
        if not kept or at - kept[-1] >= RESTART_PAUSE:
            kept.append(at)
    return kept
