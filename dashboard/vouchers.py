"""The vouchers of a batch, one voucher's life, and codes on paper or in a file."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.roles import Action
from billing import queries, vouchers
from billing.models import Batch, Voucher
from dashboard import access, kicks, lifeline, listing, names, sheets
from dashboard.access import Request, operator
from dashboard.batches import UNFINISHED, batch_or_404, owner
from dashboard.page import confirm, done, page
from dashboard.sheets import STATES
from kmikro.lib import codes
from kmikro.lib.refusal import Refusal
from subscribers import offers
from subscribers.queries import State

WORKING = (State.NEW, State.IN_USE, State.PAUSED)
SORTS = {"serial": ("serial",), "first": ("service__first_used_at", "serial")}


def _filtered(request: Request, batch: Batch) -> tuple[str, str, "QuerySet[Any]"]:
    state = listing.choice(request, "state", [key.value for key, _label in STATES])
    text = listing.search(request)
    rows = queries.vouchers(datetime.now(UTC), owner(request)).filter(batch=batch)
    if text:
        rows = queries.matching(rows, text)
    if state:
        rows = rows.filter(state=state)
    return state, text, rows


@operator(Action.SEE_VOUCHERS)
@require_GET
def batch(request: Request, pk: int) -> HttpResponse:
    shown = batch_or_404(request, pk)
    state, text, rows = _filtered(request, shown)
    if listing.wants_csv(request):
        return sheets.csv_file(request, shown, rows)
    clear = names.may_see_codes(request)
    chosen, fields = listing.order(request, SORTS, "serial")
    found = listing.paged(request, rows.order_by(*fields))
    counted = (
        queries.vouchers(datetime.now(UTC))
        .filter(batch=shown)
        .order_by()
        .values("state")
        .annotate(count=Count("pk"))
    )
    counts = {row["state"]: row["count"] for row in counted}
    counts[""] = sum(counts.values())
    options = [("", "All"), *((key.value, label) for key, label in STATES)]
    return page(
        request,
        "dashboard/vouchers/batch.html",
        nav_key="vouchers",
        batch=shown,
        page=found,
        rows=[_row(voucher, clear=clear) for voucher in found],
        counts=counts,
        offer=offers.words(shown.plan),
        q=text,
        state=state,
        keep=[("state", state)] if state else [],
        chips=listing.chips(request, "state", options, state, counts),
        heads=listing.headings(
            request,
            chosen,
            [
                ("serial", "Serial"),
                ("", "Code"),
                ("", "State"),
                ("first", "First used"),
                ("", "Used", "num"),
            ],
        ),
        clear=clear,
        may_make=access.may(request, Action.MAKE_VOUCHERS),
        export_url=listing.link(request, format="csv") if clear else "",
        parts=sheets.parts(counts.get(State.NEW, 0)),
        **_progress(shown),
    )


def _row(voucher: Voucher, *, clear: bool) -> dict[str, Any]:
    return {
        "voucher": voucher,
        "state": voucher.state,  # type: ignore[attr-defined]
        "code": codes.shown(voucher.code) if clear else codes.masked(voucher.code),
        "service": voucher.service,
    }


def _progress(shown: Batch) -> dict[str, Any]:
    return {"busy": shown.state in UNFINISHED, "made_percent": round(100 * shown.made / shown.count)}


@operator(Action.SEE_VOUCHERS)
@require_GET
def progress(request: Request, pk: int) -> HttpResponse:
    """How far the making is, polled every 2 s; when it ends the page is loaded again."""
    shown = batch_or_404(request, pk)
    answer = page(request, "dashboard/vouchers/batch.html#progress", batch=shown, **_progress(shown))
    if shown.state not in UNFINISHED:
        answer["HX-Refresh"] = "true"
    return answer


@operator(Action.SEE_VOUCHERS)
@require_GET
def find(request: Request) -> HttpResponse:
    """One search over all vouchers: a full code or a serial leads to the voucher."""
    text = listing.search(request)
    rows = queries.vouchers(datetime.now(UTC), owner(request))
    found = list(queries.matching(rows, text).order_by("-pk")[: listing.PER_PAGE]) if text else []
    clear = names.may_see_codes(request)
    return page(
        request,
        "dashboard/vouchers/find.html",
        nav_key="vouchers",
        q=text,
        rows=[_row(voucher, clear=clear) for voucher in found],
        typo=bool(text) and len(codes.normalise(text)) == codes.LENGTH and not codes.is_plausible(text),
        heads=listing.headings(
            request,
            "",
            [("", "Serial"), ("", "Code"), ("", "State"), ("", "First used"), ("", "Used", "num")],
        ),
    )


def voucher_or_404(request: Request, pk: int) -> Any:  # a Voucher with its state
    rows = queries.vouchers(datetime.now(UTC), owner(request))
    return get_object_or_404(rows.select_related("service__plan", "batch__made_by", "voided_by"), pk=pk)


@operator(Action.SEE_VOUCHERS)
@require_GET
def voucher(request: Request, pk: int) -> HttpResponse:
    """One voucher: what it gives, what is left, and its life."""
    shown = voucher_or_404(request, pk)
    clear = names.may_see_codes(request)
    return page(
        request,
        "dashboard/vouchers/voucher.html",
        nav_key="vouchers",
        batch=shown.batch,
        plan=shown.service.plan,
        offer=offers.words(shown.service.plan),
        may_trace=access.may(request, Action.TRACE),
        may_void=shown.state in WORKING and access.may(request, Action.MAKE_VOUCHERS),
        valid=offers.valid(validity) if (validity := shown.service.plan.validity) else "",
        clear=clear,
        **_row(shown, clear=clear),
        **lifeline.of_voucher(shown, may_see_logins=access.may(request, Action.SEE_LOGINS)),
    )


@operator(Action.MAKE_VOUCHERS)
@require_http_methods(["GET", "POST"])
def void(request: Request, pk: int) -> HttpResponse:
    shown = voucher_or_404(request, pk)
    here = reverse("voucher", args=[pk])
    if request.method == "GET":
        text = "Its code stops working for ever." + kicks.warning(shown.service_id)
        return confirm(
            request,
            title=f"Void voucher {shown}?",
            text=text,
            action=reverse("voucher-void", args=[pk]),
            verb="Void voucher",
            cancel_url=here,
            nav_key="vouchers",
        )
    actor, now = access.actor(request), datetime.now(UTC)
    try:
        vouchers.void(shown, by=actor, now=now)
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    asked = kicks.end_sessions_of([shown.service_id], by=actor, now=now)
    text = f"Voucher {shown} is void."
    return done(request, here, f"{text} Its session is being disconnected." if asked else text)
