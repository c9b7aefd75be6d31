"""Own fields of an ISP: what else it wants to know of its subscribers, defined once and checked at each change."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.journal import Actor, record
from kmikro.lib.refusal import Refusal
from subscribers.models import CustomField
from subscribers.person_values import own_value

MOST = 30
MOST_OPTIONS = 50


def define(
    name: str,
    kind: str,
    *,
    options: Sequence[str] = (),
    is_required: bool = False,
    by: Actor,
    now: datetime,
) -> CustomField:
    """Another field. Raises Refusal with what is wrong."""
    called = " ".join(name.replace("\0", "").split())
    if not called or len(called) > 60:
        raise Refusal("bad_name", "Give the field a name of at most 60 characters.", field="name")
    if kind not in CustomField.Kind.values:
        raise Refusal("bad_kind", "A field is text, number, date, choice or yes_no.", field="kind")
    words = list(dict.fromkeys(" ".join(str(word).split()) for word in options if str(word).strip()))
    if (kind == CustomField.Kind.CHOICE) != bool(words) or len(words) > MOST_OPTIONS:
        text = f"A choice has 1 to {MOST_OPTIONS} options, one a line; other kinds have none."
        raise Refusal("bad_options", text, field="options")
    if any(len(word) > 80 for word in words):
        raise Refusal("bad_options", "An option has at most 80 characters.", field="options")
    if CustomField.objects.filter(is_archived=False).count() >= MOST:
        raise Refusal("too_many", f"There are {MOST} fields already.", field="name")
    try:
        with transaction.atomic():
            made = CustomField.objects.create(
                name=called, kind=kind, options=words, is_required=is_required, made_at=now
            )
    except IntegrityError:
        raise Refusal("name_taken", f"There is a field {called} already.", field="name") from None
    record(by, "custom_field.add", made, now=now, kind=kind)
    return made


def archive(field: CustomField, *, by: Actor, now: datetime) -> None:
    """Ask for it no more; what was written stays with the subscribers."""
    if not field.is_archived:
        field.is_archived = True
        field.save(update_fields=["is_archived"])
        record(by, "custom_field.archive", field, now=now)


def fields() -> list[CustomField]:
    """Those that are asked for."""
    return list(CustomField.objects.filter(is_archived=False))


def checked(given: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The values after `given`, by id as text; null or '' empties one. Raises Refusal, with the field custom-<id>."""
    known = {str(field.pk): field for field in fields()}
    values = dict(before)
    for key, value in given.items():
        field = known.get(str(key))
        if field is None:
            raise Refusal("unknown_field", f"There is no field {key}.", field="custom")
        if value is None or value == "":
            values.pop(str(key), None)
        else:
            values[str(key)] = _value(field, value)
    for key, field in known.items():
        if field.is_required and given and key not in values:
            raise Refusal("required", f"{field.name} is needed.", field=f"custom-{key}")
    return values


def _value(field: CustomField, value: Any) -> Any:
    """As JSON keeps it."""
    try:
        return own_value(field.kind, field.options, value)
    except ValueError:
        pass
    word = CustomField.Kind(field.kind).label.lower()
    raise Refusal("bad_value", f"{field.name} takes: {word}.", field=f"custom-{field.pk}")


def shown(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and values for people, in the order of the fields; archived ones too where there is a value."""
    rows = CustomField.objects.all() if values else CustomField.objects.none()
    words = {True: "Yes", False: "No"}
    return [
        (field.name, words[value] if isinstance(value, bool) else str(value))
        for field in rows
        if (value := values.get(str(field.pk))) is not None
    ]
