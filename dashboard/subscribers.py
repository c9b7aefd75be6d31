"""Subscribers: who has an account, and what they have. Read-only until accounts arrive."""

from datetime import UTC, datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts.roles import Action
from billing import queries as voucher_queries
from dashboard import access, listing, names
from dashboard.access import Request, operator
from dashboard.page import page
from radius.models import AuthAttempt, Session
from subscribers import queries
from subscribers.models import Service, Subscriber

SORTS = {"name": ("name", "pk"), "since": ("made_at", "pk")}


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def index(request: Request) -> HttpResponse:
    text = listing.search(request)
    chosen, fields = listing.order(request, SORTS, "name")
    found = listing.paged(request, queries.people(text).order_by(*fields))
    return page(
        request,
        "dashboard/subscribers/index.html",
        nav_key="subscribers",
        page=found,
        rows=list(found),
        q=text,
        voucher_users=voucher_queries.in_use(datetime.now(UTC)),
        heads=listing.headings(
            request,
            chosen,
            [("name", "Subscriber"), ("", "Phone"), ("", "Services"), ("since", "Customer since")],
        ),
        may_see_vouchers=access.may(request, Action.SEE_VOUCHERS),
    )


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def subscriber(request: Request, pk: int) -> HttpResponse:
    shown = get_object_or_404(Subscriber, pk=pk)
    now = datetime.now(UTC)
    services = list(
        Service.objects.filter(subscriber=shown)
        .select_related("plan")
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
        services=[{"service": each, "ends_at": queries.ends_at(each)} for each in services],
        live=[{"session": each, "router": places.get(each.router_id, names.GONE)} for each in live[:20]],
        refusal=refusal,
        refused_at=places.get(refusal.router_id, names.GONE) if refusal else "",
    )
