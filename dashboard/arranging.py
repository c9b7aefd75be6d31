"""What is arranged with one service: extended, more data, another speed, a holiday. Looked at first, then done."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods

from accounts.roles import Action
from dashboard import access, kicks
from dashboard.access import Request, operator
from dashboard.forms_arranging import FORMS, Arranging
from dashboard.page import confirm, done, page, refused
from kmikro.lib.refusal import Refusal
from kmikro.ui import formats
from radius import enforcing
from subscribers import arranging, offers
from subscribers.arranging import Preview
from subscribers.models import Arrangement, Service

FORM = "dashboard/subscribers/arrange.html"
Kind = Arrangement.Kind
TITLES = {
    "extension": ("Extend {}", "Its end moves; what is over goes on from now."),
    "data": ("Add data to {}", "On top of what the plan gives."),
    "speed": ("Change the speed of {}", "For a time; then the plan's own speed holds again."),
    "pause": ("Holiday of {}", "Nobody connects meanwhile, and the end moves by its length."),
}
VERBS = {"extension": "Extend", "data": "Add data", "speed": "Change speed", "pause": "Arrange holiday"}


def service_or_404(pk: int) -> Service:
    """An account, or the service of a voucher."""
    rows = Service.objects.select_related("plan", "subscriber", "voucher").defer("secret", "voucher__code")
    return get_object_or_404(rows, pk=pk)


def home_of(service: Service) -> str:
    """The page on which a service is at home."""
    if service.kind == Service.Kind.ACCOUNT:
        return reverse("subscriber-account", args=[service.pk])
    voucher: Any = getattr(service, "voucher", None)
    return reverse("voucher", args=[voucher.pk]) if voucher is not None else reverse("sessions")


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def arrange(request: Request, pk: int, kind: str) -> HttpResponse:
    """The form, what it would do, and doing it."""
    if kind not in FORMS:
        raise Http404
    service, now = service_or_404(pk), datetime.now(UTC)
    form = _form(request, service, kind, now)
    title, about = TITLES[kind]
    context: dict[str, Any] = {
        "nav_key": "subscribers",
        "service": service,
        "kind": kind,
        "title": title.format(service.label),
        "about": about,
        "verb": VERBS[kind],
        "home": home_of(service),
        "online": kicks.online([pk]),
    }
    if request.method == "GET":
        return page(request, FORM, form=form, **context)
    if not form.is_valid():
        return refused(request, FORM, form=form, **context)
    try:
        if request.POST.get("sure") != "1":
            preview = arranging.preview(service, form.wish(), now=now)
            fields = [(name, value) for name, value in request.POST.items() if name in form.fields]
            return page(request, FORM, form=form, lines=_lines(preview), fields=fields, **context)
        row = arranging.arrange(service, form.wish(), by=access.actor(request), now=now)
    except Refusal as refusal:
        return refused(request, FORM, form=form, refusal=refusal, **context)
    return done(request, context["home"], f"{words(row)}.{follow(pk, now)}")


def _form(request: Request, service: Service, kind: str, now: datetime) -> Arranging:
    more: dict[str, Any] = {"zone": ZoneInfo(request.isp.time_zone)} if kind == Kind.SPEED else {}
    given = request.POST if request.method == "POST" else None
    return FORMS[kind](given, service=service, now=now, **more)


def follow(pk: int, now: datetime) -> str:
    """Bring who is online to it now, and say so."""
    online = kicks.online([pk])
    if not online:
        return ""
    enforcing.settle(enforcing.uneven([pk]), now)
    return f" {kicks.devices(online)} online: what changes for them, their routers are being told."


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def undo(request: Request, pk: int, number: int) -> HttpResponse:
    """Take it back, after a question; a holiday that goes on is ended instead."""
    service = service_or_404(pk)
    row = get_object_or_404(service.arrangements.all(), pk=number)
    now = datetime.now(UTC)
    runs = row.kind == Kind.PAUSE and row.starts_at <= now
    here = home_of(service)
    if request.method == "GET":
        after = ""
        if service.expires_at is not None and row.moved_seconds:
            left = (row.ends_at or now) - now
            back = left.total_seconds() if runs else row.moved_seconds
            ends_at = datetime.fromtimestamp(service.expires_at.timestamp() - back, UTC)
            after = f" {service.label} then ends on {_day(ends_at)}."
            if ends_at <= now:
                after += " That is past: it ends within a minute."
        return confirm(
            request,
            title=f"End the holiday of {service.label} now?" if runs else f"Undo: {words(row)}?",
            text=(
                "It can connect again at once, and its clock goes on." if runs else "As if it had not been."
            )
            + after,
            action=reverse("service-arrangement-undo", args=[pk, number]),
            verb="End holiday" if runs else "Undo",
            cancel_url=here,
            danger=not runs,
            nav_key="subscribers",
        )
    act = arranging.resume if runs else arranging.undo
    try:
        act(row, by=access.actor(request), now=now)
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    said = f"{service.label} is back from its holiday." if runs else "It is undone."
    return done(request, here, f"{said}{follow(pk, now)}")


def words(row: Arrangement) -> str:
    """What it is, in a few words."""
    until = f" until {_day(row.ends_at)}" if row.ends_at else ""
    if row.kind == Kind.EXTENSION:
        return f"Extended by {offers.span(row.moved_seconds)}{until.replace('until', 'to')}"
    if row.kind == Kind.DATA:
        return (
            f"{formats.data_size(row.octets)} on top of {Arrangement.Period(row.period).label.lower()}{until}"
        )
    if row.kind == Kind.SPEED:
        return f"{offers.speed(row.download_bps, row.upload_bps)}{until}".replace("no s", "No s", 1)
    return f"Holiday from {_day(row.starts_at)}{until.replace('until', 'to')}"


def _lines(preview: Preview) -> Sequence[tuple[str, str, str]]:
    """Label, before and after."""
    row, lines = preview.row, list[tuple[str, str, str]]()
    if row.kind == Kind.SPEED:
        plan = row.service.plan
        before = offers.speed(plan.download_bps, plan.upload_bps)
        lines.append(("Speed", before, offers.speed(row.download_bps, row.upload_bps)))
    if row.kind in (Kind.SPEED, Kind.DATA):
        lines.append(("Until", "", _day(row.ends_at) if row.ends_at else "As long as the service goes on"))
    if preview.limit_before is not None and preview.limit_after is not None:
        lines.append(
            ("Data", formats.data_size(preview.limit_before), formats.data_size(preview.limit_after))
        )
    if preview.used is not None:
        lines.append(("Used of it", "", formats.data_size(preview.used)))
    if row.kind == Kind.PAUSE:
        lines.append(("No access", _day(row.starts_at), _day(row.ends_at)))
    if preview.ends_after is not None and preview.ends_after != preview.ends_before:
        lines.append(("End", _day(preview.ends_before), _day(preview.ends_after)))
    if preview.wakes:
        lines.append(("State", "Ended", "Works again"))
    return lines


def _day(at: datetime | None) -> str:
    return f"{localtime(at):%d %b %Y %H:%M}".lstrip("0") if at else "no end"
