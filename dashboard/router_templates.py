"""Templates: the list, one with its offers, open names and routers that follow, made, renamed and removed."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.forms_templates import TemplateForm
from dashboard.page import confirm, done, page, refused
from dashboard.routers import state_of
from kmikro.lib.refusal import Refusal
from routers import offers, queries, templating, variables
from routers.models import Router, SiteValues, Template

SORTS = {"name": ("name", "pk"), "routers": ("followers", "name", "pk"), "changed": ("changed_at", "pk")}
HEADS = ("Template", "Note", "Offers", "Open names", "Routers", "Changed (UTC)")
FOLLOWERS = ("Router", "Site", "State", "Names without a meaning", "Values of its own")
FORM = "dashboard/templates/edit.html"


def template_or_404(pk: int) -> Template:
    return get_object_or_404(Template, pk=pk)


def saved(request: Request, template: Template, differ: list[Router]) -> HttpResponse:
    """Back to the template; who differs now is said."""
    text = "Saved."
    if differ:
        count = "1 router follows it" if len(differ) == 1 else f"{len(differ)} routers follow it"
        text = f"Saved. {count}: nothing is written there until you begin a rollout or look at the router."
    return done(request, reverse("router-template", args=[template.pk]), text)


@operator(Action.SEE_ROUTERS)
@require_GET
def index(request: Request) -> HttpResponse:
    text = listing.search(request)
    chosen, fields = listing.order(request, SORTS, "name")
    rows = templating.search(text).order_by(*fields)
    if listing.wants_csv(request):
        listing.limit_statements()
        return listing.csv_answer("templates", HEADS, (_csv(each) for each in rows.iterator()))
    found = listing.paged(request, rows)
    columns: list[tuple[str, str] | tuple[str, str, str]] = [
        ("name", "Template"),
        ("", "Offers"),
        ("", "Open names"),
        ("routers", "Routers", "num"),
        ("changed", "Changed"),
    ]
    return page(
        request,
        "dashboard/templates/index.html",
        nav_key="routers",
        page=found,
        rows=[{"template": each, "names": variables.names_in(each.offers)} for each in found],
        q=text,
        heads=listing.headings(request, chosen, columns),
        may_change=access.may(request, Action.CHANGE_ROUTERS),
        export_url=listing.link(request, format="csv"),
    )


def _csv(template: Any) -> tuple[object, ...]:  # with its followers counted
    keys = ", ".join(f"{each['kind']} {each['key']}" for each in template.offers)
    names = ", ".join(variables.names_in(template.offers))
    return template.name, template.note, keys, names, template.followers, template.changed_at.isoformat()


@operator(Action.SEE_ROUTERS)
@require_GET
def show(request: Request, pk: int) -> HttpResponse:
    """One template; the search is among the routers that follow it."""
    template, text = template_or_404(pk), listing.search(request)
    names = variables.names_in(template.offers)
    rows = queries.search(text, "").filter(template=template).order_by("site__name", "name", "pk")
    known = dict(SiteValues.objects.filter(site__routers__template=template).values_list("site_id", "values"))
    if listing.wants_csv(request):
        listing.limit_statements()
        told = (_follower(each, names, known) for each in rows.iterator())
        return listing.csv_answer(f"template-{pk}", FOLLOWERS, (_follower_csv(each) for each in told))
    found = listing.paged(request, rows)
    followers = [_follower(each, names, known) for each in found]
    return page(
        request,
        "dashboard/templates/show.html",
        nav_key="routers",
        held=template,
        offers=[_offer(each) for each in template.offers],
        names=names,
        kinds=offers.KINDS.values(),
        page=found,
        followers=followers,
        sites=_sites(followers, names, known),
        q=text,
        ready=queries.all_routers().filter(template=template, state=Router.State.READY).count(),
        may_change=access.may(request, Action.CHANGE_ROUTERS),
        export_url=listing.link(request, format="csv"),
    )


def _offer(each: dict[str, Any]) -> dict[str, Any]:
    kind = offers.KINDS[each["kind"]]
    text = offers.in_words(offers.Offer(each["kind"], each["key"], each["values"]))
    return {"key": each["key"], "title": kind.title, "text": text}


def _follower(router: Router, names: list[str], known: dict[int, dict[str, str]]) -> dict[str, Any]:
    meant = {**known.get(router.site_id, {}), **router.template_values}
    own = [f"{name} = {value}" for name, value in router.template_values.items()]
    return {
        "router": router,
        "state": state_of(router),
        "missing": [name for name in names if name not in meant],
        "own": own,
    }


def _follower_csv(row: dict[str, Any]) -> tuple[object, ...]:
    router, missing, own = row["router"], ", ".join(row["missing"]), "; ".join(row["own"])
    return router.name, router.site.name, row["state"], missing, own


def _sites(
    followers: list[dict[str, Any]], names: list[str], known: dict[int, dict[str, str]]
) -> list[dict[str, Any]]:
    """The sites of the routers that are shown, with what they say."""
    sites = {row["router"].site_id: row["router"].site for row in followers} if names else {}
    return [
        {"site": site, "values": [(name, known.get(site.pk, {}).get(name, "")) for name in names]}
        for site in sites.values()
    ]


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def edit(request: Request, pk: int | None = None) -> HttpResponse:
    """Make a template, or give one another name or note."""
    held = template_or_404(pk) if pk is not None else None
    context: dict[str, Any] = {"nav_key": "routers", "held": held}
    if request.method == "GET":
        first = {"name": held.name, "note": held.note} if held else None
        return page(request, FORM, form=TemplateForm(initial=first), **context)
    form = TemplateForm(request.POST)
    if not form.is_valid():
        return refused(request, FORM, form=form, **context)
    by, now = access.actor(request), datetime.now(UTC)
    try:
        if held is None:
            held = templating.make(**form.cleaned_data, by=by, now=now)
        else:
            templating.change(held, **form.cleaned_data, offers=held.offers, by=by, now=now)
    except Refusal as refusal:
        return refused(request, FORM, form=form, refusal=refusal, **context)
    return saved(request, held, [])


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def remove(request: Request, pk: int) -> HttpResponse:
    held, here = template_or_404(pk), reverse("router-template", args=[pk])
    if request.method == "GET":
        return confirm(
            request,
            title=f"Remove the template {held}?",
            text="No router may follow it. What routers offer themselves stays.",
            action=reverse("router-template-remove", args=[pk]),
            verb="Remove template",
            cancel_url=here,
            nav_key="routers",
        )
    try:
        templating.remove(held, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    return done(request, reverse("router-templates"), "The template is removed.")
