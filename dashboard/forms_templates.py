"""The forms of a template and of what its open names mean somewhere."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from dashboard.forms_offers import is_many
from routers import offers, templating, variables

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class TemplateForm(forms.Form):
    """Fields are named as routers.templating refuses them."""

    name = forms.CharField(
        label="Name",
        max_length=templating.LONGEST_NAME,
        help_text="For example: café with a hotspot",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    note = forms.CharField(
        label="Note",
        max_length=200,
        required=False,
        help_text="What it is for",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ValuesForm(forms.Form):
    """A field for each name; the fields of different forms do not meet, whatever the names are."""

    prefix = "value"

    def __init__(
        self,
        *args: Any,
        names: Iterable[str],
        hints: Mapping[str, str] | None = None,
        many: Iterable[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in names:
            lines = name in set(many) or "\n" in str(self.initial.get(name, ""))
            widget = forms.Textarea(attrs={**_PLAIN, "rows": 3}) if lines else forms.TextInput(attrs=_PLAIN)
            self.fields[name] = forms.CharField(
                label=name,
                max_length=variables.LONGEST,
                required=False,
                help_text=(hints or {}).get(name, ""),
                widget=widget,
            )

    def values(self) -> dict[str, str]:
        """What was filled in."""
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


def names_of_many(template: Iterable[Mapping[str, Any]]) -> set[str]:
    """Open names that stand where one thing a line is wanted."""
    found: set[str] = set()
    for each in template:
        lists = {part.name for part in offers.KINDS[each["kind"]].parts if is_many(part)}
        values = {name: text for name, text in each["values"].items() if name in lists}
        found |= set(variables.names_in([{"values": values}]))
    return found
