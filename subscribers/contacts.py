"""The phones and emails of a subscriber: put as whole lists, the first one marked primary, or the first."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from kmikro.lib import phones as numbers
from kmikro.lib.refusal import Refusal
from subscribers.models import Email, Phone, Subscriber

MOST = 10
LONGEST_LABEL = 30
Rows = Sequence[Mapping[str, Any]]


def put_phones(subscriber: Subscriber, rows: Rows, country: str) -> list[Any] | None:
    """Let these be the phones: [{number, label, is_primary}]. Returns before and after, None when nothing changes."""
    wanted: dict[str, Phone] = {}
    for row in _some(rows, "phone"):
        number = str(row.get("number", "")).strip()
        digits = numbers.digits(number, country) if numbers.is_written(number) else ""
        if not digits:
            text = "Write the phone number in digits, like +254 700 000 001."
            raise Refusal("bad_phone", text, field="phone")
        wanted.setdefault(
            digits, Phone(subscriber=subscriber, number=number, digits=digits, label=_label(row, "phone"))
        )
    return _put(subscriber.phones.all(), list(wanted.values()), _primary(rows, "number"), "number")


def put_emails(subscriber: Subscriber, rows: Rows) -> list[Any] | None:
    """Let these be the emails: [{address, label, is_primary}]; as `put_phones`."""
    wanted: dict[str, Email] = {}
    for row in _some(rows, "email"):
        address = str(row.get("address", "")).strip()
        try:
            validate_email(address)
        except ValidationError:
            raise Refusal(
                "bad_email", "Write an email address, like ana@example.com.", field="email"
            ) from None
        if len(address) > 254:
            raise Refusal("bad_email", "An email address has at most 254 characters.", field="email")
        wanted.setdefault(
            address.lower(), Email(subscriber=subscriber, address=address, label=_label(row, "email"))
        )
    return _put(subscriber.emails.all(), list(wanted.values()), _primary(rows, "address"), "address")


def _some(rows: Rows, field: str) -> Rows:
    if len(rows) > MOST:
        raise Refusal("too_many", f"A subscriber has at most {MOST} of them.", field=field)
    return rows


def _label(row: Mapping[str, Any], field: str) -> str:
    label = " ".join(str(row.get("label", "")).replace("\0", "").split())
    if len(label) > LONGEST_LABEL:
        raise Refusal("too_long", f"A label has at most {LONGEST_LABEL} characters.", field=field)
    return label


def _primary(rows: Rows, what: str) -> str:
    """What of the rows comes first: the one that says so, else the first."""
    for row in rows:
        if row.get("is_primary"):
            return str(row.get(what, "")).strip()
    return str(rows[0].get(what, "")).strip() if rows else ""


def _put(there: Any, wanted: list[Any], first: str, what: str) -> list[Any] | None:
    for each in wanted:
        each.is_primary = getattr(each, what) == first
    if wanted and not any(each.is_primary for each in wanted):
        wanted[0].is_primary = True
    wanted.sort(key=lambda each: not each.is_primary)
    before, after = ([_line(each, what) for each in rows] for rows in (there, wanted))
    if before == after:
        return None
    there.delete()
    there.model.objects.bulk_create(wanted)
    return [before, after]


def _line(row: Any, what: str) -> str:
    text = str(getattr(row, what))
    return f"{row.label}: {text}" if row.label else text
