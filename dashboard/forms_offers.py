"""The form of an offer, made from the fields of its kind."""

from typing import Any

from django import forms

from routers import offer_values, offers

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_MANY = (offer_values.hosts, offer_values.addresses, offer_values.networks)


def is_many(part: offers.Part) -> bool:
    """Whether it holds one thing a line."""
    return part.check in _MANY


class OfferForm(forms.Form):
    """Fields are named as routers.offers refuses them; what they may hold is said there alone."""

    key = forms.CharField(
        label="Key",
        max_length=offers.LONGEST_KEY,
        help_text="Small letters, digits and dashes. What is made on the router carries it",
        widget=forms.TextInput(attrs=_PLAIN),
    )

    def __init__(self, *args: Any, kind: offers.Kind, with_key: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_key:
            del self.fields["key"]
        for part in kind.parts:
            common: dict[str, Any] = {"label": part.label, "required": False, "help_text": part.about}
            if part.choices:
                opened = self.initial.get(part.name, "")  # a template may leave a choice open: {name}
                more = [(opened, opened)] if "{" in opened else []
                self.fields[part.name] = forms.ChoiceField(
                    choices=[*part.choices, *more], initial=part.default, **common
                )
                continue
            many = is_many(part)
            widget = forms.Textarea(attrs={**_PLAIN, "rows": 4}) if many else forms.TextInput(attrs=_PLAIN)
            self.fields[part.name] = forms.CharField(
                max_length=4_000, initial=part.default, widget=widget, **common
            )

    def values(self) -> dict[str, str]:
        """What was filled in, for the verb to check."""
        given = self.cleaned_data
        return {name: str(value) for name, value in given.items() if name != "key" and value}
