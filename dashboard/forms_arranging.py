"""The forms of what is arranged with one service for a time; read into subscribers.arrangement_checks.Wish."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

from dashboard.numbers import SIZES, NumberForm, number, unit
from kmikro.lib import timetable
from kmikro.lib.validity import Validity
from subscribers import arrangement_checks
from subscribers.arrangement_checks import Wish
from subscribers.models import Arrangement, Service

MBPS = 1_000_000
UNTIL = (
    ("hour", "For an hour"),
    ("midnight", "Until midnight"),
    ("end", "As long as the service goes on"),
    ("moment", "Until a moment"),
)


def moment(label: str, hint: str = "", *, required: bool = False) -> Any:
    """A moment by the ISP's own clock."""
    return forms.DateTimeField(
        label=label,
        required=required,
        help_text=hint,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )


class Arranging(NumberForm):
    """Fields are named as subscribers.arrangement_checks refuses them."""

    kind = ""
    why = forms.CharField(
        label="Why",
        max_length=300,
        required=False,
        help_text="Stays on the timeline",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, service: Service, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.service, self.now = service, now
        self.order_fields([*(name for name in self.fields if name != "why"), "why"])

    def wish(self) -> Wish:
        """What is wished for; call it when the form is valid."""
        return Wish(kind=self.kind, why=self.cleaned_data["why"], **self.asked())

    def asked(self) -> dict[str, Any]:
        raise NotImplementedError


class ExtensionForm(Arranging):
    kind = "extension"
    amount = number("Extend by", required=True, decimal=False)
    amount_unit = unit("Unit", [("days", "Days"), ("hours", "Hours"), ("months", "Months")], initial="days")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        count = self.whole("amount")
        if not self.errors and not 0 < count <= 3660:
            self.add_error("amount", "Type a whole number from 1 to 3660.")
        data["count"] = count
        return data

    def asked(self) -> dict[str, Any]:
        count, name = self.cleaned_data["count"], self.cleaned_data["amount_unit"]
        more = Validity(seconds=count * 3600) if name == "hours" else Validity(**{name: count})
        return {"more": more}


class DataForm(Arranging):
    kind = "data"
    octets = number("Add", required=True)
    octets_unit = unit("Unit", [(name, name) for name in reversed(SIZES)], initial="GB")
    period = forms.ChoiceField(label="On top of", required=False, widget=forms.RadioSelect)
    ends_at = moment("Can be used until", "For the data of the plan. Empty: as long as the service goes on")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        words = dict(Arrangement.Period.choices)
        known = arrangement_checks.counts_of(self.service.plan)
        self.fields["period"].choices = [(each, words[each]) for each in known]  # type: ignore[attr-defined]
        self.fields["period"].initial = known[0] if known else ""
        if Arrangement.Period.TOTAL.value not in known:
            del self.fields["ends_at"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["bytes"] = self.scaled("octets", SIZES)
        return data

    def asked(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"octets": data["bytes"] or 0, "period": data["period"], "ends_at": data.get("ends_at")}


class SpeedForm(Arranging):
    kind = "speed"
    download_bps = number("Download", hint="Empty or 0: no limit")
    upload_bps = number("Upload", hint="Empty or 0: no limit")
    until = forms.ChoiceField(label="For how long", choices=UNTIL, initial="hour", widget=forms.RadioSelect)
    ends_at = moment("Until", "For the last choice")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["speeds"] = {
            name: self.sized(name, MBPS) or 0 for name in ("download_bps", "upload_bps") if name in data
        }
        if data.get("until") == "moment" and not data.get("ends_at") and "ends_at" not in self.errors:
            self.add_error("ends_at", "Choose until when.")
        return data

    def asked(self) -> dict[str, Any]:
        until = self.cleaned_data["until"]
        ends_at = self.cleaned_data["ends_at"] if until == "moment" else None
        if until == "hour":
            ends_at = self.now + timedelta(hours=1)
        elif until == "midnight":
            midnight = timetable.period("day", self.now.timestamp(), self.zone)[1]
            ends_at = datetime.fromtimestamp(midnight, UTC)
        return {**self.cleaned_data["speeds"], "ends_at": ends_at}

    def __init__(self, *args: Any, zone: Any = UTC, **options: Any) -> None:
        super().__init__(*args, **options)
        self.zone = zone


class PauseForm(Arranging):
    kind = "pause"
    starts_at = moment("From", "By your own clock. Empty: now")
    ends_at = moment("To", required=True)

    def asked(self) -> dict[str, Any]:
        return {"starts_at": self.cleaned_data["starts_at"], "ends_at": self.cleaned_data["ends_at"]}


FORMS: dict[str, type[Arranging]] = {
    form.kind: form for form in (ExtensionForm, DataForm, SpeedForm, PauseForm)
}
