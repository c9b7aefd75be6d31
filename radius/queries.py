"""Reads for the doors: who is online, what was tried and why it went so, what happened last."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from kmikro.lib import codes
from radius.models import AuthAttempt, Session


def _named(search: str) -> Q:
    """Matches user name, label, device, address; a typed voucher code matches however it was written."""
    words = search.strip()
    found = Q(username__icontains=words) | Q(service__label__icontains=words) | Q(mac__icontains=words)
    found |= Q(framed_ip__startswith=words) if words.replace(".", "").isdigit() else Q()
    code = codes.normalise(words)
    return found | Q(username__iexact=code) if code else found


def sessions(
    *,
    live: bool | None = None,
    search: str = "",
    router_ids: Collection[int] | None = None,
    service_id: int | None = None,
) -> QuerySet[Session]:
    """Sessions, newest first, with service and plan."""
    rows = Session.objects.select_related("service", "service__plan", "service__subscriber")
    if live is not None:
        rows = rows.filter(ended_at__isnull=live)
    if search.strip():
        rows = rows.filter(_named(search))
    if router_ids is not None:
        rows = rows.filter(router_id__in=router_ids)
    if service_id is not None:
        rows = rows.filter(service_id=service_id)
    return rows


def online() -> int:
    return Session.objects.filter(ended_at=None).count()


def online_by_router() -> dict[int, int]:
    rows = Session.objects.filter(ended_at=None).order_by().values_list("router_id").annotate(Count("id"))
    return dict(rows)


def attempts(
    *,
    accepted: bool | None = None,
    search: str = "",
    router_ids: Collection[int] | None = None,
    service_id: int | None = None,
) -> QuerySet[AuthAttempt]:
    """The login log, newest first."""
    rows = AuthAttempt.objects.select_related("service", "service__plan")
    if accepted is not None:
        rows = rows.filter(accepted=accepted)
    if search.strip():
        rows = rows.filter(_named(search))
    if router_ids is not None:
        rows = rows.filter(router_id__in=router_ids)
    if service_id is not None:
        rows = rows.filter(service_id=service_id)
    return rows


def refused_since(at: datetime) -> int:
    return AuthAttempt.objects.filter(accepted=False, at__gte=at).count()


def carried_since(at: datetime) -> int:
    """Octets of sessions that were up at some time since then (their whole length)."""
    rows = Session.objects.filter(Q(ended_at=None) | Q(ended_at__gte=at))
    total = rows.aggregate(up=Sum("upload_bytes"), down=Sum("download_bytes"))
    return int(total["up"] or 0) + int(total["down"] or 0)


def explain(attempt: AuthAttempt) -> str:
    """One sentence for a person: the rule that decided, in its own words."""
    if not attempt.accepted:
        return attempt.sentence
    limits = attempt.sent
    within = []
    if seconds := limits.get("Session-Timeout"):
        within.append(f"for {timedelta(seconds=int(seconds))} at most")
    if rate := limits.get("Mikrotik-Rate-Limit"):
        within.append(f"at {rate} (up/down)")
    return " ".join(["Let in", *within]) + "."


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: 'login', 'logout' or 'refused'."""

    kind: str
    at: datetime
    name: str
    text: str
    router_id: int
    session_id: int | None = None
    attempt_id: int | None = None


def events(limit: int = 12) -> list[Event]:
    """What happened last, newest first: sessions that began or ended, and refusals."""
    began = Session.objects.select_related("service").order_by("-started_at")[:limit]
    ended = (
        Session.objects.select_related("service").filter(ended_at__isnull=False).order_by("-ended_at")[:limit]
    )
    refused = AuthAttempt.objects.select_related("service").filter(accepted=False).order_by("-at")[:limit]
    found = [Event("login", each.started_at, _name(each), "", each.router_id, each.pk) for each in began]
    found += [
        Event("logout", each.ended_at, _name(each), each.end_cause, each.router_id, each.pk)
        for each in ended
        if each.ended_at is not None
    ]
    found += [
        Event("refused", each.at, _name(each), each.sentence, each.router_id, attempt_id=each.pk)
        for each in refused
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)[:limit]


def _name(row: Session | AuthAttempt) -> str:
    return row.service.label if row.service else row.username


_QUANTILES = """
    SELECT percentile_disc(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY microseconds)
    FROM radius_authattempt WHERE at >= %s AND at < %s
"""


def quantiles(since: datetime, until: datetime) -> tuple[float | None, float | None]:
    """Milliseconds in which half of the logins and 99 of 100 were decided; None when there were none."""
    with connection.cursor() as cursor:
        cursor.execute(_QUANTILES, [since, until])
        found = cursor.fetchone()
    if not found or found[0] is None:
        return None, None
    half, most = found[0]
    return round(half / 1000, 2), round(most / 1000, 2)
