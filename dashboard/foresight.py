"""A plan before it is sold: what somebody with certain habits will see for two months."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts.roles import Action
from dashboard.access import Request, operator
from dashboard.numbers import SIZES, NumberForm, number
from dashboard.page import page
from kmikro.ui import formats
from radius import prospect
from radius.foresight import Foreseen, Habit
from subscribers.models import Plan

MARKS = 5
LARGEST_GB = 10_000
TONES = {"online": "ok", "slower": "warn", "garden": "warn", "refused": "bad"}
ICONS = {"online": "circle-check", "slower": "gauge", "garden": "door-open", "refused": "circle-x"}
TITLES = {"online": "Online", "slower": "Slower", "garden": "In the walled garden", "refused": "Refused"}
HOURS = [(str(each), f"{each:02}:00") for each in range(25)]


class HabitForm(NumberForm):
    """How much, when, and with what somebody signs in."""

    gigabytes = number("Uses a day", required=True)
    begins = forms.ChoiceField(label="From", choices=HOURS[:24])
    ends = forms.ChoiceField(label="To", choices=HOURS[1:])
    kind = forms.ChoiceField(
        label="Signs in with", choices=[("account", "An account"), ("voucher", "A voucher")]
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        octets = self.sized("gigabytes", SIZES["GB"])
        if octets is not None and octets > LARGEST_GB * SIZES["GB"]:
            self.add_error("gigabytes", f"At most {LARGEST_GB:,} GB a day can be looked at.")
        if not self.errors:
            data["habit"] = Habit(octets or 0, int(data["begins"]), int(data["ends"]))
        return data


START = {"gigabytes": "3", "begins": "18", "ends": "23", "kind": "account"}


@operator(Action.SEE_PLANS)
@require_GET
def show(request: Request, pk: int) -> HttpResponse:
    plan = get_object_or_404(Plan, pk=pk)
    form = HabitForm(request.GET if "gigabytes" in request.GET else START)
    context: dict[str, Any] = {"nav_key": "plans", "plan": plan, "form": form}
    if form.is_valid():
        zone, now = ZoneInfo(request.isp.time_zone), datetime.now(UTC)
        voucher = form.cleaned_data["kind"] == "voucher"
        found = prospect.of(
            plan,
            form.cleaned_data["habit"],
            voucher=voucher,
            zone=zone,
            language=request.isp.language,
            now=now,
        )
        context |= _seen(found)
    return page(
        request, "dashboard/plans/foresight.html", "seen", status=200 if form.is_valid() else 422, **context
    )


def _seen(found: Foreseen) -> dict[str, Any]:
    moved, days = sum(each.moved for each in found.days), found.days
    return {
        "seen": True,
        "events": [
            {
                "at": datetime.fromtimestamp(each.at, UTC),
                "tone": TONES[each.kind],
                "icon": ICONS[each.kind],
                "title": TITLES[each.kind],
                "text": each.text,
                "message": each.message,
                "used": formats.data_size(each.octets) if each.octets else "",
            }
            for each in found.events
        ],
        "cut": found.cut,
        "columns": [each.moved for each in days],
        "missing": [each.wanted - each.moved for each in days],
        "titles": [f"{each.date:%d %b}: {formats.data_size(each.moved)}" for each in days],
        "marks": _marks([each.date for each in days]),
        "moved": formats.data_size(moved),
        "wanted": formats.data_size(sum(each.wanted for each in days)),
    }


def _marks(days: list[date]) -> list[str]:
    last = len(days) - 1
    return [f"{days[round(last * mark / (MARKS - 1))]:%d %b}" for mark in range(MARKS)]
