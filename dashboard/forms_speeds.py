"""Speeds by the hour as rows of a form; read into what `subscribers.speeds` keeps."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import formset_factory

from dashboard.forms_rules import MBPS, WindowForm, closing, shown_closing
from dashboard.numbers import NumberForm, number, plain
from subscribers import offers, speeds
from subscribers.rules import Rules


class SpeedForm(WindowForm, NumberForm):
    """Days, hours and the speeds in them; without days the row says nothing."""

    download = number("Download", hint="Empty: no limit")
    upload = number("Upload", hint="Empty: no limit")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if (
            not data.get("days")
            and any(data.get(name) for name in ("download", "upload"))
            and not self.errors
        ):
            raise forms.ValidationError("A speed by the hour has days, a beginning and an end.")
        return data | {"read": [self.sized(name, MBPS) or 0 for name in ("download", "upload")]}


Speeds = formset_factory(SpeedForm, extra=1, max_num=speeds.MOST, validate_max=True)


def speeds_of(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Speeds as a plan keeps them."""
    return [
        {
            "days": row["days"],
            "from": f"{row['opens']:%H:%M}",
            "to": closing(row["closes"]),
            "download_bps": row["read"][0],
            "upload_bps": row["read"][1],
        }
        for row in (form.cleaned_data for form in rows)
        if row.get("days")
    ]


def initial(rules: Rules) -> list[dict[str, Any]]:
    """What the rows show first."""
    return [
        {
            "days": row["days"],
            "opens": row["from"],
            "closes": shown_closing(row["to"]),
            "download": plain(row["download_bps"], MBPS),
            "upload": plain(row["upload_bps"], MBPS),
        }
        for row in rules.speeds
    ]


def worded(row: Any, hours: str) -> str:
    """'every day, 22:00 to 06:00: 20 Mbps down, 5 Mbps up'."""
    return f"{hours}: {offers.speed(row['download_bps'], row['upload_bps'])}"
