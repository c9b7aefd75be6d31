"""Numbers with units as people type them: '1,5' Mbps, 90 minutes, 2 GB; read into bits, seconds and bytes."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

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
LONGEST = 20


def number(label: str, *, required: bool = False, hint: str = "", decimal: bool = True) -> Any:
    """A number as text, so that '1,5', '10 ' and pasted values reach one parser."""
    widget = forms.TextInput(attrs={"inputmode": "decimal" if decimal else "numeric", "autocomplete": "off"})
    return forms.CharField(label=label, required=required, help_text=hint, max_length=LONGEST, widget=widget)


def unit(label: str, choices: list[tuple[str, str]], *, initial: str | None = None) -> Any:
    return forms.ChoiceField(label=label, choices=choices, initial=initial)


def split(value: int | None, units: Mapping[str, int], default: str) -> tuple[str, str]:
    """A stored number as the largest unit in which it is whole: 5400 s is 90 minutes."""
    if not value:
        return "", default
    for name, size in sorted(units.items(), key=lambda item: -item[1]):
        if value % size == 0:
            return str(value // size), name
    name, size = min(units.items(), key=lambda item: item[1])
    return f"{Decimal(value) / size:f}"[:LONGEST], name


def plain(value: int | None, size: int) -> str:
    """A stored number in one fixed unit: 2_500_000 bps are 2.5 Mbps; empty for none."""
    if not value:
        return ""
    text = f"{Decimal(value) / size:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class NumberForm(forms.Form):
    """Reads its fields `name` and `name_unit` together; what is no number becomes an error of the field."""

    def scaled(self, field: str, units: Mapping[str, int]) -> int | None:
        """The number in the smallest unit, None when nothing (or nothing that can be read) was typed."""
        typed = self.cleaned_data.get(field, "").replace(" ", "").replace("\u00a0", "")
        unit = units.get(self.cleaned_data.get(f"{field}_unit", ""))
        return None if not typed or unit is None else self._read(field, typed, unit)

    def sized(self, field: str, size: int) -> int | None:
        """The same for a field that has one unit of this size."""
        typed = self.cleaned_data.get(field, "").replace(" ", "").replace("\u00a0", "")
        return self._read(field, typed, size) if typed else None

    def _read(self, field: str, typed: str, unit: int) -> int | None:
        # A decimal comma and a decimal point mean the same; thousands are not grouped in such small numbers.
        plain = typed.replace(",", ".", 1)
        whole, _, part = plain.partition(".")
        if not (whole.isascii() and whole.isdigit() and (not part or (part.isascii() and part.isdigit()))):
            self.add_error(field, "Type a number, for example 10 or 2.5.")
            return None
        return int(Decimal(plain if part else whole) * unit)

    def whole(self, field: str) -> int:
        """A whole number, 0 when nothing was typed."""
        typed = self.cleaned_data.get(field, "")
        if typed and not (typed.isascii() and typed.isdigit()):
            self.add_error(field, "Type a whole number, for example 1.")
            return 0
        return int(typed or 0)
