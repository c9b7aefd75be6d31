"""Live and ended sessions; a disconnect is asked for here and its fate shown."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.roles import Action
from billing import queries, vouchers
from dashboard import access, kicks, listing, names
from dashboard.access import Request, operator
from dashboard.page import confirm, done, page
from kmikro.lib.refusal import Refusal
from kmikro.ui import formats
from radius.models import Session
from routers.models import Router
from subscribers import queries as service_queries
from subscribers.models import Service, Site

SORTS = {
    "since": ("started_at", "pk"),
    "down": ("download_bytes", "pk"),
    "up": ("upload_bytes", "pk"),
    "report": ("updated_at", "pk"),
    "ended": ("ended_at", "pk"),
}
QUIET_AFTER = timedelta(minutes=15)  # three missed reports of 5 minutes
KICKS = {
    "asked": {"tone": "brand", "icon": "loader-circle", "label": "Asking the router"},
    "acked": {"tone": "ok", "icon": "circle-check", "label": "Router agreed"},
    "back": {"tone": "warn", "icon": "rotate-ccw", "label": "Came back, asked again"},
    "removing": {"tone": "brand", "icon": "loader-circle", "label": "Removing it at the router"},
    "refused": {"tone": "bad", "icon": "circle-x", "label": "Router refused"},
    "silent": {"tone": "bad", "icon": "unplug", "label": "Router did not answer"},
}
CHANGES = {
    "changing": {"tone": "brand", "icon": "loader-circle", "label": "Changing speed"},
    "changed": {"tone": "ok", "icon": "gauge", "label": "Speed changed"},
    "refused": {"tone": "bad", "icon": "circle-x", "label": "Speed not changed"},
    "silent": {"tone": "bad", "icon": "unplug", "label": "Speed not confirmed"},
}
WAITING = {"asked", "acked", "back", "removing"}
FRESH = timedelta(minutes=10)  # how long the fate of a disconnect is worth a word


def searched(rows: "QuerySet[Any]", text: str, *, clear: bool) -> "QuerySet[Any]":
    """By full code, serial, MAC, address or login name; parts of a login name only for who may see codes."""
    if queries.is_code(text):
        return rows.filter(Q(service__lookup=vouchers.lookup(text)) | Q(username__iexact=text))
    found = (
        Q(service__label__startswith=text)
        | Q(mac__icontains=text)
        | Q(service__subscriber__name__icontains=text)
    )
    if text.count(".") == 3 or ":" in text:
        found |= Q(framed_ip__startswith=text) if text.count(".") == 3 else Q()
    found |= Q(username__icontains=text) if clear else Q(username__iexact=text)
    return rows.filter(found)


def _chosen(request: Request, *, clear: bool) -> "QuerySet[Session]":
    """The sessions that pass the filters in the address: state, router, site, plan and search."""
    state = listing.choice(request, "state", {"ended"})
    rows = Session.objects.filter(ended_at__isnull=state != "ended")
    if (router := listing.number(request, "router")) is not None:
        rows = rows.filter(router_id=router)
    if (site := listing.number(request, "site")) is not None:
        rows = rows.filter(router_id__in=Router.objects.filter(site=site).values("pk"))
    if (plan := listing.number(request, "plan")) is not None:
        rows = rows.filter(service_queries.on_plans([plan], "service__"))
    text = listing.search(request)
    return searched(rows, text, clear=clear) if text else rows


def _rows(request: Request) -> dict[str, Any]:
    now = datetime.now(UTC)
    state = listing.choice(request, "state", {"ended"})
    router, plan = listing.number(request, "router"), listing.number(request, "plan")
    site = listing.number(request, "site")
    text, clear = listing.search(request), names.may_see_codes(request)
    rows = _chosen(request, clear=clear).select_related("service__plan", "service__voucher")
    rows = rows.defer("fold", "service__secret", "service__voucher__code")
    chosen, fields = listing.order(request, SORTS, "-ended" if state == "ended" else "-since")
    found = listing.paged(request, rows.order_by(*fields))
    places = names.routers()
    shown = [_row(session, places, now, clear=clear) for session in found]
    columns: list[tuple[str, str] | tuple[str, str, str]]
    columns = [("", "User"), ("", "Device"), ("", "Router"), ("down", "Down", "num"), ("up", "Up", "num")]
    columns += [("since", "Since"), ("ended", "Ended") if state == "ended" else ("report", "Last report")]
    return {
        "page": found,
        "rows": shown,
        "q": text,
        "state": state,
        "router": router,
        "plan": plan,
        "site": site,
        "places": places,
        "heads": listing.headings(request, chosen, [*columns, ("", "", "num")]),
        "pace": "2s" if any(row["waiting"] or row["changing"] for row in shown) else "10s",
        "here": listing.link(request, page=found.number if found.number > 1 else None),
        "filtered": bool(text or router is not None or plan is not None or site is not None),
        "may_see_vouchers": access.may(request, Action.SEE_VOUCHERS),
        "may_see_subscribers": access.may(request, Action.SEE_SUBSCRIBERS),
        "may_disconnect": access.may(request, Action.DISCONNECT),
        "may_arrange": access.may(request, Action.CHANGE_SUBSCRIBERS),
        "asked_at": now,
    }


def acts(session: Session, now: datetime) -> dict[str, Any]:
    """What its router was asked to do with a live session, and what became of it."""
    fresh = session.disconnect_at is not None and now - session.disconnect_at < FRESH
    recent = session.change_at is not None and now - session.change_at < FRESH
    live = session.ended_at is None
    return {
        "kick": KICKS.get(session.disconnect_state) if fresh and live else None,
        "kick_text": session.disconnect_text,
        "waiting": fresh and live and session.disconnect_state in WAITING,
        "change": CHANGES.get(session.change_state) if recent and live else None,
        "changing": recent and live and session.change_state == "changing",
    }


def _row(session: Session, places: dict[int, str], now: datetime, *, clear: bool) -> dict[str, Any]:
    service = session.service
    return {
        "session": session,
        "service": service,
        "login": names.login(session.username, service, clear=clear),
        "router": places.get(session.router_id, names.GONE),
        "rate": session.download_bytes * 8 / session.seconds if session.seconds >= 60 else None,
        "quiet": session.ended_at is None and now - session.updated_at > QUIET_AFTER,
        **acts(session, now),
    }


@operator(Action.SEE_SESSIONS)
@require_GET
def index(request: Request) -> HttpResponse:
    if listing.wants_csv(request):
        return _csv(request)
    context = _rows(request)
    state, router = context["state"], context["router"]
    return page(
        request,
        "dashboard/sessions/index.html",
        nav_key="sessions",
        chips=listing.chips(request, "state", [("", "Online now"), ("ended", "Ended")], state),
        router_chips=listing.chips(
            request,
            "router",
            [("", "All routers"), *((str(pk), name) for pk, name in context["places"].items())],
            str(router) if router is not None else "",
        ),
        plans=service_queries.living_plans().order_by("is_archived", "name").only("name")[:100],
        sites=list(Site.objects.all()[:100]),
        keep=[(name, context[name]) for name in ("state", "router", "plan", "site") if context[name]],
        export_url=listing.link(request, format="csv"),
        **context,
    )


@operator(Action.SEE_SESSIONS)
@require_GET
def live(request: Request) -> HttpResponse:
    """The table alone, asked for every 10 s, or every 2 s while a router is being asked for something."""
    return page(request, "dashboard/sessions/index.html#table", **_rows(request))


def _csv(request: Request) -> HttpResponse:
    clear = names.may_see_codes(request)
    rows = _chosen(request, clear=clear).select_related("service__plan")
    places = names.routers()
    listing.limit_statements()
    return listing.csv_answer(
        "sessions",
        ["User", "Serial", "MAC", "Address", "Router", "Plan", "Started (UTC)", "Ended (UTC)", "Down", "Up"],
        (
            [
                names.login(session.username, session.service, clear=clear),
                session.service.label if session.service else "",
                session.mac,
                session.framed_ip or "",
                places.get(session.router_id, names.GONE),
                session.service.plan.name if session.service else "",
                f"{session.started_at:%Y-%m-%d %H:%M:%S}",
                f"{session.ended_at:%Y-%m-%d %H:%M:%S}" if session.ended_at else "",
                session.download_bytes,
                session.upload_bytes,
            ]
            for session in rows.defer("fold").order_by("-started_at").iterator(chunk_size=1000)
        ),
    )


def _came_from(request: Request, session: Session) -> str:
    """The list with its filters that the dialog was opened from, or the page of the account."""
    current = urlsplit(request.headers.get("HX-Current-URL", ""))
    home = reverse("sessions")
    if session.service is not None and session.service.kind == Service.Kind.ACCOUNT:
        of_account = reverse("subscriber-account", args=[session.service.pk])
        if current.path == of_account:
            return of_account
    if current.path != home:
        return home
    return access.local_path(request, f"{home}?{current.query}" if current.query else home, home)


@operator(Action.DISCONNECT)
@require_http_methods(["GET", "POST"])
def end(request: Request, pk: int) -> HttpResponse:
    """Ask the router to end a session."""
    session = get_object_or_404(Session.objects.select_related("service__plan"), pk=pk)
    back = access.local_path(request, request.POST.get("back", ""), reverse("sessions"))
    if request.method == "GET":
        place = names.routers([session.router_id]).get(session.router_id, names.GONE)
        who = names.login(session.username, session.service, clear=names.may_see_codes(request))
        lasted = formats.span((datetime.now(UTC) - session.started_at).total_seconds())
        came_from = _came_from(request, session)
        account = session.service is not None and session.service.kind == Service.Kind.ACCOUNT
        keep_off = "pause the account" if account else "void the voucher"
        return confirm(
            request,
            title=f"Disconnect {session.service.label if session.service else who}?",
            text=f"Online at {place} for {lasted}. The device may sign in again at once while the "
            f"{'account' if account else 'voucher'} still works. To keep it off, {keep_off}.",
            action=reverse("session-disconnect", args=[pk]),
            verb="Disconnect",
            cancel_url=came_from,
            keep_label="Keep connected",
            fields=[("back", came_from)],
            nav_key="sessions",
        )
    try:
        kicks.ask(session, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, back, refusal.text, "bad")
    return done(request, back, "The router is being asked. The row says what it answers.")
