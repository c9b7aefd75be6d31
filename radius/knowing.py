"""What folding has to know beside sessions: whose they are, and what their routers have done; call inside the tenant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db import connection

from kmikro.lib import macs
from radius import accounting, token
from radius.accounting import Router
from radius.keeping import moment
from radius.lookup import lookups
from radius.models import NasGigawords, NasRestart
from radius.octets import unspell
from subscribers.models import Device, Service

# A voucher's first use is its first Accept (`radius.clocks`); an account's, which starts no clock, its first session.
_FIRST_USED = """
    UPDATE subscribers_service AS service SET first_used_at = said.at
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS said (id, at)
    WHERE service.id = said.id AND service.kind = 'account'
        AND (service.first_used_at IS NULL OR service.first_used_at > said.at)
"""


def note_first_use(begun: Iterable[tuple[int, float]]) -> None:
    """Remember when accounts were first used, given the sessions that are new: service, unix seconds."""
    first: dict[int, float] = {}
    for service_id, at in begun:
        first[service_id] = min(at, first.get(service_id, at))
    if first:
        with connection.cursor() as cursor:
            cursor.execute(_FIRST_USED, [sorted(first), [moment(first[each]) for each in sorted(first)]])


def note_restarts(heard: Iterable[tuple[int, float]]) -> dict[int, float]:
    """Keep restarts (router, unix seconds), but not those that follow a kept one within a minute.

    Returns the earliest new one of each router.
    """
    by_router: dict[int, list[float]] = defaultdict(list)
    for router_id, at in heard:
        by_router[router_id].append(at)
    known = restarts_of(by_router)
    new = [
        (router_id, at)
        for router_id, times in by_router.items()
        for at in set(accounting.thin([*known.get(router_id, ()), *times])) - set(known.get(router_id, ()))
    ]
    NasRestart.objects.bulk_create(
        [NasRestart(router_id=router_id, at=moment(at)) for router_id, at in new], ignore_conflicts=True
    )
    earliest: dict[int, float] = {}
    for router_id, at in new:
        earliest[router_id] = min(at, earliest.get(router_id, at))
    return earliest


def restarts_of(routers: Collection[int]) -> dict[int, list[float]]:
    """The restarts of routers, sorted and thinned."""
    found: dict[int, list[float]] = defaultdict(list)
    for router_id, at in NasRestart.objects.filter(router_id__in=routers).values_list("router_id", "at"):
        found[router_id].append(at.timestamp())
    return {router_id: accounting.thin(times) for router_id, times in found.items()}


def note_gigawords(heard: dict[int, float]) -> set[int]:
    """Remember the routers that sent Gigawords (with the time of it); returns those of which that is news."""
    known = set(NasGigawords.objects.filter(pk__in=heard).values_list("pk", flat=True))
    new = {router_id: at for router_id, at in heard.items() if router_id not in known}
    NasGigawords.objects.bulk_create(
        [NasGigawords(router_id=router_id, since=moment(at)) for router_id, at in new.items()],
        ignore_conflicts=True,
    )
    return set(new)


def routers_of(ids: Collection[int]) -> dict[int, Router]:
    """What is known of routers."""
    restarts = restarts_of(ids)
    gigawords = set(NasGigawords.objects.filter(pk__in=ids).values_list("pk", flat=True))
    return {each: Router(restarts.get(each, []), each in gigawords) for each in ids}


def services_of(schema: str, pairs: Collection[tuple[bytes, str]]) -> dict[tuple[bytes, str], int | None]:
    """(Class, user name) → service. A Class of another ISP is quarantined: no service, whatever the name says."""
    named = {pair: token.service_of(pair[0], schema) for pair in pairs}
    known = set(
        Service.objects.filter(pk__in={each for each in named.values() if each}).values_list("pk", flat=True)
    )
    digests = {
        pair: lookups(schema, unspell(pair[1])) for pair, service in named.items() if service not in known
    }
    by_lookup = dict(
        Service.objects.filter(lookup__in={each for many in digests.values() for each in many}).values_list(
            "lookup", "pk"
        )
    )
    written = {pair: macs.normalise(pair[1]) for pair in digests}
    by_device = dict(
        Device.objects.filter(mac__in={each for each in written.values() if each}).values_list(
            "mac", "service_id"
        )
    )
    found: dict[tuple[bytes, str], int | None] = {}
    for pair, service in named.items():
        if service in known:
            found[pair] = service
        elif token.is_foreign(pair[0], schema):
            found[pair] = None
        else:
            named_so = (by_lookup[each] for each in digests[pair] if each in by_lookup)
            found[pair] = next(named_so, by_device.get(written[pair]))
    return found
