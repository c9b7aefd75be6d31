"""Alerts and outages: the lists, taking an alert on, and the rules who is told."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.forms_alerts import RuleForm
from dashboard.page import confirm, done, page, refused
from kmikro.lib.refusal import Refusal
from routers import alert_rules, alerts, incidents, outages
from routers.models import AlertRule, Incident, Notice, Outage

SORTS = {
    "since": ("opened_at", "pk"),
    "over": ("closed_at", "pk"),
    "router": ("router__name", "pk"),
    "kind": ("kind", "pk"),
}
OUTAGE_SORTS = {"since": ("started_at", "pk"), "router": ("name", "pk"), "people": ("sessions", "pk")}
RULE = "dashboard/alerts/rule.html"


@operator(Action.SEE_ROUTERS)
@require_GET
def index(request: Request) -> HttpResponse:
    text, state = listing.search(request), listing.choice(request, "state", alerts.STATES)
    kind, router = listing.choice(request, "kind", Incident.Kind.values), listing.number(request, "router")
    chosen, fields = listing.order(request, SORTS, "-since")
    rows = alerts.search(text, state, kind, router).order_by(*fields)
    if listing.wants_csv(request):
        listing.limit_statements()
        heads = ("Router", "Site", "What", "Text", "Since (UTC)", "Over (UTC)", "Taken on by")
        return listing.csv_answer("alerts", heads, (_csv(each) for each in rows.iterator(chunk_size=1000)))
    found = listing.paged(request, rows)
    columns: list[tuple[str, str] | tuple[str, str, str]] = [
        ("router", "Router"),
        ("kind", "What"),
        ("", "State"),
        ("since", "Since"),
        ("over", "Over"),
        ("", "", "num"),
    ]
    return page(
        request,
        "dashboard/alerts/index.html",
        nav_key="routers",
        page=found,
        rows=found,
        q=text,
        filtered=bool(text or state or kind or router is not None),
        keep=[
            (name, value) for name, value in (("state", state), ("kind", kind), ("router", router)) if value
        ],
        chips=listing.chips(request, "state", [("", "All"), ("open", "Open"), ("over", "Over")], state),
        kind_chips=listing.chips(request, "kind", [("", "All kinds"), *Incident.Kind.choices], kind),
        heads=listing.headings(request, chosen, columns),
        may_see_leaks=access.may(request, Action.SEE_REVENUE),
        export_url=listing.link(request, format="csv"),
    )


def _csv(each: Incident) -> tuple[object, ...]:
    return (
        each.router.name, each.router.site.name, each.get_kind_display(), each.text, f"{each.opened_at:%Y-%m-%d %H:%M:%S}",
        f"{each.closed_at:%Y-%m-%d %H:%M:%S}" if each.closed_at else "", each.acknowledged_by,
    )  # fmt: skip


@operator(Action.SEE_ROUTERS)
@require_POST
def acknowledge(request: Request, pk: int) -> HttpResponse:
    """Take an alert on, so that others see that somebody deals with it."""
    incident = get_object_or_404(Incident, pk=pk)
    back = access.local_path(request, request.POST.get("back", ""), reverse("alerts"))
    try:
        incidents.acknowledge(incident, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, back, refusal.text, "bad")
    return done(request, back, "You have taken this on.")


@operator(Action.SEE_ROUTERS)
@require_GET
def outage_list(request: Request) -> HttpResponse:
    text, state = listing.search(request), listing.choice(request, "state", outages.STATES)
    router = listing.number(request, "router")
    chosen, fields = listing.order(request, OUTAGE_SORTS, "-since")
    rows = outages.search(text, state, router).order_by(*fields)
    if listing.wants_csv(request):
        listing.limit_statements()
        heads = ("Router", "Begun (UTC)", "Ended (UTC)", "Seconds", "People online then", "Cause")
        return listing.csv_answer(
            "outages", heads, (_outage(each) for each in rows.iterator(chunk_size=1000))
        )
    found = listing.paged(request, rows)
    columns: list[tuple[str, str] | tuple[str, str, str]] = [
        ("router", "Router"),
        ("since", "Begun"),
        ("", "Lasted", "num"),
        ("people", "People", "num"),
        ("", "Cause"),
    ]
    return page(
        request,
        "dashboard/alerts/outages.html",
        nav_key="routers",
        page=found,
        rows=[
            {"outage": each, "lasted": (each.ended_at - each.started_at) if each.ended_at else None}
            for each in found
        ],
        q=text,
        filtered=bool(text or state or router is not None),
        keep=[(name, value) for name, value in (("state", state), ("router", router)) if value],
        chips=listing.chips(request, "state", [("", "All"), ("running", "Running"), ("over", "Over")], state),
        heads=listing.headings(request, chosen, columns),
        export_url=listing.link(request, format="csv"),
    )


def _outage(each: Outage) -> tuple[object, ...]:
    lasted = round((each.ended_at - each.started_at).total_seconds()) if each.ended_at else ""
    ended = f"{each.ended_at:%Y-%m-%d %H:%M:%S}" if each.ended_at else ""
    return each.name, f"{each.started_at:%Y-%m-%d %H:%M:%S}", ended, lasted, each.sessions, each.cause


@operator(Action.SEE_ROUTERS)
@require_GET
def rules(request: Request) -> HttpResponse:
    text, channel = listing.search(request), listing.choice(request, "channel", AlertRule.Channel.values)
    rows = alert_rules.search(text, channel)
    if listing.wants_csv(request):
        listing.limit_statements()
        heads = ("Rule", "On", "What", "Site", "By", "To", "Quiet from", "Quiet until", "Made (UTC)")
        return listing.csv_answer("alert-rules", heads, (_rule_csv(each) for each in rows.iterator()))
    found = listing.paged(request, rows)
    told = Notice.objects.filter(rule__in=list(found)).order_by("rule_id", "-pk").distinct("rule_id")
    newest = {each.rule_id: each for each in told}
    return page(
        request,
        "dashboard/alerts/rules.html",
        nav_key="routers",
        page=found,
        rows=[_rule(each, newest.get(each.pk)) for each in found],
        q=text,
        filtered=bool(text or channel),
        keep=[("channel", channel)] if channel else [],
        chips=listing.chips(request, "channel", [("", "All"), *AlertRule.Channel.choices], channel),
        export_url=listing.link(request, format="csv"),
        may_change=access.may(request, Action.CHANGE_ROUTERS),
    )


def _kinds(rule: AlertRule) -> list[str]:
    names = dict(Incident.Kind.choices)
    return [str(names[kind]) for kind in rule.kinds if kind in names]


def _rule_csv(rule: AlertRule) -> tuple[object, ...]:
    return (
        rule.name, "yes" if rule.is_on else "no", ", ".join(_kinds(rule)) or "Everything",
        rule.site.name if rule.site else "All sites", rule.get_channel_display(), rule.target,
        f"{rule.quiet_from:%H:%M}" if rule.quiet_from else "", f"{rule.quiet_until:%H:%M}" if rule.quiet_until else "",
        f"{rule.made_at:%Y-%m-%d %H:%M:%S}",
    )  # fmt: skip


def _rule(rule: AlertRule, last: Notice | None) -> dict[str, Any]:
    return {"rule": rule, "kinds": _kinds(rule), "last": last}


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def rule(request: Request, pk: int | None = None) -> HttpResponse:
    """Make a rule, or change one."""
    there = get_object_or_404(AlertRule, pk=pk) if pk is not None else None
    context: dict[str, Any] = {"nav_key": "routers", "rule": there}
    if request.method == "GET":
        return page(request, RULE, form=RuleForm.of(there), **context)
    form = RuleForm(request.POST)
    if not form.is_valid():
        return refused(request, RULE, form=form, **context)
    try:
        alert_rules.save(there, **form.cleaned_data, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return refused(request, RULE, form=form, refusal=refusal, **context)
    return done(request, reverse("alert-rules"), "Saved.")


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def remove_rule(request: Request, pk: int) -> HttpResponse:
    there = get_object_or_404(AlertRule, pk=pk)
    if request.method == "GET":
        return confirm(
            request,
            title=f"Remove {there}?",
            text="Nobody is told by it any more. Alerts stay in the list.",
            action=reverse("alert-rule-remove", args=[pk]),
            verb="Remove rule",
            cancel_url=reverse("alert-rules"),
            nav_key="routers",
        )
    alert_rules.remove(there, by=access.actor(request), now=datetime.now(UTC))
    return done(request, reverse("alert-rules"), "The rule is removed.")
