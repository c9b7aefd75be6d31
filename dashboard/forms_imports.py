"""Forms of an import: the file, and what its columns are."""

from collections.abc import Sequence
from typing import Any

from django import forms

from dashboard.forms_subscribers import ABOUT_ACCESS, ACCESS
from subscribers import import_columns
from subscribers.import_columns import TARGETS, OwnField
from subscribers.models import ImportFile, Plan

MATCHES = [
    ("account_number", "Account number\nThe surest; a row with another number is somebody else"),
    ("username", "User name\nWhose account it is"),
    ("phone", "Phone\nOnly for rows without an account number"),
]
ON_MATCH = [
    ("fill", "Fill in what is empty\nPhones, emails and tags are added; nothing is overwritten"),
    ("replace", "The file wins\nWhat the file says replaces what is there"),
    ("skip", "Leave alone\nRows about somebody known are skipped"),
]
DATES = [
    ("dmy", "Day first: 31/12/2027"),
    ("mdy", "Month first: 12/31/2027"),
    ("iso", "Year first: 2027-12-31"),
]
STATES = [("active", "Active"), ("pending", "Pending: services wait"), ("lead", "Lead: nothing is agreed")]
MOST_PLANS = 300


class UploadForm(forms.Form):
    file = forms.FileField(
        label="CSV file",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
        help_text="UTF-8, commas, semicolons or tabs; the first row names the columns; up to 50,000 rows and 16 MB",
    )


class ColumnsForm(forms.Form):
    """column-0, column-1 … and the rules, as subscribers.importing.settle takes them."""

    match = forms.MultipleChoiceField(
        label="Somebody is known already by",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=MATCHES,
    )
    on_match = forms.ChoiceField(label="What happens with them", widget=forms.RadioSelect, choices=ON_MATCH)
    dates = forms.ChoiceField(label="Dates are written", choices=DATES)
    state = forms.ChoiceField(label="New subscribers are", choices=STATES)
    plan = forms.ChoiceField(label="Plan where a row names none", required=False)
    access = forms.ChoiceField(label="Signs in by, where a row says nothing")
    make_passwords = forms.BooleanField(
        label="Make a password where a row has none",
        required=False,
        help_text="They can be taken once, as a file, after the import",
    )

    def __init__(
        self, *args: Any, file: ImportFile, own: Sequence[OwnField], plans: Sequence[Plan], **kwargs: Any
    ) -> None:
        columns = [*file.columns, *([""] * len(file.header))][: len(file.header)]
        initial = {**file.rules, "plan": str(file.rules.get("plan") or "")}
        initial |= {f"column-{at}": key for at, key in enumerate(columns)}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = [  # type: ignore[attr-defined]
            ("", "None: such a row is an error"),
            *((str(plan.pk), plan.name) for plan in plans),
        ]
        ways = [(key, f"{word}: {ABOUT_ACCESS[key]}") for key, word in ACCESS.items()]
        self.fields["access"].choices = ways  # type: ignore[attr-defined]
        groups: dict[str, list[tuple[str, str]]] = {}
        for target in TARGETS:
            groups.setdefault(target.group, []).append((target.key, target.label))
        if own:
            groups["Own fields"] = [(field.key, field.name) for field in own]
        choices = [("", "Not imported"), *groups.items()]
        self.columns = [f"column-{at}" for at in range(len(file.header))]
        for name, head in zip(self.columns, file.header, strict=True):
            self.fields[name] = forms.ChoiceField(
                label=head, required=False, choices=choices, widget=forms.Select(attrs={"class": "input"})
            )

    def chosen(self) -> list[str]:
        """The key of each column."""
        return [self.cleaned_data[name] for name in self.columns]

    def rules(self) -> dict[str, Any]:
        data = self.cleaned_data
        plain = {
            name: data[name] for name in ("match", "on_match", "dates", "state", "access", "make_passwords")
        }
        return {**plain, "plan": int(data["plan"]) if data["plan"] else None}

    def rows(self, header: Sequence[str], sample: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
        """Each column with its name, its first cells and its field."""
        return [
            {
                "name": name,
                "cells": [cells[at] for cells in sample if at < len(cells) and cells[at]][:3],
                "field": self[f"column-{at}"],
            }
            for at, name in enumerate(header)
        ]


def words_of(file: ImportFile, own: Sequence[OwnField]) -> list[tuple[str, str]]:
    """The columns that are imported, with what they become."""
    pairs = zip(file.header, file.columns, strict=False)
    return [(name, import_columns.label_of(key, own)) for name, key in pairs if key]
