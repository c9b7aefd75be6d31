"""How a form field is drawn: which partial, and which attributes wire its input to hint and error."""

from collections.abc import Mapping
from typing import Any

from django.forms import (
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    RadioSelect,
    Select,
    Textarea,
)

CLASSES = {"check": "check mt-0.5", "switch": "switch mt-px", "select": "select", "choices": ""}
PARTIALS = {
    "check": "components/field_check.html",
    "switch": "components/field_check.html",
    "choices": "components/field_choices.html",
}


def input_kind(bound: BoundField, wanted: str = "") -> str:
    """The partial for a field: text, area, select, check, switch, choices, hidden; `wanted` overrides."""
    if wanted:
        return wanted
    widget = bound.field.widget
    if bound.is_hidden:
        return "hidden"
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, Textarea):
        return "area"
    return "select" if isinstance(widget, Select) else "text"


def attributes_of(bound: BoundField, kind: str, options: Mapping[str, Any]) -> dict[str, str | bool]:
    """Attributes of the input: class by kind, aria-describedby over hint and error, aria-invalid."""
    if kind == "hidden":
        return {}
    attributes: dict[str, str | bool] = {}
    affixed = bool(options.get("before") or options.get("after"))
    classes = "" if affixed else CLASSES.get(kind, "input")
    own = str(bound.field.widget.attrs.get("class", ""))
    joined = " ".join(part for part in (classes, own, str(options.get("classes", ""))) if part)
    if joined:
        attributes["class"] = joined
    if kind == "switch":
        attributes["role"] = "switch"
    described = []
    if options.get("hint") or bound.help_text:
        described.append(f"{bound.auto_id}-hint")
    if bound.errors:
        described.append(f"{bound.auto_id}-error")
        attributes["aria-invalid"] = "true"
    if described:
        attributes["aria-describedby"] = " ".join(described)
    for name in ("placeholder", "autocomplete", "inputmode", "autofocus"):
        if name in options:
            attributes[name] = str(options[name])
    return attributes


def choices_of(bound: BoundField) -> list[dict[str, str]]:
    """Radio or check options as input, title and detail (the second line of a label)."""
    widget = bound.field.widget
    look = "check mt-0.5" if isinstance(widget, CheckboxSelectMultiple) else "radio mt-px"
    widget.attrs.setdefault("class", look)
    rows = []
    for option in bound.subwidgets:
        title, _, detail = str(option.choice_label).partition("\n")
        rows.append(
            {"input": option.tag(), "title": title, "detail": detail, "id": option.id_for_label or ""}
        )
    return rows
