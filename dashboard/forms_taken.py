"""The form of a row that was taken over: a field for each value that it has on the router."""

from collections.abc import Mapping
from typing import Any

from django import forms

from routers import adopting

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class TakenForm(forms.Form):
    """Fields are named as RouterOS names them, behind a prefix."""

    prefix = "row"

    def __init__(self, data: Any = None, *, values: Mapping[str, str], was: Mapping[str, str]) -> None:
        super().__init__(data, initial=dict(values))
        for name, value in values.items():
            changed = value != was.get(name, "")
            self.fields[name] = forms.CharField(
                label=name,
                required=False,
                max_length=adopting.LONGEST,
                strip=True,
                help_text=f"It was: {was.get(name) or 'empty'}" if changed else "",
                widget=forms.TextInput(attrs=_PLAIN),
            )

    def values(self) -> dict[str, str]:
        """What differs from what it should be already."""
        given = self.cleaned_data
        return {name: str(value) for name, value in given.items() if str(value) != self.initial.get(name, "")}
