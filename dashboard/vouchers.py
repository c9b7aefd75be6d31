"""The vouchers of a batch, one voucher's life, and codes on paper or in a file."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET

from accounts.roles import Action
from billing import designs, handover, papers, queries, vouchers
from billing.models import Batch, Design, Voucher
from dashboard import access, lifeline, listing, names, sheets
from dashboard.access import Request, operator
from dashboard.batches import UNFINISHED, batch_or_404, owner
from dashboard.page import page
from dashboard.sheets import STATES
from kmikro.lib import codes
from subscribers import offers
from subscribers.queries import State

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
    clear = names.clear_codes(request, shown)
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
        use_by=last_day(shown),
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
        handed_over=not handover.is_open(shown, datetime.now(UTC)),
        may_hand_over=clear and shown.state not in UNFINISHED and access.may(request, Action.MAKE_VOUCHERS),
        may_print_again=access.may(request, Action.PRINT_AGAIN),
        may_make=access.may(request, Action.MAKE_VOUCHERS),
        export_url=listing.link(request, format="csv") if names.may_see_codes(request) else "",
        parts=sheets.parts(counts.get(State.NEW, 0)),
        usual=designs.rules() if clear else None,
        designs=Design.objects.order_by("name") if clear else [],
        papers=papers.PAPERS.values(),
        **_progress(shown),
    )


def last_day(batch: Batch) -> date | None:
    """The last day on the ISP's clock on which its codes may be used for the first time."""
    return localtime(batch.use_by - timedelta(seconds=1)).date() if batch.use_by else None


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
    return page(
        request,
        "dashboard/vouchers/find.html",
        nav_key="vouchers",
        q=text,
        rows=[_row(voucher, clear=names.clear_codes(request, voucher.batch)) for voucher in found],
        typo=queries.is_typo(text),
        heads=listing.headings(
            request,
            "",
            [("", "Serial"), ("", "Code"), ("", "State"), ("", "First used"), ("", "Used", "num")],
        ),
    )


def voucher_or_404(request: Request, pk: int) -> Any:  # a Voucher with its state
    rows = queries.vouchers(datetime.now(UTC), owner(request))
    return get_object_or_404(
        rows.select_related("service__plan", "batch__made_by", "voided_by", "redeemed_for"), pk=pk
    )


@operator(Action.SEE_VOUCHERS)
@require_GET
def voucher(request: Request, pk: int) -> HttpResponse:
    """One voucher: what it gives, what is left, and its life."""
    shown = voucher_or_404(request, pk)
    clear = names.clear_codes(request, shown.batch)
    return page(
        request,
        "dashboard/vouchers/voucher.html",
        nav_key="vouchers",
        batch=shown.batch,
        plan=shown.service.plan,
        offer=offers.words(shown.service.plan),
        may_trace=access.may(request, Action.TRACE),
        may_print_again=not clear
        and shown.state in handover.PRINTED_AGAIN
        and access.may(request, Action.PRINT_AGAIN),
        may_void=shown.state in vouchers.WORKING and access.may(request, Action.MAKE_VOUCHERS),
        use_by=last_day(shown.batch),
        valid=offers.valid(validity) if (validity := shown.service.plan.validity) else "",
        clear=clear,
        **_row(shown, clear=clear),
        **lifeline.of_voucher(
            shown, may_see_logins=access.may(request, Action.SEE_LOGINS), now=datetime.now(UTC)
        ),
    )
