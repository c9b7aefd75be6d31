"""Forms of sign-in, passwords and one's own account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_PASSWORD = 4096  # more is cut off before any work; the rule says 128


def password_field(label: Any, autocomplete: str, help_text: Any = "") -> forms.CharField:
    """A password is never stripped and never shown again."""
    return forms.CharField(
        label=label,
        strip=False,
        max_length=LONGEST_PASSWORD,
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


NEW_HINT = _("At least 12 characters; four words are fine.")


def email_field() -> forms.EmailField:
    return forms.EmailField(
        label=_("Email"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )


class SignIn(forms.Form):
    email = email_field()
    password = password_field(_("Password"), "current-password")


class Forgot(forms.Form):
    email = email_field()


class NewPassword(forms.Form):
    password = password_field(_("New password"), "new-password", NEW_HINT)


class Join(forms.Form):
    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = password_field(_("Password"), "new-password", NEW_HINT)


class Name(forms.Form):
    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )


class ChangePassword(forms.Form):
    old = password_field(_("Present password"), "current-password")
    password = password_field(_("New password"), "new-password", NEW_HINT)
