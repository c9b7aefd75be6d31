"""A plan's versions: what changed when, by whom, who still has older terms, and how they come to the newest."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.roles import Action
from dashboard import access, listing, plan_rules
from dashboard.access import Request, operator
from dashboard.page import confirm, done, page
from kmikro.lib.refusal import Refusal
from kmikro.ui import formats
from radius import change as changes
from subscribers import offers, queries, versions
from subscribers.models import Plan, PlanVersion, Service

Line = tuple[str, str]


def lines(plan: Plan) -> list[Line]:
    """All terms of a plan in words, each under its label."""
    begins = offers.BEGINS[Plan.Begins(plan.validity_begins)]
    valid = f"{offers.valid(plan.validity)} from {begins}" if plan.validity else "no end"
    said = [
        ("Name", plan.name),
        ("Price", formats.amount(plan.price_minor, plan.currency)),
        ("Valid for", valid),
        ("Speed", offers.speed(plan.download_bps, plan.upload_bps)),
        ("Data", formats.data_size(plan.data_limit_bytes) if plan.data_limit_bytes else "no limit"),
        ("Online time", offers.span(plan.time_limit_seconds) if plan.time_limit_seconds else "no limit"),
        ("Devices at once", str(plan.devices)),
    ]
    return said + plan_rules.facts_of(plan)


def differences(older: Iterable[Line], newer: Iterable[Line]) -> list[tuple[str, str, str]]:
    """Label, before and after of what differs; '' where there was, or is, nothing."""
    before, after = _joined(older), _joined(newer)
    labels = dict.fromkeys([*before, *after])
    return [
        (label, before.get(label, ""), after.get(label, ""))
        for label in labels
        if before.get(label) != after.get(label)
    ]


def _joined(said: Iterable[Line]) -> dict[str, str]:
    """Labels that stand more than once, as hours do, with all that stands under them."""
    found: dict[str, str] = {}
    for label, text in said:
        found[label] = f"{found[label]}; {text}" if label in found else text
    return found


@operator(Action.SEE_PLANS)
@require_GET
def index(request: Request, pk: int) -> HttpResponse:
    plan = get_object_or_404(queries.living_plans(), pk=pk)
    found = listing.paged(request, versions.history(plan))
    kept = {each.version: each for each in plan.frozen.all()}
    counts = queries.service_counts([each.pk for each in kept.values()])
    numbers = [each.number - 1 for each in found]
    before = {each.number: each for each in versions.history(plan).filter(number__in=numbers)}
    return page(
        request,
        "dashboard/plans/versions.html",
        nav_key="plans",
        plan=plan,
        page=found,
        rows=[_row(each, before.get(each.number - 1), kept.get(each.number), counts) for each in found],
        may_change=access.may(request, Action.CHANGE_PLANS),
    )


def _row(
    version: PlanVersion, before: PlanVersion | None, frozen: Plan | None, counts: dict[int, int]
) -> dict[str, Any]:
    now_said = lines(versions.as_plan(version))
    return {
        "version": version,
        "changes": differences(lines(versions.as_plan(before)), now_said) if before else [],
        "said": now_said if before is None else [],
        "frozen": frozen,
        "keep": counts.get(frozen.pk, 0) if frozen else 0,
    }


@operator(Action.CHANGE_PLANS)
@require_http_methods(["GET", "POST"])
def bring_up(request: Request, pk: int) -> HttpResponse:
    """Move everybody on these older terms to the newest."""
    frozen = get_object_or_404(Plan.objects.exclude(frozen_of=None).select_related("frozen_of"), pk=pk)
    newest = frozen.frozen_of
    assert newest is not None  # the filter above
    there = reverse("plan-versions", args=[newest.pk])
    many = Service.objects.filter(plan=frozen).count()
    if request.method == "GET":
        told = differences(lines(frozen), lines(newest))
        said = "; ".join(f"{label}: {before or 'none'} → {after or 'none'}" for label, before, after in told)
        text = f"Services with version {frozen.version}: {many:,}. They get the newest terms: {said or 'nothing differs'}."
        return confirm(
            request,
            title=f"Move all of version {frozen.version} to the newest terms of {newest.name}?",
            text=text,
            action=reverse("plan-bring-up", args=[pk]),
            verb="Move them",
            cancel_url=there,
            danger=False,
            nav_key="plans",
        )
    try:
        moved = versions.bring_up(frozen, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, there, refusal.text, "bad")
    live = changes.ask(newest.services.values("pk"), now=datetime.now(UTC))
    text = f"{moved:,} services have the newest terms of {newest.name}."
    text += f" Live sessions that follow them now: {live:,}." if live else ""
    return done(request, there, text)
