"""The plan form: numbers with units as people say them, read into subscribers.plans.Terms."""

from typing import Any

from django import forms

from dashboard.numbers import RATES, SIZES, SPANS, NumberForm, number, split, unit
from kmikro.lib.money import Money, exponent
from kmikro.lib.refusal import Refusal
from subscribers.models import Plan
from subscribers.plans import Terms
from subscribers.versions import Reach

START = Terms("", 0, "", download_bps=5_000_000, upload_bps=2_000_000, validity_days=1)
LENGTHS = {"seconds": 1, "minutes": 60, "hours": 3_600}  # elapsed time
DAYS = {"days": 1, "weeks": 7}  # of the calendar


def reach() -> forms.ChoiceField:
    """Whom a change of a plan reaches (subscribers.versions)."""
    return forms.ChoiceField(
        label="Who gets it",
        required=False,
        widget=forms.RadioSelect,
        initial=Reach.EVERYBODY.value,
        choices=[
            (Reach.EVERYBODY.value, "Everybody on the plan\nAt the next login; a speed at once"),
            (Reach.NEW.value, "Only what is sold from now on\nWho has the plan keeps it as it is"),
        ],
    )


class PlanForm(NumberForm):
    """Fields are named as subscribers.plans refuses them."""

    name = forms.CharField(label="Name", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    price = forms.CharField(
        label="Price",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    validity = number("Valid for", hint="Empty: no end")
    validity_unit = unit("Unit of the validity", [(key, key.title()) for key in (*LENGTHS, *DAYS, "months")])
    validity_begins = forms.ChoiceField(label="Begins", choices=Plan.Begins.choices, required=False)
    download = number("Download", hint="Empty: no limit")
    download_unit = unit("Unit of the download speed", [("mbps", "Mbps"), ("kbps", "kbps")])
    upload = number("Upload", hint="Empty: no limit")
    upload_unit = unit("Unit of the upload speed", [("mbps", "Mbps"), ("kbps", "kbps")])
    data_limit = number("Data", hint="Both ways. Empty: no limit")
    data_limit_unit = unit("Unit of the data limit", [("GB", "GB"), ("MB", "MB")])
    time_limit = number("Online time", hint="Empty: no limit")
    time_limit_unit = unit(
        "Unit of the online time", [("hours", "Hours"), ("minutes", "Minutes"), ("seconds", "Seconds")]
    )
    devices = number(
        "Devices at once", required=True, decimal=False, hint="How many can use one code together"
    )

    reach = reach()

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        read: dict[str, Any] = {}
        for field, units in (
            ("download", RATES),
            ("upload", RATES),
            ("data_limit", SIZES),
            ("time_limit", SPANS),
        ):
            read[field] = self.scaled(field, units)
        read["devices"] = self.whole("devices")
        read |= self._validity(data.get("validity_unit", ""))
        if "price" in data:
            try:
                read["price"] = Money.parse(data["price"], self.currency).minor
            except Refusal as refusal:
                self.add_error("price", refusal.text)
        if not self.errors:
            data["terms"] = Terms(
                name=data["name"],
                price_minor=read["price"],
                currency=self.currency,
                download_bps=read["download"] or 0,
                upload_bps=read["upload"] or 0,
                data_limit_bytes=read["data_limit"] or None,
                time_limit_seconds=read["time_limit"] or None,
                devices=read["devices"],
                validity_seconds=read["validity_seconds"],
                validity_days=read["validity_days"],
                validity_months=read["validity_months"],
                validity_begins=data["validity_begins"] or Plan.Begins.FIRST_USE,
            )
        return data

    def _validity(self, unit: str) -> dict[str, int | None]:
        read: dict[str, int | None] = dict.fromkeys(("validity_seconds", "validity_days", "validity_months"))
        if unit in LENGTHS:
            read["validity_seconds"] = self.scaled("validity", LENGTHS)
        elif unit:
            count = self.whole("validity") or None
            months = unit == "months"
            read["validity_months" if months else "validity_days"] = count and count * DAYS.get(unit, 1)
        return read


def initial(terms: Terms) -> dict[str, str]:
    """What the form shows first; a plan without a name yet has no price either."""
    values = {"name": terms.name, "devices": str(terms.devices)}
    if terms.name:
        major = Money(terms.price_minor, terms.currency).major
        places = 0 if major == major.to_integral_value() else exponent(terms.currency)
        values["price"] = f"{major:.{places}f}"
    hours = {name: SPANS[name] for name in ("seconds", "minutes", "hours")}
    for field, value, units, default in (
        ("download", terms.download_bps, RATES, "mbps"),
        ("upload", terms.upload_bps, RATES, "mbps"),
        ("data_limit", terms.data_limit_bytes, SIZES, "GB"),
        ("time_limit", terms.time_limit_seconds, hours, "hours"),
    ):
        values[field], values[f"{field}_unit"] = split(value, units, default)
    values["validity_begins"] = terms.validity_begins
    values["validity"], values["validity_unit"] = _length(terms)
    return values


def _length(terms: Terms) -> tuple[str, str]:
    if terms.validity_months:
        return str(terms.validity_months), "months"
    if terms.validity_days:
        return split(terms.validity_days, {"days": 1}, "days")
    return split(terms.validity_seconds, LENGTHS, "days")
