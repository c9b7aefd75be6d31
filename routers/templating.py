"""Templates: one set of offers for many routers, with names that each site or router fills in."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet

from accounts import journal
from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from routers import offering, variables
from routers.models import Router, SiteValues, Template
from routers.offers import together
from subscribers.models import Site

LONGEST_NAME = 60
MOST_OFFERS = 40


def _named(name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Refusal("bad_name", f"Give it a name of at most {LONGEST_NAME} signs.", field="name")
    return name


def _keep(template: Template) -> None:
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError:
        raise Refusal("same_name", f"There is a template {template.name} already.", field="name") from None


def _drafted(offers: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    given = list(offers)
    if len(given) > MOST_OFFERS:
        raise Refusal("too_many", f"A template has at most {MOST_OFFERS} offers.", field="offers")
    return variables.draft(given)


@transaction.atomic
def make(
    name: str, *, note: str = "", offers: Iterable[Mapping[str, Any]] = (), by: Actor, now: datetime
) -> Template:
    """A new template."""
    made = Template(
        name=_named(name), note=note.strip()[:200], offers=_drafted(offers), made_at=now, changed_at=now
    )
    _keep(made)
    journal.record(by, "template.made", made, now=now, offers=len(made.offers))
    return made


@transaction.atomic
def change(
    template: Template, *, name: str, note: str, offers: Iterable[Mapping[str, Any]], by: Actor, now: datetime
) -> list[Router]:
    """Another name, note or offers; gives the routers that differ from it now. They are not told here.

    Refuses when a router that uses it could not be what it says.
    """
    held = Template.objects.select_for_update().get(pk=template.pk)
    before = held.offers
    held.name, held.note, held.offers = _named(name), note.strip()[:200], _drafted(offers)
    held.changed_at = now
    _keep(held)
    changed = users(held) if held.offers != before else []
    _settle(changed)
    journal.record(by, "template.changed", held, now=now, offers=len(held.offers), routers=len(changed))
    return changed


@transaction.atomic
def add_offer(
    template: Template, *, kind: str, key: str, given: Mapping[str, str], by: Actor, now: datetime
) -> list[Router]:
    """One more offer; gives the routers that differ from it now."""
    held = Template.objects.select_for_update().get(pk=template.pk)
    more = {"kind": kind, "key": key, "values": dict(given)}
    return change(held, name=held.name, note=held.note, offers=[*held.offers, more], by=by, now=now)


@transaction.atomic
def change_offer(
    template: Template, key: str, *, given: Mapping[str, str] | None, by: Actor, now: datetime
) -> list[Router]:
    """Other values for one of its offers, or None: without it; gives the routers that differ from it now."""
    held = Template.objects.select_for_update().get(pk=template.pk)
    kept = [each for each in held.offers if each["key"] != key or given is not None]
    if key not in {each["key"] for each in held.offers}:
        raise Refusal("no_offer", "The template has no such offer any more.")
    offers = [
        {**each, "values": dict(given)} if each["key"] == key and given is not None else each for each in kept
    ]
    return change(held, name=held.name, note=held.note, offers=offers, by=by, now=now)


@transaction.atomic
def remove(template: Template, *, by: Actor, now: datetime) -> None:
    """Forget a template that no router uses."""
    using = [router.name for router in users(template)[:3]]
    if using:
        raise Refusal("in_use", f"{', '.join(using)} use it. Give them another template first.")
    journal.record(by, "template.removed", template, now=now)
    template.delete()


@transaction.atomic
def apply(
    router: Router, template: Template | None, *, values: Mapping[str, str], by: Actor, now: datetime
) -> None:
    """Let a router follow a template, with values of its own for open names; None: none from now on."""
    held = Router.objects.select_for_update(of=("self",)).get(pk=router.pk)
    held.template, held.template_values = template, variables.checked(values)
    held.save(update_fields=["template", "template_values"])
    _settle([held])
    router.template, router.template_values = held.template, held.template_values
    journal.record(by, "router.template", held, now=now, template=template.name if template else "")


@transaction.atomic
def settle_site(site: Site, values: Mapping[str, str], *, by: Actor, now: datetime) -> list[Router]:
    """What open names mean at a site; gives the routers that may differ now."""
    kept = variables.checked(values)
    SiteValues.objects.update_or_create(site=site, defaults={"values": kept, "changed_at": now})
    changed = list(
        Router.objects.filter(site=site, leaving_at=None).exclude(template=None).select_related("template")
    )
    _settle(changed)
    journal.record(by, "site.values", site, now=now, names=sorted(kept))
    return changed


def imagined(router: Router, template: Template | None, *, values: Mapping[str, str]) -> Router:
    """The router as if it followed a template, for a preview; nothing is kept. Refuses what could not be."""
    router.template, router.template_values = template, variables.checked(values)
    together(offering.effective(router))
    return router


def named(number: int) -> Template:
    """The template with this number; refuses one that is not there."""
    found = Template.objects.filter(pk=number).first()
    if found is None:
        raise Refusal("no_template", "There is no such template.", field="template")
    return found


def search(text: str) -> "QuerySet[Template]":
    """Templates with text in name or note, with how many routers follow each (`followers`)."""
    rows = Template.objects.annotate(followers=Count("routers", filter=Q(routers__leaving_at=None)))
    return rows.filter(Q(name__icontains=text) | Q(note__icontains=text)) if text else rows


def names_at(site: Site) -> list[str]:
    """The names that templates leave open for the routers of a site."""
    followed = Template.objects.filter(routers__site=site, routers__leaving_at=None).distinct()
    return list(dict.fromkeys(name for each in followed for name in variables.names_in(each.offers)))


def users(template: Template) -> list[Router]:
    """The routers that follow a template."""
    return list(Router.objects.filter(template=template, leaving_at=None).select_related("template", "site"))


def _settle(routers: Iterable[Router]) -> None:
    for router in routers:
        try:
            offering.settle(router)
        except Refusal as refusal:
            raise Refusal(refusal.code, f"{router.name}: {refusal.text}", field="offers") from None
