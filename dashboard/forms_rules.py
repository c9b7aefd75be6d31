"""The forms of a plan's rules: hours and stages are rows of their own; read into subscribers.rules.Rules."""

from collections.abc import Iterable, Sequence
from datetime import time
from typing import Any

from django import forms
from django.forms import formset_factory

from dashboard import forms_plans
from dashboard.forms_terms import offer, places
from dashboard.numbers import SPANS, NumberForm, number, plain, split, unit
from kmikro.lib import timetable
from subscribers import stages
from subscribers.models import Plan
from subscribers.rules import Rules

MBPS, GB = 10**6, 10**9
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PERIODS = {"day": "A day", "week": "A week", "month": "A month"}
_TIMES = {"grace_seconds": "days", "daily_seconds": "hours", "idle_seconds": "minutes"}  # and the usual unit
_LIMITS = ("daily_data_bytes", "download_limit_bytes", "upload_limit_bytes", "carry_limit_bytes")
_CHOSEN = ("lock", "sale_limit", "carry")
_SPEEDS = tuple(name for name in Rules.__slots__ if name.endswith("_bps"))
_NAMES = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


AFTER = ("end_plan_id", "quota_plan_id")
_UNITS = {name: SPANS[name] for name in ("seconds", "minutes", "hours", "days")}


def _unit(field: str) -> Any:
    return unit("Unit", [(name, name.title()) for name in _UNITS], initial=_TIMES[field])


def after(label: str) -> Any:
    """A plan whose speed, list and pool are given then; the choices come with the form."""
    return forms.TypedChoiceField(label=label, coerce=int, empty_value=None, required=False)


class RulesForm(NumberForm):
    """Fields are named as subscribers.rules refuses them; speeds in Mbps, data in GB."""

    grace_seconds = number("Grace after the end", hint="Empty: none")
    grace_seconds_unit = _unit("grace_seconds")
    daily_data_bytes = number("Data a day", hint="Both ways. Empty: no limit")
    daily_seconds = number("Online time a day", hint="Empty: no limit")
    daily_seconds_unit = _unit("daily_seconds")
    download_limit_bytes = number("Download in all", hint="Empty: no limit")
    upload_limit_bytes = number("Upload in all", hint="Empty: no limit")
    lock = forms.ChoiceField(
        label="Works on",
        required=False,
        widget=forms.RadioSelect,
        choices=[
            (Plan.Lock.NONE.value, "Any device\nWhoever knows the secret"),
            (Plan.Lock.FIRST.value, "The first device\nBound when it signs in"),
            (Plan.Lock.LIST.value, "Listed devices\nThose on the account's page"),
        ],
    )
    sale_limit = forms.ChoiceField(label="To one subscriber", required=False, choices=Plan.SaleLimit.choices)
    carry = forms.ChoiceField(
        label="Data that is left comes along", required=False, choices=Plan.Carry.choices
    )
    carry_limit_bytes = number("At most", hint="Empty: all that is left")
    moves_a_day = number("Moves to another device a day", hint="By who has the code. 0: never", decimal=False)
    sites = places("Sites", "")
    routers = places("Routers", "")
    burst_download_bps = number("Burst download")
    burst_upload_bps = number("Burst upload")
    burst_threshold_download_bps = number(
        "While the average is under, download", hint="Empty: the speed itself"
    )
    burst_threshold_upload_bps = number("While the average is under, upload", hint="Empty: the speed itself")
    burst_seconds = number("Averaged over", decimal=False)
    priority = forms.TypedChoiceField(
        label="Priority of the queue",
        coerce=int,
        choices=[(1, "1, goes first"), *((each, str(each)) for each in range(2, 8)), (8, "8, usual")],
        initial=8,
    )
    guaranteed_download_bps = number("Guaranteed download")
    guaranteed_upload_bps = number("Guaranteed upload")
    idle_seconds = number("Ends when idle for", hint="Empty: never")
    idle_seconds_unit = _unit("idle_seconds")
    address_list = forms.CharField(
        label="Address list", max_length=63, required=False, widget=forms.TextInput(attrs=_NAMES)
    )
    end_plan_id = after("After the end")
    quota_plan_id = after("After data or time are used up")
    pool = forms.CharField(label="Pool", max_length=63, required=False, widget=forms.TextInput(attrs=_NAMES))
    reach = forms_plans.reach()

    def __init__(
        self,
        *args: Any,
        sites: Sequence[tuple[int, str]],
        routers: Sequence[tuple[int, str]],
        plans: Sequence[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, sites=sites, routers=routers)
        for name in AFTER:
            field: Any = self.fields[name]
            field.choices = [("", "Nothing of its own"), *plans]

    def values(self) -> dict[str, Any]:
        """Everything but hours and stages, by the names of Rules; mind `errors` afterwards."""
        data = self.cleaned_data
        read: dict[str, Any] = {name: data.get(name, "") for name in (*_CHOSEN, "address_list", "pool")}
        read |= {name: data.get(name) or [] for name in ("sites", "routers")}
        read |= {name: self.sized(name, GB) for name in _LIMITS}
        read |= {name: self.sized(name, MBPS) or 0 for name in _SPEEDS}
        read |= {name: self.scaled(name, _UNITS) for name in _TIMES}
        read["grace_seconds"] = read["grace_seconds"] or 0
        read |= {name: data.get(name) or None for name in AFTER}
        read |= {name: self.whole(name) for name in ("burst_seconds", "moves_a_day")}
        return read | {"priority": data.get("priority", 8)}


class WindowForm(forms.Form):
    """Days and hours in which the plan works; without days the row says nothing."""

    days = forms.TypedMultipleChoiceField(
        label="Days",
        coerce=int,
        required=False,
        choices=list(enumerate(DAYS)),
        widget=forms.CheckboxSelectMultiple,
    )
    opens = forms.TimeField(
        label="From", required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    closes = forms.TimeField(
        label="To", required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        given = [bool(data.get("days")), data.get("opens") is not None, data.get("closes") is not None]
        if any(given) and not all(given) and not self.errors:
            raise forms.ValidationError("Hours have days, a beginning and an end.")
        return data


class StageForm(NumberForm):
    """After so much in a period this speed; without data the row says nothing."""

    period = forms.ChoiceField(label="In", choices=list(PERIODS.items()), required=False)
    after = number("After")
    download = number("Then download")
    upload = number("Then upload")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        read = {
            name: self.sized(name, size)
            for name, size in (("after", GB), ("download", MBPS), ("upload", MBPS))
        }
        if any(each is not None for each in read.values()):
            for name, value in read.items():
                if value is None and name not in self.errors:
                    self.add_error(name, "A stage has data and both speeds.")
        return data | {"read": read}


Windows = formset_factory(WindowForm, extra=1, max_num=timetable.MOST_WINDOWS, validate_max=True)
Stages = formset_factory(StageForm, extra=1, max_num=stages.MOST, validate_max=True)


def windows_of(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Hours as a plan keeps them; midnight at the end of a day is 24:00."""
    found = []
    for row in (form.cleaned_data for form in rows):
        if row.get("days"):
            hours = {"from": f"{row['opens']:%H:%M}", "to": closing(row["closes"])}
            found.append({"days": row["days"], **hours})
    return found


def closing(at: time) -> str:
    """The end of hours as a plan keeps it."""
    ends = f"{at:%H:%M}"
    return "24:00" if ends == "00:00" else ends


def shown_closing(ends: str) -> str:
    """The end of hours as a form shows it."""
    return "00:00" if ends == "24:00" else ends


def stages_of(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Stages as a plan keeps them."""
    return [
        {
            "period": row["period"] or "day",
            "after_bytes": row["read"]["after"],
            "download_bps": row["read"]["download"],
            "upload_bps": row["read"]["upload"],
        }
        for row in (form.cleaned_data for form in rows)
        if row.get("read", {}).get("after") is not None
    ]


def initial(rules: Rules) -> dict[str, Any]:
    """What the form of the rules shows first."""
    values: dict[str, Any] = {
        name: getattr(rules, name)
        for name in (*_CHOSEN, "sites", "routers", "address_list", "pool", "priority")
    }
    values |= {name: plain(getattr(rules, name), GB) for name in _LIMITS}
    values |= {name: plain(getattr(rules, name), MBPS) for name in _SPEEDS}
    for name in _TIMES:
        values[name], values[f"{name}_unit"] = split(getattr(rules, name), _UNITS, _TIMES[name])
    values |= {name: getattr(rules, name) for name in AFTER}
    values["moves_a_day"] = str(rules.moves_a_day)
    return values | {"burst_seconds": str(rules.burst_seconds or "")}


def initial_windows(windows: Iterable[Any]) -> list[dict[str, Any]]:
    """What rows of hours show first."""
    return [
        {"days": row["days"], "opens": row["from"], "closes": shown_closing(row["to"])} for row in windows
    ]


def initial_stages(rules: Rules) -> list[dict[str, Any]]:
    return [
        {
            "period": row["period"],
            "after": plain(row["after_bytes"], GB),
            "download": plain(row["download_bps"], MBPS),
            "upload": plain(row["upload_bps"], MBPS),
        }
        for row in rules.stages
    ]
