"""The form of a router's RADIUS sign-in settings."""

from typing import Any

from django import forms

from routers.sign_in import SERVICES, SignIn

SERVICE_NAMES = {
    "hotspot": "Hotspot",
    "ppp": "PPP",
    "wireless": "Wi-Fi",
    "dhcp": "DHCP",
    "login": "Router logins",
}
_ABOUT = {
    "hotspot": "The sign-in page, with our hotspot on the router",
    "ppp": "PPPoE and other tunnels, after the router's own secrets",
    "wireless": "Access lists and 802.1X",
    "dhcp": "Where a DHCP server on the router asks RADIUS",
    "login": "WinBox and SSH, for router accounts of their own; subscribers are refused",
}
_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class SignInForm(forms.Form):
    """Fields are named as routers.sign_in refuses them."""

    services = forms.MultipleChoiceField(
        label="What asks our RADIUS",
        required=False,  # the verb says what is wrong with none
        widget=forms.CheckboxSelectMultiple,
        choices=[(word, f"{SERVICE_NAMES[word]}\n{_ABOUT[word]}") for word in SERVICES],
    )
    mac_login = forms.BooleanField(
        label="Devices on a list sign in at the hotspot by their MAC", required=False
    )
    mac_auth_password = forms.CharField(
        label="Password sent with a MAC", max_length=64, required=False, widget=forms.TextInput(attrs=_PLAIN)
    )
    no_mac_password = forms.BooleanField(label="Send none from now on", required=False)
    pppoe_interface = forms.CharField(
        label="PPPoE server on interface",
        max_length=40,
        required=False,
        help_text="As WinBox shows it. Empty: no PPPoE server of ours",
        widget=forms.TextInput(attrs=_PLAIN),
    )
    pppoe_network = forms.CharField(
        label="Addresses for PPPoE clients",
        max_length=18,
        required=False,
        help_text="A network that nothing else uses; the router takes the first address",
        widget=forms.TextInput(attrs={**_PLAIN, "placeholder": "10.20.0.0/22"}),
    )
    allow_eap = forms.BooleanField(label="Allow 802.1X on Wi-Fi (EAP-TTLS and PEAP)", required=False)
    allow_mschap1 = forms.BooleanField(
        label="Allow MS-CHAPv1. It has been broken since 1999: whoever listens learns the secret",
        required=False,
    )
    admit_unknown = forms.BooleanField(
        label="Let people nobody knows into the walled garden, where one is given for unknown users",
        required=False,
    )
    wants_radsec = forms.BooleanField(
        label="RADIUS over TLS (RadSec), with a certificate that the router's command brings", required=False
    )

    def __init__(self, *args: Any, has_password: bool, radsec: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        password = self.fields["mac_auth_password"]
        if has_password:
            password.help_text = "One is set. Leave this empty to keep it"
        else:
            password.help_text = "Empty: the MAC alone. It is written to the router and needed by nobody else"
            del self.fields["no_mac_password"]
        if not radsec:
            del self.fields["wants_radsec"]

    def wish(self, *, keep_radsec: bool) -> SignIn:
        """What was asked for; RadSec stays as it is where this installation does not offer it."""
        given = self.cleaned_data
        password: str | None = given["mac_auth_password"] or None
        if given.get("no_mac_password") and password is None:
            password = ""
        return SignIn(
            services=frozenset(given["services"]),
            mac_login=given["mac_login"],
            mac_auth_password=password,
            allow_mschap1=given["allow_mschap1"],
            allow_eap=given["allow_eap"],
            admit_unknown=given["admit_unknown"],
            pppoe_interface=given["pppoe_interface"],
            pppoe_network=given["pppoe_network"],
            wants_radsec=given.get("wants_radsec", keep_radsec),
        )
