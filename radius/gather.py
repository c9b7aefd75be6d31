"""What facts need beside a service's own row, read for many services at once and only where their plans ask for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any

from django.db import connection

from kmikro.lib import here, timetable
from radius.sentences import zone_of
from radius.terms import Fallback, Used, extras
from subscribers.arranged import NEVER
from subscribers.models import Fallback as Instead
from subscribers.models import Plan, Site
from tenants import routes

ZONES_KEPT = 60.0  # seconds
ASKED_AGAIN = 900  # seconds of a session on a next plan, then the router asks again
_COUNTED = """
    SELECT service_id, sum(octets) FILTER (WHERE hour >= %s), sum(seconds) FILTER (WHERE hour >= %s),
        sum(octets) FILTER (WHERE hour >= %s), sum(octets) FILTER (WHERE hour >= %s)
    FROM (
        SELECT service_id, hour, CASE WHEN is_free THEN 0 ELSE upload_bytes + download_bytes END AS octets, seconds
        FROM subscribers_usage WHERE service_id = ANY(%s) AND hour >= %s
        UNION ALL
        SELECT service_id, hour, upload_bytes + download_bytes, seconds
        FROM subscribers_correction WHERE service_id = ANY(%s) AND hour >= %s
    ) AS counted GROUP BY service_id
"""

# What is listed and what is arranged in one statement: every login reads both.
_BESIDE = """
    SELECT service_id, mac, '', 0::bigint, 0::float8, NULL::float8, 0::bigint, '', 0::bigint, 0::bigint
    FROM subscribers_device WHERE service_id = ANY(%s)
    UNION ALL
    SELECT service_id, '', kind, id, extract(epoch FROM starts_at)::float8, extract(epoch FROM ends_at)::float8,
        octets, period, download_bps, upload_bps
    FROM subscribers_arrangement
    WHERE service_id = ANY(%s) AND undone_at IS NULL AND kind <> 'extension' AND (ends_at IS NULL OR ends_at > %s)
"""


class Places:
    """Sites and routers that plans and services name, as routers; call inside the tenant."""

    def __init__(self) -> None:
        self._at: dict[tuple[int, ...], frozenset[int]] = {}

    def routers(self, thing: Any) -> frozenset[int] | None:
        """The routers a plan or service may be used at; None when it is all of them."""
        if not thing.sites and not thing.routers:
            return None
        sites = tuple(sorted(thing.sites))
        if sites not in self._at:
            at_sites = Site.objects.filter(pk__in=sites).values_list("routers", flat=True)
            self._at[sites] = frozenset(each for each in at_sites if each is not None)
        return self._at[sites] | frozenset(thing.routers)


def used_of(services: Collection[int], at: float) -> dict[int, tuple[float, ...]]:
    """Usage (`radius.terms.Used`) of the periods that run at a time in unix seconds; call inside the tenant.

    An hour belongs to the period in which it begins: usage is kept by clock hours of UTC. What an operator corrected
    counts as what was reported.
    """
    if not services:
        return {}
    zone = own_zone(at)
    day, week, month = (timetable.period(name, at, zone)[0] for name in timetable.PERIODS)
    today, this_week, this_month, first = (
        datetime.fromtimestamp(each, UTC) for each in (day, week, month, min(week, month))
    )
    known = {each: tuple(Used(day, 0, 0, week, 0, month, 0)) for each in services}
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNTED, [today, today, this_week, this_month, list(services), first, list(services), first]
        )
        for service_id, *sums in cursor.fetchall():
            octets, seconds, of_week, of_month = (max(int(each or 0), 0) for each in sums)
            known[service_id] = tuple(Used(day, octets, seconds, week, of_week, month, of_month))
    return known


def own_zone(at: float) -> tzinfo:
    """The zone of the ISP that this work is for, read anew every minute."""
    return zone_of(_zone(here.schema(), int(at // ZONES_KEPT)))


@lru_cache(maxsize=4096)
def _zone(schema: str, _minute: int) -> str:
    return routes.zone_name(schema)


def instead() -> dict[str, Fallback]:
    """What this ISP gives instead of refusals, by reason."""
    return {each.reason: _fallback(each) for each in Instead.objects.select_related("plan")}


def next_of(plan: Plan) -> tuple[Fallback, ...]:
    """What a plan gives after its end and after its quota: the speed, list and pool of another plan."""
    found = [(Instead.Reason.ENDED, plan.end_plan)]
    found += [(reason, plan.quota_plan) for reason in (Instead.Reason.DATA, Instead.Reason.TIME)]
    return tuple(
        Fallback(
            str(reason), after.download_bps, after.upload_bps,
            extras(address_list=after.address_list, pool=after.pool), ASKED_AGAIN, after.name,
        )
        for reason, after in found
        if after is not None
    )  # fmt: skip


def _fallback(given: Instead) -> Fallback:
    """Its own speed, list and pool, or else those of its plan."""
    plan = given.plan
    own = bool(given.download_bps or given.upload_bps)
    rates = given if own or plan is None else plan
    named = {
        name: getattr(given, name) or (getattr(plan, name) if plan else "")
        for name in ("address_list", "pool")
    }
    return Fallback(
        given.reason,
        rates.download_bps,
        rates.upload_bps,
        extras(**named),
        given.seconds,
        plan.name if plan else "",
    )


def beside(
    services: Collection[int], at: float
) -> tuple[dict[int, list[str]], dict[int, list[tuple[float | str, ...]]]]:
    """Listed devices, and what is arranged and not over, by service."""
    listed, arranged = (
        defaultdict[int, list[str]](list),
        defaultdict[int, list[tuple[float | str, ...]]](list),
    )
    ids = list(services)
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE, [ids, ids, datetime.fromtimestamp(at, UTC)])
        for service_id, mac, kind, number, starts_at, ends_at, *said in cursor:
            if mac:
                listed[service_id].append(mac)
            else:
                until = NEVER if ends_at is None else ends_at
                arranged[service_id].append((kind, number, starts_at, until, *said))
    return listed, arranged
