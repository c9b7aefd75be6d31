"""Subscribers: the list of accounts with its filters and export, and one person with all that they have."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.roles import Action
from billing import queries as voucher_queries
from dashboard import access, listing, names
from dashboard.access import Request, operator
from dashboard.forms_subscribers import ACCESS, LanguageForm
from dashboard.page import done, page
from kmikro.lib.languages import LANGUAGES
from radius.models import AuthAttempt, Session
from subscribers import people, queries
from subscribers.models import Plan, Service, Subscriber
from subscribers.queries import State

SORTS = {
    "name": ("subscriber__name", "label", "pk"),
    "plan": ("plan__name", "label", "pk"),
    "used": ("download_bytes", "pk"),
    "since": ("made_at", "pk"),
}
ONLINE = "online"
CHIPS = [
    ("", "All"),
    (ONLINE, "Online"),
    (State.IN_USE.value, "Active"),
    (State.NEW.value, "Never online"),
    (State.PAUSED.value, "Paused"),
    (State.SPENT.value, "Spent"),
    (State.ENDED.value, "Ended"),
]
# An account is called otherwise than a voucher in the same State.
WORDS = {State.NEW.value: "never", State.IN_USE.value: "active"}
HEADS = (
    "Subscriber", "Phone", "User name", "Plan", "Signs in by", "State", "Ends (UTC)", "Down", "Up", "Made (UTC)",
)  # fmt: skip


def state_key(service: Any) -> str:
    """The key in kmikro.ui.states of an account that was read with its State."""
    return WORDS.get(service.state, str(service.state))


def _filtered(request: Request, now: datetime) -> tuple[dict[str, Any], Any]:
    """The filters as they were chosen, and the accounts that pass them."""
    chosen: dict[str, Any] = {
        "state": listing.choice(request, "state", [key for key, _label in CHIPS]),
        "plan": listing.number(request, "plan"),
        "access": listing.choice(request, "access", ACCESS),
        "q": listing.search(request),
    }
    rows: Any = queries.accounts(now, chosen["q"])
    if chosen["state"] == ONLINE:
        rows = rows.filter(Exists(Session.objects.filter(service=OuterRef("pk"), ended_at=None)))
    elif chosen["state"]:
        rows = rows.filter(state=chosen["state"])
    if chosen["plan"] is not None:
        rows = rows.filter(plan_id=chosen["plan"])
    if chosen["access"]:
        rows = rows.filter(access=chosen["access"])
    return chosen, rows


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def index(request: Request) -> HttpResponse:
    now = datetime.now(UTC)
    chosen, rows = _filtered(request, now)
    sort, fields = listing.order(request, SORTS, "name")
    if listing.wants_csv(request):
        return _csv(rows.order_by(*fields))
    found = listing.paged(request, rows.order_by(*fields))
    counts: dict[str, int] = queries.account_counts(now)
    counts[""] = sum(counts.values())
    counts[ONLINE] = _online()
    live = _live([service.pk for service in found])
    return page(
        request,
        "dashboard/subscribers/index.html",
        nav_key="subscribers",
        page=found,
        rows=[_row(service, live.get(service.pk)) for service in found],
        counts=counts,
        total=counts[""],
        online=counts[ONLINE],
        filtered=any(chosen.values()),
        keep=[(name, chosen[name]) for name in ("state", "plan", "access") if chosen[name]],
        chips=listing.chips(request, "state", CHIPS, chosen["state"], counts),
        accesses=ACCESS,
        plans=Plan.objects.order_by("is_archived", "name").only("name")[:100],
        voucher_users=voucher_queries.in_use(now) if not counts[""] else 0,
        heads=listing.headings(
            request,
            sort,
            [
                ("name", "Subscriber"),
                ("plan", "Plan"),
                ("", "State"),
                ("", "Until"),
                ("used", "Used"),
                ("", "Online"),
            ],
        ),
        may_change=access.may(request, Action.CHANGE_SUBSCRIBERS),
        may_see_vouchers=access.may(request, Action.SEE_VOUCHERS),
        export_url=listing.link(request, format="csv"),
        **chosen,
    )


def _online() -> int:
    live = Session.objects.filter(ended_at=None, service__kind=Service.Kind.ACCOUNT)
    return live.order_by().values("service").distinct().count()


def _live(services: Collection[int]) -> dict[int, dict[str, Any]]:
    """The newest running session of each of these services, with the name of its router."""
    rows = Session.objects.filter(service__in=services, ended_at=None).defer("fold").order_by("started_at")
    sessions = {session.service_id: session for session in rows}
    places = names.routers({session.router_id for session in sessions.values()}) if sessions else {}
    return {
        pk: {"session": session, "router": places.get(session.router_id, names.GONE)}
        for pk, session in sessions.items()
        if pk is not None
    }


def _row(service: Any, live: dict[str, Any] | None) -> dict[str, Any]:
    limit = service.plan.data_limit_bytes
    return {
        "service": service,
        "state": state_key(service),
        "access": ACCESS.get(service.access, service.access),
        "used_percent": min(100, round(100 * service.bytes_used / limit)) if limit else None,
        "live": live,
    }


def _csv(rows: Any) -> HttpResponse:
    listing.limit_statements()
    return listing.csv_answer(
        "subscribers",
        HEADS,
        (
            [
                service.subscriber.name if service.subscriber else "",
                service.subscriber.phone if service.subscriber else "",
                service.label,
                service.plan.name,
                ACCESS.get(service.access, service.access),
                service.state,
                f"{ends:%Y-%m-%d %H:%M:%S}" if (ends := service.expires_at) else "",
                service.download_bytes,
                service.upload_bytes,
                f"{service.made_at:%Y-%m-%d %H:%M:%S}",
            ]
            for service in rows.iterator(chunk_size=1000)
        ),
    )


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def subscriber(request: Request, pk: int) -> HttpResponse:
    shown = get_object_or_404(Subscriber, pk=pk)
    now = datetime.now(UTC)
    services = list(
        Service.objects.filter(subscriber=shown)
        .select_related("plan")
        .defer("secret")
        .annotate(state=queries.state_at(now))
        .order_by("-made_at")[: listing.PER_PAGE]
    )
    ids = [service.pk for service in services]
    places = names.routers()
    live = Session.objects.filter(service__in=ids, ended_at=None).order_by("-started_at")
    refusal = None
    if access.may(request, Action.SEE_LOGINS):
        refusal = AuthAttempt.objects.filter(service__in=ids, accepted=False).order_by("-at").first()
    return page(
        request,
        "dashboard/subscribers/subscriber.html",
        nav_key="subscribers",
        subscriber=shown,
        services=[_row(each, None) for each in services],
        live=[{"session": each, "router": places.get(each.router_id, names.GONE)} for each in live[:20]],
        refusal=refusal,
        refused_at=places.get(refusal.router_id, names.GONE) if refusal else "",
        speaks=names.language(shown, request.isp),
        form=LanguageForm(initial={"language": shown.language}),
        may_change=access.may(request, Action.CHANGE_SUBSCRIBERS),
    )


@operator(Action.CHANGE_SUBSCRIBERS)
@require_POST
def language(request: Request, pk: int) -> HttpResponse:
    """Answer somebody in another language."""
    shown, here = get_object_or_404(Subscriber, pk=pk), reverse("subscriber", args=[pk])
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return done(request, here, f"Customers are answered in {', '.join(LANGUAGES.values())}.", "bad")
    shown = people.answer_in(
        shown, form.cleaned_data["language"], by=access.actor(request), now=datetime.now(UTC)
    )
    return done(request, here, f"{shown.name} is answered in {names.language(shown, request.isp)}.")
