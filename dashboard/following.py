"""A router follows a template after a preview, or leaves it; and what open names mean at a site."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.enrolments import host_of, router_or_404
from dashboard.forms_templates import ValuesForm, names_of_many
from dashboard.page import done, page, refused
from kmikro.lib.refusal import Refusal
from routers import previews, templating, variables
from routers.models import Router, SiteValues, Template
from subscribers.models import Site

PAGE, VALUES = "dashboard/templates/follow.html", "dashboard/templates/values.html"


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def follow(request: Request, pk: int) -> HttpResponse:
    """Choose a template (or none), fill its names in, see what would be written, and follow it."""
    router = router_or_404(pk)
    template = _chosen(request, router)
    form = _form(request, router, template)
    context: dict[str, Any] = {
        "nav_key": "routers",
        "router": router,
        "chosen": template,
        "choices": Template.objects.order_by("name"),
        "leaves": template is None and router.template_id is not None,
        "preview": None,
    }
    if request.method == "GET":
        return page(request, PAGE, form=form, **context)
    if not form.is_valid():
        return refused(request, PAGE, form=form, **context)
    now = datetime.now(UTC)
    try:
        if request.POST.get("act") == "follow":
            templating.apply(router, template, values=form.values(), by=access.actor(request), now=now)
            return done(request, reverse("router-offers", args=[pk]), _told(template))
        would_be = templating.imagined(router, template, values=form.values())
        context["preview"] = previews.of(would_be, host_of(request), now=now)
    except Refusal as refusal:
        return refused(request, PAGE, form=form, refusal=refusal, **context)
    return page(request, PAGE, form=form, **context)


def _told(template: Template | None) -> str:
    kept = "Below is what it changes on the router."
    return f"It follows {template.name}. {kept}" if template else f"It follows no template. {kept}"


def _chosen(request: Request, router: Router) -> Template | None:
    """The template that is asked for, else the one that the router follows."""
    given = request.POST if request.method == "POST" else request.GET
    if "template" not in given:
        return router.template
    number = listing.identity(str(given["template"]))
    return get_object_or_404(Template, pk=number) if number else None


def _form(request: Request, router: Router, template: Template | None) -> ValuesForm:
    names = variables.names_in(template.offers) if template else []
    of_site = SiteValues.objects.filter(site_id=router.site_id).values_list("values", flat=True).first() or {}
    hints = {
        name: f"Empty: {of_site[name][:80]}, as the site says" if name in of_site else "The site says nothing"
        for name in names
    }
    return ValuesForm(
        request.POST if request.method == "POST" else None,
        names=names,
        hints=hints,
        many=names_of_many(template.offers) if template else (),
        initial=router.template_values,
    )


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def site_values(request: Request, pk: int) -> HttpResponse:
    """What open names mean at a site; `?template=` asks for the names of one that is not followed there yet."""
    site = get_object_or_404(Site, pk=pk)
    number = listing.number(request, "template")
    template = Template.objects.filter(pk=number).first() if number is not None else None
    held = SiteValues.objects.filter(site=site).first()
    values = held.values if held else {}
    asked = variables.names_in(template.offers) if template else []
    names = list(dict.fromkeys([*asked, *templating.names_at(site), *values]))
    many = names_of_many(template.offers) if template else set()
    form = ValuesForm(
        request.POST if request.method == "POST" else None, names=names, many=many, initial=values
    )
    back = reverse("router-template", args=[template.pk]) if template else reverse("router-templates")
    context: dict[str, Any] = {"nav_key": "routers", "site": site, "held": template, "back": back}
    if request.method == "GET":
        return page(request, VALUES, form=form, **context)
    if not form.is_valid():
        return refused(request, VALUES, form=form, **context)
    try:
        differ = templating.settle_site(site, form.values(), by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return refused(request, VALUES, form=form, refusal=refusal, **context)
    follow = f" {len(differ)} there follow a template: look at their plans." if differ else ""
    return done(request, back, f"Saved.{follow}")
