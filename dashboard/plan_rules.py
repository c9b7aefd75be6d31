"""What a plan rules beside price, speed and limits: in words on the plan's page, and the form that changes it."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.roles import Action
from dashboard import access, forms_rules, forms_speeds, names, own_terms
from dashboard.access import Request, operator
from dashboard.forms_rules import RulesForm, Stages, Windows
from dashboard.forms_speeds import Speeds
from dashboard.page import done, page, refused
from kmikro.lib.refusal import Refusal
from kmikro.ui import formats
from radius import change as changes
from subscribers import offers, rules
from subscribers.models import Plan, Site
from subscribers.rules import Rules
from subscribers.versions import Reach

FORM = "dashboard/plans/rules.html"
_WEEK = list(range(7))
ROWS = ("hours", "stages", "speeds", "sale", "free")


def facts_of(plan: Plan) -> list[tuple[str, str]]:
    """The rules that hold, in words; empty when there are none."""
    lines: list[tuple[str, str]] = []
    for label, seconds in (
        ("Grace after the end", plan.grace_seconds),
        ("Online time a day", plan.daily_seconds),
        ("Ends when idle for", plan.idle_seconds),
    ):
        if seconds:
            lines.append((label, offers.span(seconds)))
    for label, size in (
        ("Data a day", plan.daily_data_bytes),
        ("Download in all", plan.download_limit_bytes),
        ("Upload in all", plan.upload_limit_bytes),
    ):
        if size:
            lines.append((label, formats.data_size(size)))
    lines += [("Hours", _hours(row)) for row in plan.windows]
    if plan.sale_limit:
        lines.append(("Sold to one subscriber", plan.get_sale_limit_display().lower()))
    lines += [("Data counts for nothing", _hours(row)) for row in plan.free_windows]
    lines += [("Sold", _hours(row)) for row in plan.sale_windows]
    if plan.data_limit_bytes and (plan.carry != Plan.Carry.EARLY or plan.carry_limit_bytes):
        most = f", at most {formats.data_size(plan.carry_limit_bytes)}" if plan.carry_limit_bytes else ""
        lines.append(("Data that is left comes along", f"{plan.get_carry_display().lower()}{most}"))
    lines += [("Speed by the hour", forms_speeds.worded(row, _hours(row))) for row in plan.speeds]
    lines += [("Fair use", _stage(row)) for row in plan.stages]
    for label, after in (("After the end", plan.end_plan), ("After the quota", plan.quota_plan)):
        if after is not None:
            lines.append((label, f"as on {after.name}"))
    if plan.moves_a_day != Rules().moves_a_day:
        lines.append(("Moves to another device", f"{plan.moves_a_day} a day"))
    if plan.lock:
        lines.append(("Works on", str(plan.get_lock_display()).lower()))
    if plan.sites:
        lines.append(("Sites", own_terms.named(plan.sites, Site.objects.values_list("pk", "name"))))
    if plan.routers:
        lines.append(("Routers", own_terms.named(plan.routers, names.routers().items())))
    if plan.burst_download_bps or plan.burst_upload_bps:
        speed = offers.speed(plan.burst_download_bps, plan.burst_upload_bps)
        lines.append(("Burst", f"{speed}, averaged over {plan.burst_seconds} s"))
    if plan.guaranteed_download_bps or plan.guaranteed_upload_bps:
        lines.append(("Guaranteed", offers.speed(plan.guaranteed_download_bps, plan.guaranteed_upload_bps)))
    if plan.priority != 8:
        lines.append(("Priority of the queue", str(plan.priority)))
    for label, name in (("Address list", plan.address_list), ("Pool", plan.pool)):
        if name:
            lines.append((label, name))
    return lines


def _hours(row: Any) -> str:
    days = row.get("days", [])
    said = "every day" if sorted(days) == _WEEK else ", ".join(forms_rules.DAYS[each] for each in days)
    return f"{said}, {row.get('from')} to {row.get('to')}"


def _stage(row: Any) -> str:
    after = formats.data_size(row["after_bytes"])
    return f"after {after} {forms_rules.PERIODS[row['period']].lower()}: {offers.speed(row['download_bps'], row['upload_bps'])}"


def _forms(plan: Plan, now_ruled: Rules, given: Any = None) -> tuple[RulesForm, Any, Any, Any, Any, Any]:
    others = Plan.objects.filter(frozen_of=None).exclude(pk=plan.pk).order_by("name")
    choices = {
        "plans": list(others.values_list("pk", "name")),
        "sites": list(Site.objects.values_list("pk", "name")),
        "routers": list(names.routers().items()),
    }
    return (
        RulesForm(given, initial=forms_rules.initial(now_ruled), **choices),
        Windows(given, initial=forms_rules.initial_windows(now_ruled.windows), prefix="windows"),
        Stages(given, initial=forms_rules.initial_stages(now_ruled), prefix="stages"),
        Speeds(given, initial=forms_speeds.initial(now_ruled), prefix="speeds"),
        Windows(given, initial=forms_rules.initial_windows(now_ruled.sale_windows), prefix="sale"),
        Windows(given, initial=forms_rules.initial_windows(now_ruled.free_windows), prefix="free"),
    )


@operator(Action.CHANGE_PLANS)
@require_http_methods(["GET", "POST"])
def change(request: Request, pk: int) -> HttpResponse:
    plan = get_object_or_404(Plan, pk=pk, frozen_of=None)
    before = rules.rules_of(plan)
    form, *rows = _forms(plan, before, request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"nav_key": "plans", "plan": plan, **dict(zip(ROWS, rows, strict=True))}
    if request.method == "GET":
        return page(request, FORM, form=form, **context)
    wanted, refusal = _read(form, *rows), None
    if wanted is not None:
        try:
            return _settle(request, plan, before, wanted, form.cleaned_data["reach"] or Reach.EVERYBODY)
        except Refusal as caught:
            refusal = _readable(caught, form)
    return refused(request, FORM, form=form, refusal=refusal, **context)


def _read(form: RulesForm, hours: Any, stages: Any, speeds: Any, sale: Any, free: Any) -> Rules | None:
    """The rules, None when something cannot be read; all are looked at, so that all errors show at once."""
    fine = [each.is_valid() for each in (form, hours, stages, speeds, sale, free)]
    values = form.values()
    for rows in (hours, stages, speeds, sale, free):
        for each in rows.non_form_errors():
            form.add_error(None, each)
    if not all(fine) or form.errors:
        return None
    return Rules(
        **values,
        windows=forms_rules.windows_of(hours),
        stages=forms_rules.stages_of(stages),
        speeds=forms_speeds.speeds_of(speeds),
        sale_windows=forms_rules.windows_of(sale),
        free_windows=forms_rules.windows_of(free),
    )


def _settle(request: Request, plan: Plan, before: Rules, wanted: Rules, reach: str) -> HttpResponse:
    now, count = datetime.now(UTC), 0
    with transaction.atomic():
        rules.settle(plan, wanted, by=access.actor(request), now=now, reach=reach)
        if wanted != before and reach == Reach.EVERYBODY:
            count = changes.ask(plan.services.values("pk"), now=now)
    text = f"The rules of {plan.name} are saved."
    text += f" Live sessions that follow them now: {count:,}." if count else ""
    return done(request, reverse("plan", args=[plan.pk]), text)


def _readable(refusal: Refusal, form: RulesForm) -> Refusal:
    """Ranges are refused in the API's words and units; a form has a label."""
    if refusal.code != "out_of_range" or refusal.field not in form.fields:
        return refusal
    text = f"{form.fields[refusal.field].label} is outside of what can be ruled."
    return Refusal(refusal.code, text, field=refusal.field)
