"""What a router offers: its own offers, those of its template, and what follows for the wish."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import journal
from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from routers import local_people, offer_rows, offers, variables
from routers.desired import Wish
from routers.local_people import Person
from routers.models import Offering, Router, SiteValues, Taken
from routers.offers import Offer
from routers.rows import Original, Row
from subscribers import queries as subscribers

MOST = 60  # offers of one router


def own(router: Router) -> list[Offer]:
    """The router's own offers."""
    return [Offer(each.kind, each.key, each.values) for each in router.offerings.all()]


def values_for(router: Router) -> dict[str, str]:
    """What open names mean at this router: the site's values, and the router's own before them."""
    of_site = SiteValues.objects.filter(site_id=router.site_id).values_list("values", flat=True).first() or {}
    return {**of_site, **router.template_values}


def effective(router: Router) -> list[Offer]:
    """All offers of a router; one of its own takes the place of the template's with the same key."""
    mine = own(router)
    if router.template is None:
        return mine
    keys = {offer.key for offer in mine}
    given = variables.filled(router.template.offers, values_for(router))
    return [offer for offer in given if offer.key not in keys] + mine


@transaction.atomic
def add(
    router: Router, *, kind: str, key: str, given: Mapping[str, str], by: Actor, now: datetime
) -> Offering:
    """Let a router offer something more."""
    _held(router)
    offer = offers.checked(kind, key, given)
    mine = own(router)
    if any(each.key == key for each in mine):
        raise Refusal("same_key", f"The router has an offer {key} already.", field="key")
    if len(mine) >= MOST:
        raise Refusal("too_many", f"A router has at most {MOST} offers of its own.")
    made = Offering.objects.create(
        router=router, kind=kind, key=key, values=dict(offer.values), made_at=now, changed_at=now
    )
    settle(router)
    journal.record(by, "router.offer", router, now=now, kind=kind, key=key)
    return made


@transaction.atomic
def change(offering: Offering, *, given: Mapping[str, str], by: Actor, now: datetime) -> None:
    """Other values for an offer."""
    router = _held(offering.router)
    offering.values = dict(offers.checked(offering.kind, offering.key, given).values)
    offering.changed_at = now
    offering.save(update_fields=["values", "changed_at"])
    settle(router)
    journal.record(by, "router.offer_changed", router, now=now, kind=offering.kind, key=offering.key)


@transaction.atomic
def remove(offering: Offering, *, by: Actor, now: datetime) -> None:
    """Let a router offer something no more; its rows are taken off it."""
    router = _held(offering.router)
    kind, key = offering.kind, offering.key
    offering.delete()
    settle(router)
    journal.record(by, "router.offer_removed", router, now=now, kind=kind, key=key)


@transaction.atomic
def keep_people(router: Router, wanted: bool, *, by: Actor, now: datetime) -> None:
    """Whether accounts live on the router as well."""
    held = _held(router)
    held.keeps_people = router.keeps_people = wanted
    held.save(update_fields=["keeps_people"])
    settle(held)
    journal.record(by, "router.people", held, now=now, kept=wanted)


def settle(router: Router) -> None:
    """After a change: refuse offers that do not go together, and remember where rows of them may be."""
    if "offerings" in getattr(router, "_prefetched_objects_cache", {}):
        router = Router.objects.get(pk=router.pk)
    all_of_them = effective(router)
    offers.together(all_of_them)
    written = set(router.written_menus) | menus_of(all_of_them)
    if router.keeps_people:
        written |= local_people.MENUS
    if written != set(router.written_menus):
        router.written_menus = sorted(written)
        router.save(update_fields=["written_menus"])


def menus_of(given: Iterable[Offer]) -> set[str]:
    return {path for offer in given for path in offer_rows.menus_of(offer.kind)}


def _held(router: Router) -> Router:
    """One change of a router's offers at a time."""
    return Router.objects.select_for_update(of=("self",)).select_related("template").get(pk=router.pk)


def completed(wish: Wish, router: Router, *, now: datetime) -> Wish:
    """The wish with offers, people and rows taken over."""
    broken, offered = "", []
    try:
        offered = effective(router)
        offers.together(offered)
    except Refusal as refusal:
        broken = f"Its template cannot be filled in. {refusal.text}"[:300]
    taken = list(router.taken.all())
    originals = tuple(
        Original(each.path, each.key, each.original, marked=each.marked_at is not None) for each in taken
    )
    kept = tuple(
        Row(each.path, each.key, each.wanted) for each in taken if each.key and each.leaving_at is None
    )
    return replace(
        wish,
        offers=tuple(offered),
        broken=broken,
        people=people_of(router, now=now) if router.keeps_people else (),
        taken=kept,
        originals=originals,
        menus=frozenset(router.written_menus) | menus_of(offered) | {each.path for each in taken},
    )


def people_of(router: Router, *, now: datetime) -> tuple[Person, ...]:
    """The accounts that may connect at this router now."""
    found: list[Person] = []
    for service in subscribers.services_on(router.pk, router.site_id, now):
        if not service.secret:
            continue
        facts: dict[str, Any] = {
            "ppp": service.access in {"any", "ppp"},
            "hotspot": service.access in {"any", "hotspot"},
        }
        plan = service.plan
        found.append(
            Person(
                service.pk, service.label, service.secret, plan.pk, upload_bps=plan.upload_bps,
                download_bps=plan.download_bps, devices=plan.devices, framed_ip=service.framed_ip or "", **facts,
            )
        )  # fmt: skip
    return tuple(found)


def given_back(router: Router) -> list[Original]:
    """What release has to put back."""
    return [
        Original(each.path, each.key, each.original, marked=True)
        for each in Taken.objects.filter(router=router)
    ]
