"""The codes of a batch are shown until it is handed over; after that, printing again wants a right and a reason."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.roles import Action
from billing import handover
from billing.models import Batch
from dashboard import access, sheets, slips
from dashboard.access import Request, operator
from dashboard.batches import batch_or_404
from dashboard.page import confirm, done
from dashboard.voiding import why_field
from dashboard.vouchers import voucher_or_404
from kmikro.lib.refusal import Refusal


def _batch(request: Request, pk: int, act: Callable[..., Any], said: str, **dialog: Any) -> HttpResponse:
    """Ask, then do it, and say so on the page of the batch."""
    batch, here = batch_or_404(request, pk), reverse("batch", args=[pk])
    if request.method == "GET":
        return confirm(request, cancel_url=here, nav_key="vouchers", danger=False, **dialog)
    more = {"reason": request.POST.get("reason", "")} if "extra" in dialog else {}
    try:
        act(batch, by=access.actor(request), now=datetime.now(UTC), **more)
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    return done(request, here, said)


@operator(Action.MAKE_VOUCHERS)
@require_http_methods(["GET", "POST"])
def hand_over(request: Request, pk: int) -> HttpResponse:
    """Cover the codes of a batch."""
    return _batch(
        request,
        pk,
        handover.hand_over,
        f"Batch {pk} is handed over: its codes are covered.",
        title=f"Hand over batch {pk}?",
        text="Print or export it first. From then on nobody sees its codes; owners and managers can print again "
        "with a reason.",
        action=reverse("batch-hand-over", args=[pk]),
        verb="Hand over",
    )


@operator(Action.PRINT_AGAIN)
@require_http_methods(["GET", "POST"])
def open_again(request: Request, pk: int) -> HttpResponse:
    """Show the codes of a batch for an hour more."""
    return _batch(
        request,
        pk,
        handover.open_again,
        f"The codes of batch {pk} are shown for an hour.",
        title=f"Show the codes of batch {pk} again?",
        text="For one hour it can be printed and exported by everybody who may see its codes.",
        action=reverse("batch-open", args=[pk]),
        verb="Show codes for an hour",
        extra=why_field(),
    )


@operator(Action.PRINT_AGAIN)
@require_http_methods(["GET", "POST"])
def print_again(request: Request, pk: int) -> HttpResponse:
    """One voucher once more, as PDF on the usual paper."""
    shown = voucher_or_404(request, pk)
    batch: Batch = shown.batch
    here = reverse("voucher", args=[pk])
    if request.method == "GET":
        # The answer is a file: it opens beside the page, without htmx.
        return confirm(
            request,
            title=f"Print voucher {shown} again?",
            text="Two papers with the same code are one voucher: whoever uses it first has it.",
            action=reverse("voucher-print", args=[pk]),
            verb="Print again",
            cancel_url=here,
            danger=False,
            extra=why_field(),
            is_file=True,
            nav_key="vouchers",
        )
    actor, now = access.actor(request), datetime.now(UTC)
    try:
        code = handover.print_again(
            shown, shown.state, by=actor, now=now, reason=request.POST.get("reason", "")
        )
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    paper, _design = slips.chosen(request)
    return sheets.pdf(request, batch, [(str(shown), code)], paper)
