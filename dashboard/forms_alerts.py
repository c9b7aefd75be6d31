"""The form of an alert rule: what, where, whom, and when not."""

from typing import Any, Self

from django import forms

from routers.models import AlertRule, Incident
from subscribers.models import Site


class RuleForm(forms.Form):
    """Fields are named as routers.alert_rules takes and refuses them."""

    name = forms.CharField(label="Name", max_length=60, help_text="For example: night watch")
    kinds = forms.MultipleChoiceField(
        label="What",
        choices=Incident.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: everything",
    )
    site = forms.ModelChoiceField(
        label="Site", queryset=Site.objects.none(), required=False, empty_label="All sites"
    )
    channel = forms.ChoiceField(label="How", choices=AlertRule.Channel.choices)
    target = forms.CharField(
        label="Whom",
        max_length=300,
        help_text="An e-mail address, an https address, or a phone number with its country code",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    quiet_from = forms.TimeField(
        label="Quiet from", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label="Quiet until",
        required=False,
        help_text="What happens meanwhile is told afterwards, unless it is over by then",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    is_on = forms.BooleanField(label="Switched on", required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        site = self.fields["site"]
        assert isinstance(site, forms.ModelChoiceField)
        site.queryset = Site.objects.order_by("name")

    @classmethod
    def of(cls, rule: AlertRule | None) -> Self:
        """The form with what a rule says."""
        if rule is None:
            return cls()
        names = ("name", "kinds", "channel", "target", "quiet_from", "quiet_until", "is_on")
        return cls(initial={"site": rule.site_id, **{name: getattr(rule, name) for name in names}})
