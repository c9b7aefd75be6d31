"""The plan form: numbers with units as people say them, read into subscribers.plans.Terms."""

from decimal import Decimal
from typing import Any

from django import forms

from kmikro.lib.money import Money, exponent
from kmikro.lib.refusal import Refusal
from subscribers.plans import Terms

RATES = {"mbps": 1_000_000, "kbps": 1_000}
SPANS = {
    "seconds": 1,
    "minutes": 60,
    "hours": 3_600,
    "days": 86_400,
    "weeks": 7 * 86_400,
    "months": 30 * 86_400,
}
SIZES = {"MB": 10**6, "GB": 10**9}
LONGEST_NUMBER = 20
START = Terms("", 0, "", download_bps=5_000_000, upload_bps=2_000_000, validity_seconds=86_400)


def _number(label: str, *, required: bool = False, hint: str = "", decimal: bool = True) -> Any:
    """A number as text, so that '1,5', '10 ' and pasted values reach one parser."""
    widget = forms.TextInput(attrs={"inputmode": "decimal" if decimal else "numeric", "autocomplete": "off"})
    return forms.CharField(
        label=label, required=required, help_text=hint, max_length=LONGEST_NUMBER, widget=widget
    )


def _unit(label: str, choices: list[tuple[str, str]]) -> Any:
    return forms.ChoiceField(label=label, choices=choices)


class PlanForm(forms.Form):
    """Fields are named as subscribers.plans refuses them."""

    name = forms.CharField(label="Name", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    price = forms.CharField(
        label="Price",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    validity = _number("Valid for", hint="From the first use. Empty: no end")
    validity_unit = _unit("Unit of the validity", [(key, key.title()) for key in SPANS])
    download = _number("Download", hint="Empty: no limit")
    download_unit = _unit("Unit of the download speed", [("mbps", "Mbps"), ("kbps", "kbps")])
    upload = _number("Upload", hint="Empty: no limit")
    upload_unit = _unit("Unit of the upload speed", [("mbps", "Mbps"), ("kbps", "kbps")])
    data_limit = _number("Data", hint="Both ways. Empty: no limit")
    data_limit_unit = _unit("Unit of the data limit", [("GB", "GB"), ("MB", "MB")])
    time_limit = _number("Online time", hint="Empty: no limit")
    time_limit_unit = _unit(
        "Unit of the online time", [("hours", "Hours"), ("minutes", "Minutes"), ("seconds", "Seconds")]
    )
    devices = _number(
        "Devices at once", required=True, decimal=False, hint="How many can use one code together"
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        read: dict[str, Any] = {}
        for field, units in (
            ("validity", SPANS),
            ("download", RATES),
            ("upload", RATES),
            ("data_limit", SIZES),
            ("time_limit", SPANS),
        ):
            read[field] = self._scaled(field, units)
        read["devices"] = self._whole("devices")
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
                validity_seconds=read["validity"] or None,
                data_limit_bytes=read["data_limit"] or None,
                time_limit_seconds=read["time_limit"] or None,
                devices=read["devices"],
            )
        return data

    def _scaled(self, field: str, units: dict[str, int]) -> int | None:
        typed = self.cleaned_data.get(field, "").replace(" ", "").replace("\u00a0", "")
        unit = units.get(self.cleaned_data.get(f"{field}_unit", ""))
        if not typed or unit is None:
            return None
        # A decimal comma and a decimal point mean the same; thousands are not grouped in such small numbers.
        plain = typed.replace(",", ".", 1)
        whole, _, part = plain.partition(".")
        if not (whole.isascii() and whole.isdigit() and (not part or (part.isascii() and part.isdigit()))):
            self.add_error(field, "Type a number, for example 10 or 2.5.")
            return None
        return int(Decimal(plain if part else whole) * unit)

    def _whole(self, field: str) -> int:
        typed = self.cleaned_data.get(field, "")
        if typed and not (typed.isascii() and typed.isdigit()):
            self.add_error(field, "Type a whole number, for example 1.")
            return 0
        return int(typed or 0)


def _split(value: int | None, units: dict[str, int], default: str) -> tuple[str, str]:
    """A stored number as the largest unit in which it is whole: 5400 s is 90 minutes."""
    if not value:
        return "", default
    for name, size in sorted(units.items(), key=lambda item: -item[1]):
        if value % size == 0:
            return str(value // size), name
    name, size = min(units.items(), key=lambda item: item[1])
    return f"{Decimal(value) / size:f}"[:LONGEST_NUMBER], name


def initial(terms: Terms) -> dict[str, str]:
    """What the form shows first; a plan without a name yet has no price either."""
    values = {"name": terms.name, "devices": str(terms.devices)}
    if terms.name:
        major = Money(terms.price_minor, terms.currency).major
        places = 0 if major == major.to_integral_value() else exponent(terms.currency)
        values["price"] = f"{major:.{places}f}"
    spans = {name: SPANS[name] for name in ("seconds", "minutes", "hours", "days")}
    hours = {name: SPANS[name] for name in ("seconds", "minutes", "hours")}
    for field, value, units, default in (
        ("validity", terms.validity_seconds, spans, "days"),
        ("download", terms.download_bps, RATES, "mbps"),
        ("upload", terms.upload_bps, RATES, "mbps"),
        ("data_limit", terms.data_limit_bytes, SIZES, "GB"),
        ("time_limit", terms.time_limit_seconds, hours, "hours"),
    ):
        values[field], values[f"{field}_unit"] = _split(value, units, default)
    return values
