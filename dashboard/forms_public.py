"""Forms of the public host: sign-up, the sign-in finder, staff."""

from typing import Any

from django import forms
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from dashboard import places
from dashboard.forms_account import NEW_HINT, SignIn, email_field, password_field

HOME_COUNTRY = "KE"


class SignUp(forms.Form):
    """Money and clock follow the country unless they are chosen."""

    company = forms.CharField(
        label=_("Business name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    slug = forms.CharField(
        label=_("Address"), max_length=40, help_text=_("3 to 40 letters, digits and hyphens.")
    )
    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Email"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = password_field(_("Password"), "new-password", NEW_HINT)
    country = forms.ChoiceField(
        label=_("Country"), initial=HOME_COUNTRY, widget=forms.Select(attrs={"autocomplete": "country"})
    )
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    terms = forms.BooleanField(
        label=_("Terms"), error_messages={"required": _("Accept the Terms to open a workspace.")}
    )

    def __init__(self, *args: Any, terms_label: SafeString | str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_country = ("", _("As in the country"))
        self._offer("country", places.countries())
        self._offer("currency", [by_country, *places.currencies()])
        self._offer("time_zone", [by_country, *places.zones()])
        if terms_label:
            self.fields["terms"].label = terms_label

    def _offer(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).strip().lower()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        country = data.get("country") or HOME_COUNTRY
        data["currency"] = data.get("currency") or places.currency_of(country)
        data["time_zone"] = data.get("time_zone") or places.zone_of(country)
        return data


def suggested(company: str) -> str:
    """An address made from a business name."""
    return slugify(company)[:40].strip("-")


class FindByEmail(forms.Form):
    email = email_field()


class FindBySlug(forms.Form):
    slug = forms.CharField(label=_("Workspace address"), max_length=80)

    def clean_slug(self) -> str:
        """What people paste: savanna, savanna.example.net, https://savanna.example.net/."""
        typed = str(self.cleaned_data["slug"]).strip().lower()
        return typed.removeprefix("https://").removeprefix("http://").split("/")[0].split(".")[0][:40]


class StaffSignIn(SignIn):
    """The same fields on the public host."""
