"""Three views of one night: who the router has online, whom accounting counts, and who has a paid service. Pure.

What any of them lacks is a leak or a ghost. A person who came or went while the three were read is neither: what is
younger than GRACE on either side is left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

GRACE = timedelta(minutes=10)
DAY = 86_400
MONTH = 30 * DAY


@dataclass(frozen=True, slots=True)
class OnRouter:
    """A row of the router's active lists; seconds it has been there, None when it does not say."""

    way: str  # hotspot | ppp
    username: str
    mac: str
    address: str
    seconds: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """A session that accounting has open."""

    session_id: int
    service_id: int | None
    username: str
    mac: str
    address: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Paid:
    """What the database says of a service: may it be online, why not, and what a day of it costs."""

    service_id: int
    is_paid: bool
    why: str
    day_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Found:
    """A difference between the three."""

    kind: str  # unpaid | uncounted | ghost
    username: str
    mac: str
    address: str
    way: str
    session_id: int | None
    service_id: int | None
    minor: int
    currency: str
    text: str


def a_day_of(price_minor: int, length: int | None) -> int:
    """The share of a price that one day is; length in seconds, a month stands for what has no end. Never more than the price."""
    seconds = length or MONTH
    return price_minor if seconds <= DAY else (price_minor * DAY + seconds // 2) // seconds


def compare(
    online: Iterable[OnRouter],
    counted: Iterable[Counted],
    services: Mapping[int, Paid],
    by_name: Mapping[str, Paid],
    *,
    now: datetime,
) -> list[Found]:
    """The differences; services by id for sessions, by_name for names that the router tells."""
    sessions, rows = list(counted), list(online)
    by_place = {(each.mac, each.address): each for each in sessions}
    # PPP tells a caller where hotspot tells a device: name and address together are enough.
    by_login = {(each.username, each.address): each for each in reversed(sessions) if each.address}
    found: list[Found] = []
    present = set()
    for row in rows:
        session = by_place.get((row.mac, row.address)) or by_login.get((row.username, row.address))
        if session is not None:
            present.add(session.session_id)
        young = row.seconds is not None and row.seconds < GRACE.total_seconds()
        paid = by_name.get(row.username)
        if session is not None and session.service_id is not None:
            paid = services.get(session.service_id, paid)
        if young:
            continue
        if paid is None or not paid.is_paid:
            why = paid.why if paid else "No service of yours has this name."
            found.append(_about("unpaid", row, session, paid, why))
        elif session is None:
            why = "The router has it online, but no accounting of it reached us: its data and time are not counted."
            found.append(_about("uncounted", row, None, paid, why))
    for session in sessions:
        if session.session_id not in present and now - session.started_at >= GRACE:
            found.append(_ghost(session))
    return found


def _about(kind: str, row: OnRouter, session: Counted | None, paid: Paid | None, why: str) -> Found:
    return Found(
        kind, row.username, row.mac, row.address, row.way, session.session_id if session else None,
        paid.service_id if paid else None, paid.day_minor if paid else 0, paid.currency if paid else "", why,
    )  # fmt: skip


def _ghost(session: Counted) -> Found:
    why = "Accounting has it open, but the router does not have it any more: it may keep its owner from signing in."
    return Found(
        "ghost",
        session.username,
        session.mac,
        session.address,
        "",
        session.session_id,
        session.service_id,
        0,
        "",
        why,
    )
