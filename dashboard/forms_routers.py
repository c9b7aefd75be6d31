"""The router form: name, site (chosen or typed anew), interface."""

from typing import Any

from django import forms

from subscribers.models import Site

NEW = "new"


class RouterForm(forms.Form):
    """Fields are named as routers.enrolment refuses them."""

    name = forms.CharField(
        label="Name",
        max_length=60,
        help_text="What you call it, for example the building",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    site = forms.ChoiceField(label="Site")
    new_site = forms.CharField(
        label="New site",
        max_length=80,
        required=False,
        help_text="Only when the site is not in the list",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    interface = forms.CharField(
        label="Interface of the hotspot",
        max_length=40,
        initial="bridge-lan",
        help_text="As WinBox shows it; a bridge or a port that is in no bridge",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = [(str(pk), name) for pk, name in Site.objects.values_list("pk", "name")]
        choice = self.fields["site"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [*sites, (NEW, "A new site")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("site") == NEW and not data.get("new_site", "").strip():
            self.add_error("new_site", "Type the name of the new site.")
        return data

    def site_name(self) -> str:
        """The name of the chosen or typed site."""
        if self.cleaned_data["site"] == NEW:
            return str(self.cleaned_data["new_site"])
        return Site.objects.get(pk=int(self.cleaned_data["site"])).name


class LineForm(forms.Form):
    """What a person carries back from a router that may not call us; fields are named as routers.pasting refuses them."""

    address = forms.CharField(
        label="Address of the router",
        max_length=45,
        help_text="The public IP address at which it can be reached; the block opens its API for us there",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    line = forms.CharField(
        label="The line that it printed",
        max_length=2000,
        help_text="It begins with kmikro: and ends with :end",
        widget=forms.Textarea(attrs={"autocomplete": "off", "spellcheck": "false", "rows": 4}),
    )

    def __init__(self, *args: Any, by_tunnel: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["address"].required = not by_tunnel  # the tunnel brings it
