"""A voucher tops up an account: its code, what it would add, and adding it; and when what it adds begins."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods, require_POST

from accounts import limits
from accounts.roles import Action
from billing import redeeming
from billing.redeeming import Preview
from dashboard import access
from dashboard.access import Request, operator
from dashboard.arranging import follow
from dashboard.own_terms import account_or_404
from dashboard.page import done, page, refused
from kmikro.lib.refusal import Refusal
from kmikro.ui import formats

FORM = "dashboard/subscribers/redeem.html"
TRIES = "20 per minute"  # of one operator: codes are not to be guessed here either


class RedeemForm(forms.Form):
    """What stands on the paper."""

    code = forms.CharField(
        label="Voucher code",
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        help_text="Dashes and small letters do not matter",
    )


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def redeem(request: Request, pk: int) -> HttpResponse:
    """The code, what it would add, and adding it when that was seen."""
    service, now = account_or_404(pk), datetime.now(UTC)
    here = reverse("subscriber-account", args=[pk])
    context: dict[str, Any] = {"nav_key": "subscribers", "service": service, "home": here}
    if request.method == "GET":
        return page(request, FORM, form=RedeemForm(), **context)
    form = RedeemForm(request.POST)
    if not form.is_valid():
        return refused(request, FORM, form=form, **context)
    code = form.cleaned_data["code"]
    try:
        limits.hit("redeem", request.user.pk, rule=TRIES)
        if request.POST.get("sure") != "1":
            planned = redeeming.preview(service, code, now=now)
            return page(request, FORM, form=form, lines=_lines(planned), code=code, **context)
        voucher = redeeming.redeem(service, code, by=access.actor(request), now=now)
    except (Refusal, limits.TooMany) as caught:
        refusal = caught if isinstance(caught, Refusal) else Refusal("too_many", caught.text)
        return refused(request, FORM, form=form, refusal=refusal, **context)
    return done(request, here, f"Voucher {voucher} topped up {service.label}.{follow(pk, now)}")


@operator(Action.CHANGE_PLANS)
@require_POST
def choose(request: Request) -> HttpResponse:
    """When what a voucher adds begins."""
    try:
        redeeming.choose(request.POST.get("top_up", ""), by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, reverse("voucher-designs"), refusal.text, "bad")
    return done(request, reverse("voucher-designs"), "Top-ups begin so from now on.")


def _lines(planned: Preview) -> list[tuple[str, str, str]]:
    """(label, before, after) in words."""
    plan = planned.voucher.service.plan
    lines = [("Voucher", "", f"{planned.voucher}, {plan.name}")]
    if planned.ends_after != planned.ends_before:
        lines.append(("Ends", _day(planned.ends_before), _day(planned.ends_after)))
    if planned.octets:
        begins = f", from {_day(planned.data_from)}" if planned.data_from else ", at once"
        lines.append(("Extra data", "", f"{formats.data_size(planned.octets)}{begins}"))
    return lines


def _day(at: datetime | None) -> str:
    return f"{localtime(at):%d %b %Y %H:%M}" if at else ""
