"""The form of a bulk act: what, and with which plan, days, tag or site."""

from collections.abc import Sequence
from typing import Any

from django import forms

from subscribers.bulk_judging import MOST_DAYS
from subscribers.models import BulkAct, Plan, Site

ACTS = [
    ("plan", "Change the plan\nThe end stays as it is"),
    ("suspend", "Pause\nNobody connects until it is resumed"),
    ("resume", "Resume\nPaused accounts connect again"),
    ("extend", "Extend the end\nBy days of your calendar"),
    ("add_tag", "Add a tag\nFor finding them"),
    ("remove_tag", "Remove a tag\nWhere it is"),
    ("site", "Set the site\nOf the subscriber"),
]


class BulkForm(forms.Form):
    """Fields are named as subscribers.bulk refuses them."""

    act = forms.ChoiceField(label="What is done", widget=forms.RadioSelect, choices=ACTS)
    plan = forms.ChoiceField(label="New plan", required=False)
    days = forms.IntegerField(
        label="Days more",
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    tag = forms.CharField(
        label="Tag", required=False, max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    site = forms.ChoiceField(label="Site", required=False)

    def __init__(self, *args: Any, plans: Sequence[Plan], sites: Sequence[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, first, rows in (("plan", "Choose a plan", plans), ("site", "None", sites)):
            field: Any = self.fields[name]
            field.choices = [("", first), *((str(row.pk), row.name) for row in rows)]

    def value(self) -> dict[str, Any]:
        """As subscribers.bulk.ask takes it."""
        data = self.cleaned_data
        ids = {name: int(data[name]) if data[name] else None for name in ("plan", "site")}
        return {**ids, "days": data["days"], "tag": data["tag"]}


def states() -> list[tuple[str, str]]:
    return [("", "All"), *BulkAct.State.choices]
