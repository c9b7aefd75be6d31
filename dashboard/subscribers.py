"""The list of accounts with its filters and export."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.roles import Action
from billing import queries as voucher_queries
from dashboard import access, listing, names, paging
from dashboard.access import Request, operator
from dashboard.forms_subscribers import ACCESS
from dashboard.page import page
from radius.models import Session
from subscribers import queries
from subscribers.models import Service
from subscribers.queries import State

SORTS = {
    "user": ("label", "pk"),  # has an index
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


def filtered(request: Request, now: datetime) -> tuple[dict[str, Any], Any]:
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
        rows = rows.filter(queries.on_plans([chosen["plan"]]))
    if chosen["access"]:
        rows = rows.filter(access=chosen["access"])
    return chosen, rows


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def index(request: Request) -> HttpResponse:
    now = datetime.now(UTC)
    chosen, rows = filtered(request, now)
    sort, fields = listing.order(request, SORTS, "user")
    if listing.wants_csv(request):
        return _csv(rows.order_by(*fields))
    counts = paging.counted("accounts", lambda: queries.account_counts(now))
    counts[""] = sum(counts.values())
    counts |= paging.counted("online", lambda: {ONLINE: _online()})
    total = paging.known(chosen, counts)
    found = paging.paged(request, rows.order_by(*fields), queries.accounts(now), total=total)
    live = _live([service.pk for service in found])
    return page(
        request,
        "dashboard/subscribers/index.html",
        nav_key="subscribers",
        page=found,
        rows=[account_row(service, live.get(service.pk)) for service in found],
        counts=counts,
        total=counts[""],
        online=counts[ONLINE],
        filtered=any(chosen.values()),
        keep=[(name, chosen[name]) for name in ("state", "plan", "access") if chosen[name]],
        chips=listing.chips(request, "state", CHIPS, chosen["state"], counts),
        accesses=ACCESS,
        plans=queries.living_plans().order_by("is_archived", "name").only("name")[:100],
        voucher_users=voucher_queries.in_use(now) if not counts[""] else 0,
        heads=listing.headings(
            request,
            sort,
            [
                ("user", "Account"),
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
        bulk_url=f"{reverse('bulk-new')}{listing.link(request, of='accounts')}",
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


def account_row(service: Any, live: dict[str, Any] | None) -> dict[str, Any]:
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
                service.phone,
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
