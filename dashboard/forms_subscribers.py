"""Forms of accounts: a new one, and a device for its list."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from kmikro.lib.languages import LANGUAGES
from kmikro.ui import formats
from subscribers import offers
from subscribers.models import Plan, Service, Subscriber

MOST_PLANS = 200
ACCESS = {
    Service.Access.ANY.value: "Any way",
    Service.Access.HOTSPOT.value: "Hotspot only",
    Service.Access.PPP.value: "PPP only",
    Service.Access.DHCP.value: "DHCP only",
}
ABOUT_ACCESS = {
    Service.Access.ANY.value: "Wherever the customer signs in",
    Service.Access.HOTSPOT.value: "The sign-in page, or a listed device",
    Service.Access.PPP.value: "PPPoE and other tunnels",
    Service.Access.DHCP.value: "An address without signing in",
}
_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def speaks() -> list[tuple[str, str]]:
    """Languages in which customers are answered; the ISP's own is asked for by nothing."""
    return [("", "Your default language"), *LANGUAGES.items()]


class LanguageForm(forms.Form):
    """In which language somebody is answered."""

    language = forms.ChoiceField(label="Is answered in", required=False, choices=speaks)


class AccountForm(forms.Form):
    """Fields are named as subscribers.accounts and subscribers.people refuse them."""

    name = forms.CharField(
        label="Subscriber", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = forms.CharField(
        label="Phone",
        max_length=24,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    language = forms.ChoiceField(label="Is answered in", required=False, choices=speaks)
    username = forms.CharField(
        label="User name",
        max_length=64,
        help_text="What the router or the phone signs in with; capitals count",
        widget=forms.TextInput(attrs=_PLAIN),
    )
    plan = forms.ChoiceField(label="Plan")
    access = forms.ChoiceField(
        label="Signs in by",
        widget=forms.RadioSelect,
        choices=[(key, f"{label}\n{ABOUT_ACCESS[key]}") for key, label in ACCESS.items()],
        initial=Service.Access.ANY.value,
    )

    def __init__(
        self, *args: Any, plans: "QuerySet[Plan]", person: Subscriber | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if person is not None:  # somebody who has accounts already: nobody is typed anew
            del self.fields["name"], self.fields["phone"], self.fields["language"]
        self.plans = {str(plan.pk): plan for plan in plans.order_by("name")[:MOST_PLANS]}
        self.fields["plan"].choices = [  # type: ignore[attr-defined]
            (
                key,
                f"{plan.name}: {formats.amount(plan.price_minor, plan.currency)}, {offers.words(plan)}",
            )
            for key, plan in self.plans.items()
        ]

    def clean_plan(self) -> Plan:
        return self.plans[self.cleaned_data["plan"]]


class DeviceForm(forms.Form):
    """A MAC and what people call the device."""

    mac = forms.CharField(
        label="MAC address",
        max_length=40,
        widget=forms.TextInput(attrs={**_PLAIN, "placeholder": "AA:BB:CC:DD:EE:FF"}),
    )
    label = forms.CharField(
        label="What it is",
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Till by the door"}),
    )
