"""The forms of vouchers: a new batch, and what of a batch is made void."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet

from billing.batch_options import Options
from billing.models import Batch
from billing.vouchers import LARGEST_BATCH
from kmikro.lib import codes
from kmikro.lib.money import Money
from kmikro.lib.refusal import Refusal
from kmikro.ui import formats
from subscribers import offers
from subscribers.models import Plan

MOST_PLANS = 60  # radio buttons stay usable; the rest is found on the plan's own page
LONGEST_SERIAL = 6  # digits
_NUMBER = {"inputmode": "numeric", "autocomplete": "off"}


class BatchForm(forms.Form):
    """key makes a repeated submit (double click, reload) the same batch."""

    plan = forms.ChoiceField(label="Plan", widget=forms.RadioSelect)
    count = forms.CharField(label="How many", max_length=7, widget=forms.TextInput(attrs=_NUMBER))
    note = forms.CharField(label="Note for this batch", required=False, max_length=120)
    alphabet = forms.ChoiceField(label="Codes of", required=False, choices=Batch.Alphabet.choices)
    length = forms.IntegerField(
        label="Random signs",
        required=False,
        widget=forms.TextInput(attrs=_NUMBER),
        help_text="A check character follows. Empty: as many as are safe, 11 at least of letters and digits",
    )
    prefix = forms.CharField(  # type: ignore[assignment]  # fields do not stay attributes of the class
        label="Prefix",
        required=False,
        max_length=codes.LONGEST_PREFIX,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
        help_text="Up to 3 letters that all codes begin with",
    )
    price_minor = forms.CharField(
        label="Price",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text="Empty: the plan's",
    )
    use_by = forms.DateField(
        label="Use by",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="What nobody has used after this day is ended. Empty: no such day",
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, plans: "QuerySet[Plan]", chosen: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial", {"count": "24", "key": str(uuid4()), "plan": chosen, "alphabet": "mixed"}
        )
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

    def clean_price_minor(self) -> int | None:
        typed, plan = self.cleaned_data["price_minor"].strip(), self.cleaned_data.get("plan")
        if not typed or plan is None:
            return None
        try:
            return Money.parse(typed, plan.currency).minor
        except Refusal as refusal:
            raise forms.ValidationError(refusal.text) from None

    @property
    def options(self) -> Options:
        """What was chosen beside plan and count."""
        data = self.cleaned_data
        alphabet = data.get("alphabet") or codes.DEFAULT.alphabet
        usual = codes.DEFAULT.length if alphabet == codes.DEFAULT.alphabet else 0
        least = codes.shortest_for(alphabet, LARGEST_BATCH)
        use_by: date | None = data.get("use_by")
        return Options(
            prefix=data.get("prefix") or "",
            alphabet=alphabet,
            length=data.get("length") or usual or least,
            price_minor=data.get("price_minor"),
            use_by=use_by,
        )


class VoidForm(forms.Form):
    """What of a batch is made void, and why."""

    reach = forms.ChoiceField(
        label="Which codes",
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("unused", "Unused only\nWhoever is online stays online"),
            ("working", "All that still work\nWhoever is online with one is disconnected"),
        ],
    )
    first = forms.IntegerField(
        label="From serial",
        required=False,
        min_value=1,
        max_value=LARGEST_BATCH,
        widget=forms.TextInput(attrs=_NUMBER),
    )
    last = forms.IntegerField(
        label="To serial",
        required=False,
        min_value=1,
        max_value=LARGEST_BATCH,
        widget=forms.TextInput(attrs=_NUMBER),
    )
    reason = forms.CharField(
        label="Why", max_length=200, help_text="Stands in the journal and with each voucher"
    )

    @property
    def chosen(self) -> dict[str, Any]:
        """The part of a batch, as the verbs take it."""
        data = self.cleaned_data
        return {
            "unused_only": data.get("reach") != "working",
            "first": data.get("first"),
            "last": data.get("last"),
        }
