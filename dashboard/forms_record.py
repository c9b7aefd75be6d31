"""Forms of a subscriber's record: who it is, how to reach them, where they are, notes, consents and own fields."""

from collections.abc import Sequence
from typing import Any

from django import forms

from dashboard.forms_subscribers import speaks
from subscribers.models import CustomField, Note, Site, Subscriber

_OFF = {"autocomplete": "off"}
STATES = [
    ("active", "Active\nIs billed; services connect"),
    ("pending", "Pending\nAgreed; services wait until activated"),
    ("lead", "Lead\nHas asked; nothing is agreed"),
]


def _area(rows: int, **more: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **_OFF, **more})


class RecordForm(forms.Form):
    """Fields are named as subscribers.people refuses them; phones and emails are lines."""

    kind = forms.ChoiceField(
        label="Is a", widget=forms.RadioSelect, choices=Subscriber.Kind.choices, initial="person"
    )
    name = forms.CharField(label="Name", max_length=120, widget=forms.TextInput(attrs=_OFF))
    legal_name = forms.CharField(
        label="Legal name", max_length=160, required=False, widget=forms.TextInput(attrs=_OFF)
    )
    tax_number = forms.CharField(
        label="Tax number", max_length=40, required=False, widget=forms.TextInput(attrs=_OFF)
    )
    phone = forms.CharField(
        label="Phones",
        required=False,
        max_length=700,
        widget=_area(3),
        help_text="One a line, the first is called first. “Wife: 0722 000 001” gives it a name",
    )
    email = forms.CharField(
        label="Emails", required=False, max_length=3000, widget=_area(3), help_text="One a line"
    )
    language = forms.ChoiceField(label="Is answered in", required=False, choices=speaks)
    address = forms.CharField(label="Address", required=False, max_length=500, widget=_area(3))
    latitude = forms.CharField(
        label="Latitude",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={**_OFF, "inputmode": "decimal"}),
    )
    longitude = forms.CharField(
        label="Longitude",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={**_OFF, "inputmode": "decimal"}),
    )
    site = forms.ChoiceField(label="Site", required=False)
    tags = forms.CharField(
        label="Tags",
        required=False,
        max_length=700,
        widget=forms.TextInput(attrs=_OFF),
        help_text="With commas between",
    )
    state = forms.ChoiceField(
        label="Begins as", required=False, widget=forms.RadioSelect, choices=STATES, initial="active"
    )

    def __init__(
        self, *args: Any, sites: Sequence[Site], own: Sequence[CustomField], is_new: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {str(site.pk): site for site in sites}
        self.fields["site"].choices = [("", "None"), *((key, site.name) for key, site in self.sites.items())]  # type: ignore[attr-defined]
        self.own = [f"custom-{field.pk}" for field in own]
        for field in own:
            self.fields[f"custom-{field.pk}"] = _own(field)
        if not is_new:
            del self.fields["state"]

    @property
    def own_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.own]

    def given(self) -> dict[str, Any]:
        """What was typed, as subscribers.people takes it."""
        data = self.cleaned_data
        plain = ("kind", "name", "legal_name", "tax_number", "language", "address", "latitude", "longitude")
        values: dict[str, Any] = {name: data[name] for name in plain}
        values["site"] = self.sites.get(data["site"])
        values["tags"] = data["tags"].split(",")
        values["phones"] = [{"label": label, "number": text} for label, text in _lines(data["phone"])]
        values["emails"] = [{"label": label, "address": text} for label, text in _lines(data["email"])]
        if self.own:
            values["custom"] = {name.removeprefix("custom-"): _json(data[name]) for name in self.own}
        return values


def _lines(text: str) -> list[tuple[str, str]]:
    """'Home: 0722 000 001' is a number with a name."""
    rows = []
    for line in filter(None, (each.strip() for each in text.splitlines())):
        label, colon, rest = line.partition(":")
        rows.append((label.strip(), rest.strip()) if colon else ("", line))
    return rows


def lines_of(rows: Any, what: str) -> str:
    """Phones or emails as the form takes them."""
    return "\n".join(
        f"{row.label}: {getattr(row, what)}" if row.label else str(getattr(row, what)) for row in rows
    )


def _json(value: Any) -> Any:
    return {"yes": True, "no": False}.get(value, value) if isinstance(value, str) else value


def _own(field: CustomField) -> forms.Field:
    options: dict[str, Any] = {"label": field.name, "required": field.is_required}
    match field.kind:
        case CustomField.Kind.NUMBER:
            return _Number(**options)
        case CustomField.Kind.DATE:
            return forms.CharField(widget=forms.DateInput(attrs={"type": "date"}), **options)
        case CustomField.Kind.CHOICE:
            return forms.ChoiceField(
                choices=[("", "—"), *((each, each) for each in field.options)], **options
            )
        case CustomField.Kind.YES_NO:
            return forms.ChoiceField(choices=[("", "—"), ("yes", "Yes"), ("no", "No")], **options)
        case _:
            return forms.CharField(max_length=500, widget=forms.TextInput(attrs=_OFF), **options)


class _Number(forms.DecimalField):
    """A number as JSON keeps it."""

    def clean(self, value: Any) -> Any:
        number = super().clean(value)
        if number is None:
            return None
        return int(number) if number == int(number) else float(number)


class NoteForm(forms.Form):
    text = forms.CharField(label="Note", max_length=2000, widget=_area(2))
    kind = forms.ChoiceField(label="Of the", choices=Note.Kind.choices, required=False)


class ConsentForm(forms.Form):
    what = forms.CharField(label="Agreed to", max_length=80, widget=forms.TextInput(attrs=_OFF))
    version = forms.CharField(
        label="Version", max_length=40, required=False, widget=forms.TextInput(attrs=_OFF)
    )
    how = forms.CharField(
        label="How",
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={**_OFF, "placeholder": "On paper"}),
    )


class FileForm(forms.Form):
    file = forms.FileField(label="File", help_text="Up to 5 MB: pdf, png, jpg, webp, txt, csv, docx, xlsx")


class CustomFieldForm(forms.Form):
    name = forms.CharField(label="Name", max_length=60, widget=forms.TextInput(attrs=_OFF))
    kind = forms.ChoiceField(label="Kind", choices=CustomField.Kind.choices)
    options = forms.CharField(
        label="Options", required=False, max_length=4000, widget=_area(3), help_text="Of a list: one a line"
    )
    is_required = forms.BooleanField(label="Must be filled in", required=False)
