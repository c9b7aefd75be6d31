"""The form for a new batch of vouchers."""

from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet

from billing.vouchers import LARGEST_BATCH
from kmikro.ui import formats
from subscribers import offers
from subscribers.models import Plan

MOST_PLANS = 60  # radio buttons stay usable; the rest is found on the plan's own page


class BatchForm(forms.Form):
    """key makes a repeated submit (double click, reload) the same batch."""

    plan = forms.ChoiceField(label="Plan", widget=forms.RadioSelect)
    count = forms.CharField(
        label="How many",
        max_length=6,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    note = forms.CharField(label="Note for this batch", required=False, max_length=120)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, plans: "QuerySet[Plan]", chosen: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"count": "24", "key": str(uuid4()), "plan": chosen})
        super().__init__(*args, **kwargs)
        on_sale = list(plans.order_by("price_minor", "name")[:MOST_PLANS])
        self.plans = {str(plan.pk): plan for plan in on_sale}
        self.fields["plan"].choices = [  # type: ignore[attr-defined]
            (key, f"{plan.name}\n{formats.amount(plan.price_minor, plan.currency)}, {offers.words(plan)}")
            for key, plan in self.plans.items()
        ]
        if on_sale and str(self.initial.get("plan")) not in self.plans:
            self.initial["plan"] = on_sale[0].pk

    def clean_count(self) -> int:
        typed = self.cleaned_data["count"].replace(",", "").replace(" ", "")
        if not (typed.isascii() and typed.isdigit()) or not 1 <= int(typed) <= LARGEST_BATCH:
            raise forms.ValidationError(f"Type a whole number from 1 to {LARGEST_BATCH:,}.")
        return int(typed)

    def clean_plan(self) -> Plan:
        return self.plans[self.cleaned_data["plan"]]
