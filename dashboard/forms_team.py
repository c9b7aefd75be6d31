"""Forms of the team and of API tokens."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.roles import ABOUT, Role, may_manage
from accounts.tokens import SCOPES

ROLE_NAMES = {
    Role.OWNER: _("Owner"),
    Role.MANAGER: _("Manager"),
    Role.SUPPORT: _("Support"),
    Role.TECHNICIAN: _("Technician"),
    Role.CASHIER: _("Cashier"),
    Role.RESELLER: _("Reseller"),
}
SCOPE_NAMES = {
    "home:read": _("See the counters of Home"),
    "routers:read": _("See routers"),
    "routers:write": _("Add and change routers"),
    "plans:read": _("See plans"),
    "plans:write": _("Make and change plans"),
    "vouchers:read": _("See vouchers"),
    "vouchers:write": _("Make and revoke vouchers"),
    "vouchers:all": _("See vouchers of everybody"),
    "vouchers:codes": _("See voucher codes in clear"),
    "vouchers:again": _("Print vouchers again after they were handed over"),
    "agents:read": _("See one's own agent record"),
    "agents:all": _("See agents of everybody"),
    "agents:sell": _("Sell vouchers as an agent"),
    "agents:write": _("Make agents, top up and correct their float"),
    "subscribers:read": _("See subscribers"),
    "subscribers:write": _("Make and change accounts and device lists"),
    "sessions:read": _("See live sessions"),
    "sessions:disconnect": _("Disconnect sessions"),
    "logins:read": _("See the login log"),
    "radius:trace": _("Trace RADIUS packets"),
    "revenue:read": _("See revenue"),
    "team:read": _("See the team"),
    "legal:read": _("See legal documents"),
    "journal:read": _("See the journal"),
}
LIFETIMES = [("30", _("30 days")), ("90", _("90 days")), ("180", _("180 days")), ("365", _("One year"))]


def role_choices(manager: str) -> list[tuple[str, str]]:
    """Roles that a person of this role may give, with what each of them may do."""
    return [(role.value, f"{ROLE_NAMES[role]}\n{ABOUT[role]}") for role in Role if may_manage(manager, role)]


class Invite(forms.Form):
    email = forms.EmailField(label=_("Email"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, manager: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(manager)  # type: ignore[attr-defined]


class ChangeRole(forms.Form):
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, manager: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(manager)  # type: ignore[attr-defined]


class NewToken(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What uses it: Accounting export"))
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        widget=forms.CheckboxSelectMultiple,
        choices=[
            (scope.value, f"{SCOPE_NAMES.get(scope.value, scope.value)}\n{scope.value}") for scope in SCOPES
        ],
    )
    expires = forms.ChoiceField(label=_("Ends after"), choices=LIFETIMES, initial="90")

    def expires_at(self, now: datetime) -> datetime:
        return now + timedelta(days=int(self.cleaned_data["expires"]))
