"""Voucher batches: the list with the form for a new one, and progress while it is made."""

from datetime import UTC, datetime
from typing import Any

from django.core.cache import cache
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Action
from billing import batch_options, queries, vouchers
from billing import tasks as billing_tasks
from billing.models import Batch
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.forms_vouchers import BatchForm
from dashboard.page import done, page, refused
from kmikro.lib import codes
from kmikro.lib.refusal import Refusal
from kmikro.ui import formats
from subscribers import offers
from subscribers import queries as service_queries

SORTS = {"batch": ("pk",), "plan": ("plan__name", "pk"), "count": ("count", "pk")}
PER_PAGE = 24  # vouchers on an A4 sheet (billing.sheet, which is heavy to import)
REMEMBERED = 3600  # seconds a submitted form is known by its key
# Their check characters are wrong, so that no example is ever a voucher.
EXAMPLES = {"mixed": "CCCC-DDDD-FFFF", "digits": "1111-2222-3334", "letters": "CCCC-DDDD-FFFF"}
UNFINISHED = (Batch.State.WAITING, Batch.State.MAKING)


def owner(request: Request) -> int | None:
    """Whose batches this person sees: None is everybody's; cashiers and resellers see their own."""
    return None if access.may(request, Action.SEE_ALL_VOUCHERS) else request.user.pk


def batch_or_404(request: Request, pk: int) -> Batch:
    return get_object_or_404(queries.batches(owner(request)), pk=pk)


def _list(request: Request) -> dict[str, Any]:
    chosen, fields = listing.order(request, SORTS, "-batch")
    found = listing.paged(request, queries.batches(owner(request)).order_by(*fields))
    tallies = queries.tallies([batch.pk for batch in found])
    rows = [_row(batch, tallies[batch.pk]) for batch in found]
    return {
        "page": found,
        "rows": rows,
        "busy": any(batch.state in UNFINISHED for batch in found),
        "here": listing.link(request, page=found.number if found.number > 1 else None),
        "heads": listing.headings(
            request,
            chosen,
            [
                ("batch", "Batch"),
                ("plan", "Plan"),
                ("", "Used"),
                ("", "Price", "num"),
                ("", "Made"),
                ("", "", "num"),
            ],
        ),
    }


def _row(batch: Batch, tally: queries.Tally) -> dict[str, Any]:
    alive = batch.made - tally.void
    return {
        "batch": batch,
        "tally": tally,
        "alive": alive,
        "used_percent": round(100 * tally.used / alive) if alive else 0,
        "made_percent": round(100 * batch.made / batch.count),
        "busy": batch.state in UNFINISHED,
    }


def _form(request: Request, data: Any = None) -> BatchForm:
    on_sale = service_queries.plans()
    return BatchForm(data, plans=on_sale, chosen=listing.number(request, "plan"))


def _symbol(request: Request) -> str:
    return formats.SYMBOLS.get(request.isp.currency, request.isp.currency)


def _preview(request: Request, form: BatchForm) -> dict[str, Any]:
    """What the form would make, as far as it can be read."""
    plan = count = None
    price, example, weak = None, EXAMPLES["mixed"], ""
    if form.is_bound:
        form.is_valid()
        plan, count = form.cleaned_data.get("plan"), form.cleaned_data.get("count")
        price = form.cleaned_data.get("price_minor")
        example, weak = _example(form, count or 1)
    else:
        chosen = form.initial.get("plan") or next(iter(form.plans), None)
        plan, count = form.plans.get(str(chosen)), int(form.initial["count"])
    pages = -(-count // PER_PAGE) if count else 0
    if price is None and plan:
        price = plan.price_minor
    return {
        "preview_plan": plan,
        "preview_offer": offers.words(plan) if plan else "",
        "preview_count": count,
        "preview_pages": pages,
        "preview_price": price,
        "preview_code": example,
        "preview_weak": weak,
        "preview_total": price * count if price is not None and count else None,
        "preview_url": request.build_absolute_uri("/portal/"),
    }


def _example(form: BatchForm, count: int) -> tuple[str, str]:
    """A code as it would look, which nobody can use, and what is wrong with the shape."""
    try:
        shape = batch_options.shape_of(form.options, count)
    except Refusal as refusal:
        return "", refusal.text
    body = (EXAMPLES[shape.alphabet].replace("-", "") * 2)[: shape.length + 1]
    return codes.shown(shape.prefix + body), ""


@operator(Action.SEE_VOUCHERS)
@require_http_methods(["GET", "POST"])
def index(request: Request) -> HttpResponse:
    """The batches and, for who may, the form; a POST asks for a batch."""
    may_make = access.may(request, Action.MAKE_VOUCHERS)
    if request.method == "POST":
        return _ask(request) if may_make else access.no_permission(request)
    context: dict[str, Any] = {"nav_key": "vouchers", "may_make": may_make, **_list(request)}
    if may_make:
        form = _form(request)
        context |= {"form": form, **_preview(request, form), "symbol": _symbol(request)}
    return page(request, "dashboard/vouchers/index.html", stock=queries.stock(owner(request)), **context)


def _ask(request: Request) -> HttpResponse:
    form = _form(request, request.POST)
    refusal = None
    if form.is_valid():
        remembered = f"batch-form:{request.user.pk}:{form.cleaned_data['key']}"
        if not cache.add(remembered, 0, REMEMBERED):
            made = cache.get(remembered)
            return HttpResponseRedirect(reverse("batch", args=[made]) if made else reverse("vouchers"))
        try:
            batch = vouchers.ask_batch(
                form.cleaned_data["plan"],
                form.cleaned_data["count"],
                form.cleaned_data["note"],
                by=access.actor(request),
                now=datetime.now(UTC),
                options=form.options,
            )
        except Refusal as caught:
            refusal = caught
            cache.delete(remembered)
        else:
            cache.set(remembered, batch.pk, REMEMBERED)
            billing_tasks.make_batch.soon(batch.pk)
            return done(
                request, reverse("batch", args=[batch.pk]), f"{batch.count:,} vouchers are being made."
            )
    context = {**_list(request), **_preview(request, form), "stock": queries.stock(owner(request))}
    return refused(
        request,
        "dashboard/vouchers/index.html",
        form=form,
        refusal=refusal,
        nav_key="vouchers",
        may_make=True,
        symbol=_symbol(request),
        **context,
    )


@operator(Action.SEE_VOUCHERS)
@require_GET
def rows(request: Request) -> HttpResponse:
    """The list alone, polled while a batch is being made."""
    return page(request, "dashboard/vouchers/index.html#batches", **_list(request))


@operator(Action.MAKE_VOUCHERS)
@require_POST
def preview(request: Request) -> HttpResponse:
    form = _form(request, request.POST)
    return page(request, "dashboard/vouchers/index.html#preview", **_preview(request, form))


@operator(Action.MAKE_VOUCHERS)
@require_POST
def retry(request: Request, pk: int) -> HttpResponse:
    batch = batch_or_404(request, pk)
    here = reverse("batch", args=[pk])
    try:
        vouchers.retry_batch(batch, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    billing_tasks.make_batch.soon(pk)
    return done(request, here, f"Batch {pk} goes on after voucher {batch.made:,}.")
