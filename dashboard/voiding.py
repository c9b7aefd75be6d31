"""Making vouchers void: one, a range of serials, or a batch, after a look at what that does. It cannot be undone."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.roles import Action
from billing import queries, vouchers
from billing.models import Batch
from dashboard import access, kicks
from dashboard.access import Request, operator
from dashboard.batches import batch_or_404
from dashboard.forms_vouchers import VoidForm
from dashboard.page import confirm, done, page, refused
from dashboard.vouchers import voucher_or_404
from kmikro.lib.refusal import Refusal


def _people(count: int) -> str:
    return "1 person is" if count == 1 else f"{count:,} people are"


def _foreseen(batch: Batch, form: VoidForm, now: datetime) -> dict[str, Any]:
    """What the form would do as it is filled in."""
    form.is_valid()
    chosen = form.chosen
    reach = queries.reach(batch, now, **chosen)
    online = 0 if chosen["unused_only"] else kicks.online_in_batch(batch.pk, chosen["first"], chosen["last"])
    return {"reach": reach, "online": _people(online) if online else "", "chosen": chosen}


@operator(Action.MAKE_VOUCHERS)
@require_http_methods(["GET", "POST"])
def void_batch(request: Request, pk: int) -> HttpResponse:
    """A page that says what would be made void; a POST does it."""
    batch = batch_or_404(request, pk)
    here, now = reverse("batch", args=[pk]), datetime.now(UTC)
    template = "dashboard/vouchers/void.html"
    shown: dict[str, Any] = {"nav_key": "vouchers", "batch": batch}
    if request.method == "GET":
        asked = {name: request.GET.get(name, "") for name in ("reach", "first", "last", "reason")}
        asked["reach"] = asked["reach"] or "unused"
        foreseen = _foreseen(batch, VoidForm(asked), now)
        return page(request, template, "preview", form=VoidForm(initial=asked), **shown, **foreseen)
    form, actor, refusal = VoidForm(request.POST), access.actor(request), None
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            voided = vouchers.void_batch(batch, by=actor, now=now, reason=reason, **form.chosen)
        except Refusal as caught:
            refusal = caught
        else:
            ended = kicks.end_sessions_of(voided, by=actor, now=now)
            text = f"{len(voided):,} codes are void."
            return done(request, here, f"{text} {_people(ended)} being disconnected." if ended else text)
    return refused(request, template, form=form, refusal=refusal, **shown, **_foreseen(batch, form, now))


@operator(Action.MAKE_VOUCHERS)
@require_http_methods(["GET", "POST"])
def void_voucher(request: Request, pk: int) -> HttpResponse:
    """One voucher, with a reason."""
    shown = voucher_or_404(request, pk)
    here, reason = reverse("voucher", args=[pk]), " ".join(request.POST.get("reason", "").split())[:200]
    if request.method == "GET" or not reason:
        text = "Its code stops working for ever; this cannot be undone." + kicks.warning(shown.service_id)
        return confirm(
            request,
            title=f"Void voucher {shown}?",
            text=text,
            action=reverse("voucher-void", args=[pk]),
            verb="Void voucher",
            cancel_url=here,
            extra=why_field(),
            error="Say why." if request.method == "POST" else "",
            status=422 if request.method == "POST" else 200,
            nav_key="vouchers",
        )
    actor, now = access.actor(request), datetime.now(UTC)
    try:
        vouchers.void(shown, by=actor, now=now, reason=reason)
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    asked = kicks.end_sessions_of([shown.service_id], by=actor, now=now)
    text = f"Voucher {shown} is void."
    return done(request, here, f"{text} Its session is being disconnected." if asked else text)


def why_field() -> SafeString:
    """The field of a dialog for the reason of an act that the journal keeps."""
    return format_html(
        '<div class="field"><label for="reason">{}</label><input class="input" id="reason" name="reason" '
        'maxlength="200" required autocomplete="off"><p class="hint">{}</p></div>',
        _("Why"),
        _("Stands in the journal and with the voucher."),
    )
