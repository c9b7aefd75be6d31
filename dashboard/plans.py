"""Plans: list, create, change, archive, restore; a preview says what is sold and what the router is told."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Action
from dashboard import access, listing, plan_rules
from dashboard.access import Request, operator
from dashboard.forms_plans import START, PlanForm, initial
from dashboard.page import confirm, done, page, refused
from kmikro.lib.refusal import Refusal
from kmikro.ui import formats
from radius import change as changes
from radius import mikrotik
from subscribers import offers, plans, queries
from subscribers.models import Plan
from subscribers.plans import Terms
from subscribers.queries import State
from subscribers.versions import Reach

SORTS = {
    "name": ("name", "pk"),
    "price": ("price_minor", "name", "pk"),
    "speed": ("download_bps", "name", "pk"),
}
EDITOR = "dashboard/plans/edit.html"
REACHES = {
    Reach.EVERYBODY: "Every login from now on gets it.",
    Reach.NEW: "It is what is sold from now on; who has the plan keeps the terms before.",
}
WORKING = (State.NEW, State.IN_USE, State.PAUSED)


@operator(Action.SEE_PLANS)
@require_GET
def index(request: Request) -> HttpResponse:
    now = datetime.now(UTC)
    shelf = listing.choice(request, "shelf", {"archived"})
    chosen, fields = listing.order(request, SORTS, "name")
    text = listing.search(request)
    rows = queries.plans(archived=shelf == "archived").order_by(*fields)
    if text:
        rows = rows.filter(name__icontains=text)
    found = listing.paged(request, rows)
    counts = queries.plan_counts([plan.pk for plan in found], now)
    shown = [
        {
            "plan": plan,
            "valid": offers.valid(plan.validity) if plan.validity else "",
            "time": offers.span(plan.time_limit_seconds) if plan.time_limit_seconds else "",
            "speed": offers.speed(plan.download_bps, plan.upload_bps),
            "unused": counts[plan.pk].get(State.NEW, 0),
            "in_use": counts[plan.pk].get(State.IN_USE, 0),
        }
        for plan in found
    ]
    return page(
        request,
        "dashboard/plans/index.html",
        nav_key="plans",
        page=found,
        rows=shown,
        q=text,
        shelf=shelf,
        chips=listing.chips(request, "shelf", [("", "On sale"), ("archived", "Archived")], shelf),
        keep=[("shelf", shelf)] if shelf else [],
        heads=listing.headings(
            request,
            chosen,
            [
                ("name", "Plan"),
                ("price", "Price", "num"),
                ("", "Valid for"),
                ("speed", "Speed"),
                ("", "Limits"),
                ("", "In use", "num"),
                ("", "Unused", "num"),
            ],
        ),
        may_change=access.may(request, Action.CHANGE_PLANS),
    )


def _editor(request: Request, plan: Plan | None, form: PlanForm, shown: Terms | None) -> dict[str, Any]:
    """Context of the plan page; `shown` is what the preview speaks of."""
    counts: dict[str, int] = {}
    if plan is not None:
        counts = queries.plan_counts([plan.pk], datetime.now(UTC))[plan.pk]
    return {
        "nav_key": "plans",
        "plan": plan,
        "form": form,
        "symbol": formats.SYMBOLS.get(form.currency, form.currency),
        "in_use": counts.get(State.IN_USE, 0),
        "unused": counts.get(State.NEW, 0),
        "rules": plan_rules.facts_of(plan) if plan is not None else [],
        "valid": offers.valid(plan.validity) if plan is not None and plan.validity else "",
        **_preview(shown),
    }


def _preview(terms: Terms | None) -> dict[str, Any]:
    if terms is None:
        return {"terms": None}
    limit = mikrotik.rate_limit(upload_bps=terms.upload_bps, download_bps=terms.download_bps)
    limited = bool(terms.upload_bps or terms.download_bps)
    return {"terms": terms, "offer": offers.words(terms), "rate": limit if limited else ""}


def _read(form: PlanForm) -> Terms | None:
    return form.cleaned_data.get("terms") if form.is_valid() else None


@operator(Action.CHANGE_PLANS)
@require_POST
def preview(request: Request) -> HttpResponse:
    data = request.POST.copy()
    for name, filler in (("name", "Preview"), ("price", "0")):  # neither changes what the router gets
        data[name] = data.get(name) or filler
    form = PlanForm(data, currency=request.isp.currency)
    return page(request, "dashboard/plans/edit.html#preview", **_preview(_read(form)))


@operator(Action.CHANGE_PLANS)
@require_http_methods(["GET", "POST"])
def create(request: Request) -> HttpResponse:
    currency = request.isp.currency
    if request.method == "GET":
        form = PlanForm(initial=initial(START), currency=currency)
        return page(request, EDITOR, **_editor(request, None, form, START))
    form = PlanForm(request.POST, currency=currency)
    terms, refusal = _read(form), None
    if terms is not None:
        try:
            plan = plans.create(terms, by=access.actor(request), now=datetime.now(UTC))
            return done(request, reverse("plan", args=[plan.pk]), f"{plan.name} is on sale.")
        except Refusal as caught:
            refusal = caught
    return _again(request, None, form, terms, refusal)


@operator(Action.SEE_PLANS)
@require_http_methods(["GET", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    plan = get_object_or_404(Plan, pk=pk)
    now_sold = plans.terms_of(plan)
    may_change = access.may(request, Action.CHANGE_PLANS) and plan.frozen_of_id is None
    if request.method == "GET":
        form = PlanForm(initial=initial(now_sold), currency=plan.currency)
        template = EDITOR if may_change else "dashboard/plans/show.html"
        return page(request, template, **_editor(request, plan, form, now_sold))
    if not may_change:
        return access.no_permission(request)
    form = PlanForm(request.POST, currency=plan.currency)
    terms, refusal = _read(form), None
    if terms is not None:
        try:
            now = datetime.now(UTC)
            reach = form.cleaned_data["reach"] or Reach.EVERYBODY
            plan = plans.change(plan, terms, by=access.actor(request), now=now, reach=reach)
            text = f"{plan.name} is saved. {REACHES[Reach(reach)]}"
            if reach == Reach.EVERYBODY and plans.speed_of(terms) != plans.speed_of(now_sold):
                count = changes.ask(plan.services.values("pk"), now=now)
                text += f" Live sessions that get the new speed now: {count:,}." if count else ""
            return done(request, reverse("plan", args=[pk]), text)
        except Refusal as caught:
            refusal = caught
            plan.refresh_from_db()
    return _again(request, plan, form, terms, refusal)


def _again(
    request: Request, plan: Plan | None, form: PlanForm, terms: Terms | None, refusal: Refusal | None
) -> HttpResponse:
    context = _editor(request, plan, form, terms)
    context.pop("form")
    return refused(request, EDITOR, form=form, refusal=refusal, **context)


@operator(Action.CHANGE_PLANS)
@require_http_methods(["GET", "POST"])
def archive(request: Request, pk: int) -> HttpResponse:
    plan = get_object_or_404(Plan, pk=pk)
    here = reverse("plan", args=[pk])
    if request.method == "GET":
        counts = queries.plan_counts([pk], datetime.now(UTC))[pk]
        working = sum(counts.get(state, 0) for state in WORKING)
        return confirm(
            request,
            title=f"Take {plan.name} out of sale?",
            text=f"No new vouchers can be made with it. {working:,} vouchers that still work keep working."
            if working
            else "No new vouchers can be made with it. Nobody uses it now.",
            action=reverse("plan-archive", args=[pk]),
            verb="Archive plan",
            cancel_url=here,
            danger=False,
            nav_key="plans",
        )
    plans.archive(plan, by=access.actor(request), now=datetime.now(UTC))
    return done(request, reverse("plans"), f"{plan.name} is archived.")


@operator(Action.CHANGE_PLANS)
@require_POST
def restore(request: Request, pk: int) -> HttpResponse:
    plan = get_object_or_404(Plan, pk=pk)
    try:
        plans.restore(plan, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, reverse("plan", args=[pk]), refusal.text, "bad")
    return done(request, reverse("plan", args=[pk]), f"{plan.name} is on sale again.")
