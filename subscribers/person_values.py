"""What is kept of a subscriber, read from what was typed: names, addresses, points, tags, own fields. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from kmikro.lib.languages import LANGUAGES
from kmikro.lib.refusal import Refusal

LONGEST_NAME = 120
LONGEST_ADDRESS = 400
MOST_LINES = 6
MOST_TAGS, LONGEST_TAG = 20, 30
LONGEST = 500  # of an own field
LARGEST = 10**15
KINDS = ("person", "company")
LONGEST_LINES = {"legal_name": 160, "tax_number": 40}


def values_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `subscribers.people.FIELDS` that are given, as they are kept. Raises Refusal with the field."""
    values: dict[str, Any] = {}
    if "name" in given:
        values["name"] = line_of(given["name"])
        if not values["name"] or len(values["name"]) > LONGEST_NAME:
            text = f"Give the subscriber a name of at most {LONGEST_NAME} characters."
            raise Refusal("bad_name", text, field="name")
    for field, most in LONGEST_LINES.items():
        if field in given:
            values[field] = line_of(given[field])
            if len(values[field]) > most:
                raise Refusal("too_long", f"At most {most} characters fit here.", field=field)
    if "kind" in given:
        if given["kind"] not in KINDS:
            raise Refusal("bad_kind", "A subscriber is a person or a company.", field="kind")
        values["kind"] = given["kind"]
    if "language" in given:
        check_language(given["language"])
        values["language"] = given["language"]
    if "address" in given:
        values["address"] = address_of(given["address"])
    if "latitude" in given or "longitude" in given:
        values |= point_of(given.get("latitude"), given.get("longitude"))
    if "site" in given:
        values["site"] = given["site"]
    if "tags" in given:
        values["tags"] = tags_of(given["tags"])
    return values


def line_of(typed: Any) -> str:
    """One line without what nobody sees."""
    return " ".join(str(typed).replace("\0", "").split())


def address_of(text: Any) -> str:
    """Lines as on an envelope. Raises Refusal."""
    lines = [" ".join(line.split()) for line in str(text).replace("\0", "").splitlines()]
    kept = "\n".join(line for line in lines if line)
    if len(kept) > LONGEST_ADDRESS or kept.count("\n") >= MOST_LINES:
        text = f"An address has at most {MOST_LINES} lines and {LONGEST_ADDRESS} characters."
        raise Refusal("bad_address", text, field="address")
    return kept


def point_of(latitude: Any, longitude: Any) -> dict[str, Decimal | None]:
    """A point on the map, six digits after the point; both or neither. Raises Refusal."""
    if latitude in {None, ""} and longitude in {None, ""}:
        return {"latitude": None, "longitude": None}
    point: dict[str, Decimal | None] = {}
    for field, value, most in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number) > most:
            text = f"A {field} is a number from -{most} to {most}, and a point has both."
            raise Refusal("bad_point", text, field=field)
        point[field] = number.quantize(Decimal("0.000001"))
    return point


def tags_of(given: Sequence[Any]) -> list[str]:
    """Tags in small letters, each once, in order. Raises Refusal."""
    tags = sorted({line_of(tag).lower() for tag in given} - {""})
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG or "," in tag for tag in tags):
        text = f"At most {MOST_TAGS} tags of {LONGEST_TAG} characters, without commas."
        raise Refusal("bad_tags", text, field="tags")
    return tags


def check_language(language: str) -> None:
    if language and language not in LANGUAGES:
        text = f"Customers are answered in {', '.join(LANGUAGES.values())}."
        raise Refusal("bad_language", text, field="language")


def own_value(kind: str, options: Sequence[str], value: Any) -> Any:
    """The value of an own field as JSON keeps it. Raises ValueError where it takes none of that."""
    match kind:
        case "yes_no" if isinstance(value, bool):
            return value
        case "number" if isinstance(value, int | float) and not isinstance(value, bool):
            if -LARGEST <= value <= LARGEST:
                return value
        case "choice" if value in options:
            return value
        case "date" if isinstance(value, str):
            return date.fromisoformat(value).isoformat()
        case "text" if isinstance(value, str) and len(value) <= LONGEST:
            return line_of(value)
    raise ValueError(kind)
