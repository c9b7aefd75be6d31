"""Everything that ever happened to a subscriber and their services, newest first: a page costs six statements.

Sessions are folded by day, refused logins by day and reason; both on the wall clock of the ISP.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import TruncDate

from accounts.models import JournalEntry
from radius.models import AuthAttempt, Session
from subscribers import states
from subscribers.models import Service, Subscriber

MOST = 50
MOST_SERVICES = 500
FAR = 10**6  # a mark of a page never skips so many rows of one moment
KINDS = {
    "state": "States",
    "record": "Record",
    "service": "Services",
    "device": "Devices",
    "note": "Notes",
    "file": "Files",
    "consent": "Consents",
    "session": "Sessions",
    "refused": "Refused",
}
_STATE_VERBS = [f"subscriber.{verb}" for verb in states.VERBS]
_BY_KIND = {
    "state": Q(verb__in=_STATE_VERBS) | Q(verb__startswith="service."),
    "record": Q(verb__startswith="subscriber.") & ~Q(verb__in=_STATE_VERBS),
    "device": Q(verb__startswith="device."),
    "note": Q(verb__startswith="note."),
    "file": Q(verb__startswith="file."),
    "consent": Q(verb__startswith="consent."),
}
_OF_RECORD = ("subscriber.", "service.", "device.", "note.", "file.", "consent.")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; facts are plain values for machines, `key` tells it from others of that moment."""

    at: datetime
    kind: str
    what: str  # the verb of the journal, 'session' or 'refused'
    subject: str
    who: str
    facts: dict[str, Any]
    key: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page begins: not newer than `at`, without the first `skip` of that very moment."""

    at: datetime
    skip: int = 0

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.skip}"


def mark_of(text: str) -> Mark | None:
    """The mark that a page gave out, None for anything else."""
    at, _tilde, skip = text.partition("~")
    try:
        mark = Mark(datetime.fromisoformat(at), int(skip or 0))
    except ValueError:
        return None
    return mark if mark.at.tzinfo is not None and 0 <= mark.skip < FAR else None


def page(
    subscriber: Subscriber,
    *,
    zone: tzinfo,
    kind: str = "",
    start: Mark | None = None,
    without: Collection[str] = (),
    most: int = MOST,
) -> tuple[list[Event], Mark | None]:
    """A page of events and the mark of the next one; `without` are kinds that somebody may not see."""
    wanted = [each for each in KINDS if each not in without and kind in {"", each}]
    services = dict(
        Service.objects.filter(subscriber=subscriber)
        .order_by("-pk")
        .values_list("pk", "label")[:MOST_SERVICES]
    )
    room = most + 1 + (start.skip if start else 0)
    found: list[Event] = []
    if any(each not in {"session", "refused"} for each in wanted):
        found += _journal(subscriber, services, wanted, start, room)
    if "service" in wanted:
        found += _first_uses(list(services), start, room)
    if "session" in wanted:
        found += _sessions(list(services), zone, start, room)
    if "refused" in wanted:
        found += _refused(services, zone, start, room)
    found.sort(key=lambda event: (event.at, event.key), reverse=True)
    if start is not None:
        of_moment = [event for event in found if event.at == start.at]
        found = of_moment[start.skip :] + [event for event in found if event.at < start.at]
    shown = found[:most]
    if len(found) <= most:
        return shown, None
    last = shown[-1].at
    same = sum(event.at == last for event in shown)
    return shown, Mark(last, same + (start.skip if start and start.at == last else 0))


def _until(rows: Any, field: str, start: Mark | None, room: int) -> Any:
    if start is not None:
        rows = rows.filter(**{f"{field}__lte": start.at})
    return rows.order_by(f"-{field}", "-pk")[:room] if field == "at" else rows.order_by(f"-{field}")[:room]


def _journal(
    subscriber: Subscriber, services: dict[int, str], wanted: list[str], start: Mark | None, room: int
) -> Iterable[Event]:
    merged = Subscriber.objects.filter(merged_into=subscriber).values_list("pk", flat=True)
    people = [str(pk) for pk in (subscriber.pk, *merged[:20])]
    rows = JournalEntry.objects.filter(
        Q(target_kind="subscribers.subscriber", target_id__in=people)
        | Q(target_kind="subscribers.service", target_id__in=[str(pk) for pk in services])
    )
    pick = Q(pk__in=[])
    for kind in wanted:
        pick |= _BY_KIND.get(kind, Q(pk__in=[]))
    if "service" in wanted:
        other = Q()
        for start_of in _OF_RECORD:
            other &= ~Q(verb__startswith=start_of)
        pick |= other
    for row in _until(rows.filter(pick), "at", start, room):
        yield Event(row.at, _kind(row.verb), row.verb, row.target, row.actor, row.facts, f"j{row.pk:020d}")


def _kind(verb: str) -> str:
    if verb in _STATE_VERBS or verb.startswith("service."):
        return "state"
    first = verb.partition(".")[0]
    return "record" if first == "subscriber" else first if first in KINDS else "service"


def _first_uses(services: list[int], start: Mark | None, room: int) -> Iterable[Event]:
    rows = Service.objects.filter(pk__in=services, first_used_at__isnull=False)
    for row in _until(rows, "first_used_at", start, room).values_list("pk", "label", "kind", "first_used_at"):
        pk, label, kind, at = row
        yield Event(at, "service", "first_use", label, "", {"kind": kind}, f"f{pk:020d}")


def _sessions(services: list[int], zone: tzinfo, start: Mark | None, room: int) -> Iterable[Event]:
    days = (
        Session.objects.filter(service__in=services)
        .annotate(day=TruncDate("started_at", tzinfo=zone))
        .order_by()
        .values("day")
        .annotate(
            last=Max("started_at"), count=Count("pk"), down=Sum("download_bytes"), up=Sum("upload_bytes"), long=Sum("seconds")
        )
    )  # fmt: skip
    for row in _until(days, "last", start, room):
        facts = {
            "sessions": row["count"],
            "download_bytes": row["down"],
            "upload_bytes": row["up"],
            "seconds": row["long"],
        }
        yield Event(row["last"], "session", "session", row["day"].isoformat(), "", facts, f"s{row['day']}")


def _refused(services: dict[int, str], zone: tzinfo, start: Mark | None, room: int) -> Iterable[Event]:
    days = (
        AuthAttempt.objects.filter(service__in=list(services), accepted=False)
        .annotate(day=TruncDate("at", tzinfo=zone))
        .order_by()
        .values("day", "code", "service")
        .annotate(last=Max("at"), count=Count("pk"))
    )
    for row in _until(days, "last", start, room):
        yield Event(
            row["last"], "refused", "refused", services[row["service"]], "",
            {"code": row["code"], "times": row["count"]}, f"r{row['day']}{row['service']}{row['code']}",
        )  # fmt: skip
