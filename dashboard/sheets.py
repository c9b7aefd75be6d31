"""Codes on paper and in files: PDF sheets, the print page, CSV. Who took them is noted in the journal."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.journal import record
from accounts.roles import Action
from billing import handover, queries
from billing.models import Batch
from billing.papers import Paper
from dashboard import access, listing, names, slips
from dashboard.access import Request, operator
from dashboard.batches import PER_PAGE, batch_or_404, owner
from dashboard.page import done, page
from kmikro.lib import codes
from kmikro.ui import formats
from subscribers import offers
from subscribers.queries import State

PDF_PART = 100 * PER_PAGE
PRINT_PART = 10 * PER_PAGE
STATES = (
    (State.PENDING, "Not received"),
    (State.NEW, "Unused"),
    (State.IN_USE, "In use"),
    (State.SPENT, "Spent"),
    (State.ENDED, "Ended"),
    (State.VOID, "Void"),
)


def parts(count: int) -> list[dict[str, int]]:
    """Large batches are printed in parts that a browser and a printer can take."""
    starts = range(0, count, PDF_PART)
    return [{"part": at // PDF_PART + 1, "first": at + 1, "last": min(at + PDF_PART, count)} for at in starts]


def csv_file(request: Request, shown: Batch, rows: "QuerySet[Any]") -> HttpResponse:
    if not names.may_see_codes(request):
        return access.no_permission(request, title="Your role cannot see voucher codes")
    listing.limit_statements()
    clear = names.clear_codes(request, shown)
    if clear:
        record(access.actor(request), "batch.codes", shown, now=datetime.now(UTC), form="csv")
    price = formats.amount(shown.price_minor, shown.currency)
    labels = dict(STATES)
    return listing.csv_answer(
        f"vouchers-{shown.pk}",
        ["Serial", "Code", "State", "Plan", "Price", "First used (UTC)"],
        (
            [
                str(row),
                codes.shown(row.code) if clear else codes.masked(row.code),
                labels.get(row.state, row.state),
                shown.plan.name,
                price.replace("\u00a0", " "),
                f"{row.service.first_used_at:%Y-%m-%d %H:%M}" if row.service.first_used_at else "",
            ]
            for row in rows.order_by("serial").iterator(chunk_size=1000)
        ),
    )


def _slips(request: Request, shown: Batch, size: int) -> "QuerySet[Any]":
    """Unused vouchers for paper, those on their way to an agent too: one by its serial, or the asked part."""
    rows = queries.vouchers(datetime.now(UTC), owner(request))
    rows = rows.filter(batch=shown, state__in=[State.NEW, State.PENDING])
    rows = rows.order_by("serial")
    serial = listing.number(request, "serial")
    if serial is not None:
        return rows.filter(serial=min(serial, 2**31 - 1))
    part = min(max(listing.number(request, "part") or 1, 1), 1000)
    return rows[(part - 1) * size : part * size]


def _covered(request: Request, shown: Batch) -> HttpResponse | None:
    """What is answered when the codes of a batch are covered."""
    if handover.is_open(shown, datetime.now(UTC)):
        return None
    text = f"Batch {shown.pk} was handed over: its codes are covered."
    return done(request, reverse("batch", args=[shown.pk]), text, "bad")


def _note(request: Request, shown: Batch, form: str, rows: list[Any], paper: Paper) -> None:
    serials = [row.serial for row in rows]
    ranged = {"first": min(serials), "last": max(serials)} if serials else {}
    record(
        access.actor(request),
        "batch.codes",
        shown,
        now=datetime.now(UTC),
        form=form,
        paper=paper.key,
        **ranged,
    )


def pdf(request: Request, shown: Batch, pairs: Iterable[tuple[str, str]], paper: Paper) -> HttpResponse:
    """Vouchers (serial, code) as PDF."""
    from billing import sheet  # noqa: PLC0415  reportlab takes half a second and only printing needs it

    url = slips.portal(request)
    heading = sheet.Heading(
        isp=request.isp.name,
        price=formats.amount(shown.price_minor, shown.currency).replace("\u00a0", " "),
        offer=offers.words(shown.plan).replace("\u00a0", " "),
        address=slips.shown_address(url),
        url=url,
        use_by=slips.use_by_words(shown),
    )
    made = sheet.draw(heading, (sheet.Slip(serial, code) for serial, code in pairs), paper)
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="vouchers-{shown.pk}.pdf"'
    return answer


@operator(Action.SEE_CODES)
@require_GET
def sheet_pdf(request: Request, pk: int) -> HttpResponse:
    """The vouchers as PDF, on the paper that is asked for."""
    shown = batch_or_404(request, pk)
    if (covered := _covered(request, shown)) is not None:
        return covered
    paper, _design = slips.chosen(request)
    rows = list(_slips(request, shown, PDF_PART))
    _note(request, shown, "pdf", rows, paper)
    return pdf(request, shown, ((str(row), row.code) for row in rows), paper)


@operator(Action.SEE_CODES)
@require_GET
def sheet_html(request: Request, pk: int) -> HttpResponse:
    """The same as a page for the browser's own print dialog, also in a design of the ISP."""
    shown = batch_or_404(request, pk)
    if (covered := _covered(request, shown)) is not None:
        return covered
    paper, design = slips.chosen(request)
    rows = list(_slips(request, shown, PRINT_PART))
    _note(request, shown, "html", rows, paper)
    url = slips.portal(request)
    listed: list[Any] = [slips.slip(url, str(row), row.code) for row in rows]
    if design is not None:
        listed = slips.filled(design.html, slips.fields(request, shown, shown.plan), listed)
    answer = page(
        request,
        "dashboard/vouchers/sheet.html",
        batch=shown,
        offer=offers.words(shown.plan),
        use_by=slips.use_by_words(shown),
        paper=paper,
        own=design is not None,
        pages=slips.pages(paper, listed),
        address=slips.shown_address(url),
    )
    if design is not None:
        answer._csp_update = slips.STYLED  # type: ignore[attr-defined]
    return answer
