"""What is given instead of a refusal: one setting for each reason, in words, changed and taken away."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Action
from dashboard import access
from dashboard.access import Request, operator
from dashboard.numbers import SPANS, NumberForm, number, plain, split, unit
from dashboard.page import confirm, done, page, refused
from kmikro.lib.refusal import Refusal
from subscribers import fallbacks, offers, queries
from subscribers.fallbacks import Given
from subscribers.models import Fallback

LIST, FORM = "dashboard/plans/fallbacks.html", "dashboard/plans/fallback.html"
MBPS = 10**6
MOST_PLANS = 200
USUAL_SECONDS = Given().seconds
ABOUT = {
    Fallback.Reason.ENDED: "Its time is over, and the grace after it",
    Fallback.Reason.SUSPENDED: "You have paused it",
    Fallback.Reason.TIME: "The whole, or that of a day",
    Fallback.Reason.DATA: "The whole, or that of a day",
    Fallback.Reason.DEVICE: "The plan locks it to a device",
    Fallback.Reason.UNKNOWN: "Only at routers whose RADIUS sign-in lets them in",
    Fallback.Reason.TRIAL: "A hotspot's free trial",
}
_UNITS = {name: SPANS[name] for name in ("seconds", "minutes", "hours")}
_NAMES = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class FallbackForm(NumberForm):
    """Fields are named as subscribers.fallbacks refuses them; speeds in Mbps."""

    plan = forms.ChoiceField(label="Plan", required=False, help_text="What is empty below is this plan's")
    download_bps = number("Download")
    upload_bps = number("Upload")
    address_list = forms.CharField(
        label="Address list",
        max_length=63,
        required=False,
        help_text="Your firewall keeps who is on it inside",
        widget=forms.TextInput(attrs=_NAMES),
    )
    pool = forms.CharField(label="Pool", max_length=63, required=False, widget=forms.TextInput(attrs=_NAMES))
    seconds = number(
        "Asked again after", required=True, hint="Then the router looks whether things have changed"
    )
    seconds_unit = unit("Unit", [(name, name.title()) for name in _UNITS], initial="minutes")

    def __init__(self, *args: Any, plans: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = [("", "None"), *plans]  # type: ignore[attr-defined]

    def given(self) -> Given:
        """What was typed; mind `errors` afterwards."""
        data = self.cleaned_data
        return Given(
            plan_id=int(data["plan"]) if data.get("plan") else None,
            download_bps=self.sized("download_bps", MBPS) or 0,
            upload_bps=self.sized("upload_bps", MBPS) or 0,
            address_list=data.get("address_list", ""),
            pool=data.get("pool", ""),
            seconds=self.scaled("seconds", _UNITS) or 0,
        )


def _initial(held: Fallback | None) -> dict[str, Any]:
    length, length_unit = split(held.seconds if held else USUAL_SECONDS, _UNITS, "minutes")
    first: dict[str, Any] = {"seconds": length, "seconds_unit": length_unit}
    if held is None:
        return first
    return first | {
        "plan": held.plan_id or "",
        "download_bps": plain(held.download_bps, MBPS),
        "upload_bps": plain(held.upload_bps, MBPS),
        "address_list": held.address_list,
        "pool": held.pool,
    }


def words(held: Fallback) -> str:
    """What is given, in a few words."""
    parts = []
    if held.plan is not None:
        parts.append(f"what {held.plan.name} gives")
    if held.download_bps or held.upload_bps:
        parts.append(offers.speed(held.download_bps, held.upload_bps))
    if held.address_list:
        parts.append(f"on the list {held.address_list}")
    if held.pool:
        parts.append(f"an address of {held.pool}")
    return ", ".join(parts)


def _kind(held: Fallback) -> str:
    """A list or pool keeps people in a garden; without either it is another plan or a slower line."""
    if held.address_list or held.pool:
        return "Walled garden"
    return "Other plan" if held.plan is not None else "Throttled"


@operator(Action.SEE_PLANS)
@require_safe
def index(request: Request) -> HttpResponse:
    given = {each.reason: each for each in Fallback.objects.select_related("plan")}
    rows = [
        {
            "reason": reason,
            "label": Fallback.Reason(reason).label,
            "about": ABOUT[Fallback.Reason(reason)],
            "held": held,
            "kind": _kind(held) if held else "",
            "words": words(held) if held else "",
            "again": offers.span(held.seconds) if held else "",
        }
        for reason in Fallback.Reason.values
        for held in (given.get(reason),)
    ]
    return page(
        request, LIST, nav_key="plans", rows=rows, may_change=access.may(request, Action.CHANGE_PLANS)
    )


def _reason_or_404(reason: str) -> Fallback.Reason:
    if reason not in Fallback.Reason.values:
        raise Http404
    return Fallback.Reason(reason)


@operator(Action.CHANGE_PLANS)
@require_http_methods(["GET", "POST"])
def change(request: Request, reason: str) -> HttpResponse:
    chosen = _reason_or_404(reason)
    held = Fallback.objects.filter(reason=reason).first()
    plans = list(
        queries.living_plans().order_by("is_archived", "name").values_list("pk", "name")[:MOST_PLANS]
    )
    context: dict[str, Any] = {
        "nav_key": "plans",
        "reason": chosen,
        "label": chosen.label,
        "about": ABOUT[chosen],
        "held": held,
    }
    if request.method == "GET":
        return page(request, FORM, form=FallbackForm(initial=_initial(held), plans=plans), **context)
    form, refusal = FallbackForm(request.POST, plans=plans), None
    if form.is_valid():
        given = form.given()
        if not form.errors:
            try:
                fallbacks.give(reason, given, by=access.actor(request), now=datetime.now(UTC))
                return done(request, reverse("fallbacks"), f"{chosen.label}: saved.")
            except Refusal as caught:
                refusal = _readable(caught, form)
    return refused(request, FORM, form=form, refusal=refusal, **context)


def _readable(refusal: Refusal, form: FallbackForm) -> Refusal:
    """Ranges are refused in the API's words and units; a form has a label."""
    if refusal.code != "out_of_range":
        return refusal
    span = (
        "Choose from one minute to a day."
        if refusal.field == "seconds"
        else "This is more than can be given."
    )
    return Refusal(refusal.code, f"{form.fields[refusal.field].label}: {span}", field=refusal.field)


@operator(Action.CHANGE_PLANS)
@require_http_methods(["GET", "POST"])
def remove(request: Request, reason: str) -> HttpResponse:
    """Refuse for this reason again, after a question."""
    chosen = _reason_or_404(reason)
    if request.method == "GET":
        return confirm(
            request,
            title="Refuse them again?",
            text=f"{chosen.label}: whoever is online because of this setting is disconnected within seconds.",
            action=reverse("fallback-remove", args=[reason]),
            verb="Refuse them",
            cancel_url=reverse("fallbacks"),
            nav_key="plans",
        )
    try:
        fallbacks.take_away(reason, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, reverse("fallbacks"), refusal.text, "bad")
    return done(request, reverse("fallbacks"), f"{chosen.label}: refused from now on.")
