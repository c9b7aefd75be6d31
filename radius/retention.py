"""How long RADIUS keeps what it knows, and forgetting the rest, a few thousand rows at a time; call inside the tenant.

Usage by the hour is not touched: it says how much, not who was where.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Model

from radius.models import AuthAttempt, NasRestart, Session
from subscribers.models import UsageNotice

SESSIONS = timedelta(days=366)  # after their end: the twelve months that the Terms speak of
ATTEMPTS = timedelta(days=90)
NOTICES = timedelta(days=366)  # that a limit was nearly used
RESTARTS = timedelta(days=30)  # much older than any record that may still come
MEMOS = timedelta(days=30)  # of ended sessions, after which their columns are all that is known
BATCH = 2000
_SLACK = timedelta(days=30)  # a session that began so long before the memo's end is looked at once more

_SESSIONS = """
    DELETE FROM radius_session WHERE id IN (
        SELECT id FROM radius_session WHERE started_at < %s AND ended_at < %s ORDER BY started_at LIMIT %s)
"""
_ATTEMPTS = """
    DELETE FROM radius_authattempt WHERE id IN (SELECT id FROM radius_authattempt WHERE at < %s ORDER BY at LIMIT %s)
"""
_RESTARTS = (
    "DELETE FROM radius_nasrestart WHERE id IN (SELECT id FROM radius_nasrestart WHERE at < %s LIMIT %s)"
)
_NOTICES = """
    DELETE FROM subscribers_usagenotice WHERE id IN (
        SELECT id FROM subscribers_usagenotice WHERE at < %s ORDER BY at LIMIT %s)
"""
# The long memos are those of 32-bit counters (`radius.counters`) and of the version before; the others stay.
_MEMOS = """
    UPDATE radius_session SET fold = '{}' WHERE id IN (
        SELECT id FROM radius_session WHERE started_at >= %s AND started_at < %s AND ended_at < %s
            AND fold ?| ARRAY['read', 'state'] ORDER BY started_at LIMIT %s)
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of row that is forgotten: `forget` takes some and says how many; fewer than BATCH means all."""

    name: str
    forget: Callable[[datetime], int]
    what: str  # for people
    keeps: timedelta
    setting: str  # what says so
    oldest: Callable[[], datetime | None]  # that is left; None: nothing is, or nobody can tell


def _run(statement: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, BATCH])  # type: ignore[list-item]  # moments
        return int(cursor.rowcount)


def sessions(now: datetime) -> int:
    """Sessions that ended more than twelve months ago."""
    return _run(_SESSIONS, now - SESSIONS, now - SESSIONS)


def attempts(now: datetime) -> int:
    return _run(_ATTEMPTS, now - ATTEMPTS)


def restarts(now: datetime) -> int:
    return _run(_RESTARTS, now - RESTARTS)


def notices(now: datetime) -> int:
    return _run(_NOTICES, now - NOTICES)


def _oldest(model: type[Model], field: str) -> Callable[[], datetime | None]:
    def find() -> datetime | None:
        rows = model._default_manager.filter(**{f"{field}__isnull": False}).order_by(field)
        found: datetime | None = rows.values_list(field, flat=True).first()
        return found

    return find


def memos(now: datetime) -> int:
    """What folding kept of sessions that nobody will report any more; a record that comes after all starts from the
    columns."""
    return _run(_MEMOS, now - MEMOS - _SLACK, now - MEMOS, now - MEMOS)


RULES = (
    Rule(
        "sessions", sessions, "Sessions, after their end", SESSIONS, "the twelve months of the Terms",
        _oldest(Session, "ended_at"),
    ),
    Rule(
        "attempts", attempts, "Login attempts", ATTEMPTS, "built in: retention.ATTEMPTS", _oldest(AuthAttempt, "at")
    ),
    Rule(
        "notices", notices, "Notices of limits", NOTICES, "built in: retention.NOTICES", _oldest(UsageNotice, "at")
    ),
    Rule(
        "restarts", restarts, "Restarts of routers", RESTARTS, "built in: retention.RESTARTS", _oldest(NasRestart, "at")
    ),
    Rule(
        "memos", memos, "Details of ended sessions (emptied)", MEMOS, "built in: retention.MEMOS", lambda: None
    ),
)  # fmt: skip
