"""Correcting counted usage of a service: a row with a reason, and taking one back by a counter row."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.arranging import follow, home_of, service_or_404
from dashboard.forms_arranging import moment
from dashboard.numbers import SIZES, NumberForm, number, unit
from dashboard.page import confirm, done, page, refused
from kmikro.lib.refusal import Refusal
from kmikro.ui import formats
from subscribers import corrections
from subscribers.corrections import Amount
from subscribers.models import Correction, Service

FORM = "dashboard/subscribers/correct.html"


class CorrectionForm(NumberForm):
    """Fields are named as subscribers.corrections refuses them."""

    hour = moment("Hour", "Any moment of the hour, by your own clock", required=True)
    way = forms.ChoiceField(
        label="It was",
        initial="less",
        widget=forms.RadioSelect,
        choices=[("less", "Less than counted\nTake it off"), ("more", "More than counted\nAdd it")],
    )
    download_bytes = number("Download")
    upload_bytes = number("Upload")
    size_unit = unit("Unit of data", [(name, name) for name in reversed(SIZES)], initial="GB")
    seconds = number("Time online", decimal=False)
    why = forms.CharField(
        label="Why", max_length=300, help_text="Stays on record", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )  # fmt: skip

    def amount(self) -> Amount:
        """What is to be added; call it when the form is valid."""
        data = self.cleaned_data
        made = Amount(data["up"], data["down"], data["spent"])
        return made.negative if data["way"] == "less" else made

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        size = SIZES.get(data.get("size_unit", ""), SIZES["GB"])
        data["down"] = self.sized("download_bytes", size) or 0
        data["up"] = self.sized("upload_bytes", size) or 0
        data["spent"] = self.whole("seconds") * 60
        return data


@operator(Action.CORRECT_USAGE)
@require_http_methods(["GET", "POST"])
def correct(request: Request, pk: int) -> HttpResponse:
    """The form, and beneath it what was corrected so far."""
    service, now = service_or_404(pk), datetime.now(UTC)
    form = CorrectionForm(request.POST or None, initial={"hour": now.replace(minute=0, second=0)})
    context: dict[str, Any] = {
        "nav_key": "subscribers",
        "service": service,
        "home": home_of(service),
    }
    if request.method == "GET":
        return page(request, FORM, form=form, **_rows(request, service), **context)
    if not form.is_valid():
        return refused(request, FORM, form=form, **_rows(request, service), **context)
    data = form.cleaned_data
    try:
        corrections.correct(
            service, data["hour"], form.amount(), data["why"], by=access.actor(request), now=now
        )
    except Refusal as refusal:
        return refused(request, FORM, form=form, refusal=refusal, **_rows(request, service), **context)
    here = reverse("service-correct", args=[pk])
    return done(request, here, f"Corrected; it counts for caps and fair use.{follow(pk, now)}")


def _rows(request: Request, service: Service) -> dict[str, Any]:
    rows = service.corrections.select_related("undone").order_by("-made_at", "-pk")
    shown = listing.paged(request, rows)
    return {
        "page": shown,
        "rows": [
            {"row": each, "what": words(each), "may_undo": each.undoes_id is None and not _undone(each)}
            for each in shown
        ],
    }


def _undone(each: Correction) -> bool:
    return getattr(each, "undone", None) is not None


def words(each: Correction) -> str:
    """What it adds or takes off."""
    parts = []
    for name, label in (("download_bytes", "down"), ("upload_bytes", "up")):
        if value := getattr(each, name):
            parts.append(f"{'+' if value > 0 else ''}{formats.data_size(value)} {label}")
    if each.seconds:
        parts.append(f"{'+' if each.seconds > 0 else formats.MINUS}{formats.span(abs(each.seconds))}")
    return ", ".join(parts)


@operator(Action.CORRECT_USAGE)
@require_http_methods(["GET", "POST"])
def undo(request: Request, pk: int, number: int) -> HttpResponse:
    """Counter a correction, after a question."""
    service = service_or_404(pk)
    row = get_object_or_404(service.corrections.all(), pk=number)
    here = reverse("service-correct", args=[pk])
    if request.method == "GET":
        return confirm(
            request,
            title=f"Undo the correction {words(row)}?",
            text="A row that says the opposite is written beside it; both stay on record.",
            action=reverse("service-correction-undo", args=[pk, number]),
            verb="Undo",
            cancel_url=here,
            nav_key="subscribers",
        )
    now = datetime.now(UTC)
    try:
        corrections.undo(row, by=access.actor(request), now=now)
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    return done(request, here, f"It is undone.{follow(pk, now)}")
