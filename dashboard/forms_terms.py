"""The form of what is agreed with one account alone; read into subscribers.own_terms.OwnTerms."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from dashboard.numbers import SPANS, NumberForm, number, split, unit
from subscribers.own_terms import OwnTerms

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_GRACE = {name: SPANS[name] for name in ("minutes", "hours", "days")}
Choices = Sequence[tuple[int, str]]


def places(label: str, hint: str) -> Any:
    """A list of sites or routers to tick; the form that has it fills in which there are."""
    return forms.TypedMultipleChoiceField(
        label=label, coerce=int, required=False, help_text=hint, widget=forms.CheckboxSelectMultiple
    )


def offer(form: forms.Form, **known: Choices) -> None:
    """Fill in the places that there are, and those named already that are gone.

    Without those, somebody who may sign in nowhere could sign in everywhere after any change.
    """
    for name, choices in known.items():
        there = {pk for pk, _ in choices}
        gone = [(pk, f"No. {pk}, which is gone") for pk in form.initial.get(name) or () if pk not in there]
        form.fields[name].choices = [*choices, *gone]  # type: ignore[attr-defined]


class TermsForm(NumberForm):
    """Fields are named as subscribers.own_terms refuses them. Times are those of the ISP's clock."""

    expires_at = forms.DateTimeField(
        label="Ends",
        required=False,
        help_text="By your own clock. Empty: no end",
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    grace_seconds = number("Grace after the end", hint="Empty: the plan's. 0: none")
    grace_seconds_unit = unit("Unit of the grace", [(key, key.title()) for key in _GRACE], initial="days")
    sites = places("Sites", "")
    routers = places("Routers", "")
    framed_ip = forms.CharField(
        label="IPv4 address",
        max_length=15,
        required=False,
        widget=forms.TextInput(attrs={**_PLAIN, "placeholder": "10.20.0.7"}),
    )
    framed_ipv6_prefix = forms.CharField(
        label="IPv6 prefix of the line",
        max_length=43,
        required=False,
        widget=forms.TextInput(attrs={**_PLAIN, "placeholder": "2001:db8:0:7::/64"}),
    )
    delegated_ipv6_prefix = forms.CharField(
        label="IPv6 prefix for the customer's network",
        max_length=43,
        required=False,
        widget=forms.TextInput(attrs={**_PLAIN, "placeholder": "2001:db8:100::/56"}),
    )
    disconnect = forms.BooleanField(
        label="Disconnect who is online, so that a changed address holds now", required=False
    )

    def __init__(self, *args: Any, sites: Choices, routers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, sites=sites, routers=routers)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        grace = self.scaled("grace_seconds", _GRACE)
        if not self.errors:
            data["terms"] = OwnTerms(
                expires_at=self._end(data["expires_at"]),
                grace_seconds=grace,
                sites=data["sites"],
                routers=data["routers"],
                framed_ip=data["framed_ip"].strip() or None,
                framed_ipv6_prefix=data["framed_ipv6_prefix"].strip() or None,
                delegated_ipv6_prefix=data["delegated_ipv6_prefix"].strip() or None,
            )
        return data

    def _end(self, typed: datetime | None) -> datetime | None:
        """The field shows minutes: an end that is not touched keeps its seconds, and may be past."""
        before: datetime | None = self.initial.get("expires_at")
        return before if before and typed == before.replace(second=0, microsecond=0) else typed


def initial(terms: OwnTerms) -> dict[str, Any]:
    """What the form shows first."""
    grace, grace_unit = split(terms.grace_seconds, _GRACE, "days")
    return {
        "expires_at": terms.expires_at,
        "grace_seconds": "0" if terms.grace_seconds == 0 else grace,
        "grace_seconds_unit": grace_unit,
        "sites": terms.sites,
        "routers": terms.routers,
        "framed_ip": terms.framed_ip or "",
        "framed_ipv6_prefix": terms.framed_ipv6_prefix or "",
        "delegated_ipv6_prefix": terms.delegated_ipv6_prefix or "",
    }
