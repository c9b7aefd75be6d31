"""Subscribers: the people and companies to whom accounts belong; what is changed stands in the journal, before and after."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection, transaction

from accounts.journal import Actor, record
from kmikro.lib.languages import LANGUAGES
from kmikro.lib.refusal import Refusal
from subscribers import contacts, custom
from subscribers.models import Site, Subscriber

LONGEST_NAME = 120
LONGEST_ADDRESS = 400
MOST_LINES = 6
MOST_TAGS, LONGEST_TAG = 20, 30
# What `change` takes beside phones, emails and custom.
FIELDS = (
    "kind", "name", "legal_name", "tax_number", "language", "address", "latitude", "longitude", "site", "tags",
)  # fmt: skip


def add(
    name: str,
    phone: str = "",
    language: str = "",
    *,
    by: Actor,
    now: datetime,
    country: str = "",
    state: str = Subscriber.State.ACTIVE,
    more: Mapping[str, Any] | None = None,
) -> Subscriber:
    """Somebody new with a number of their own; `more` as `change` takes it. Raises Refusal with the field that is wrong."""
    if state not in {Subscriber.State.LEAD, Subscriber.State.PENDING, Subscriber.State.ACTIVE}:
        raise Refusal("bad_state", "Somebody new is a lead, pending or active.", field="state")
    values = _checked({"name": name, "language": language, **(more or {})})
    phones = (more or {}).get("phones") or ([{"number": phone}] if phone.strip() else [])
    emails = (more or {}).get("emails") or []
    own = custom.checked((more or {}).get("custom") or {}, {})
    with transaction.atomic():
        made = Subscriber.objects.create(
            account_number=next_number(), state=state, made_at=now, custom=own, **values
        )
        contacts.put_phones(made, phones, country)
        contacts.put_emails(made, emails)
        record(by, "subscriber.add", made, now=now, account=made.account_number, state=str(state))
    return made


def next_number() -> str:
    """The next account number of this ISP; two at once never get the same, a gap means nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('subscribers_account_number')")
        return str(cursor.fetchone()[0])


def change(
    subscriber: Subscriber, given: Mapping[str, Any], *, by: Actor, now: datetime, country: str = ""
) -> Subscriber:
    """Change what is given of FIELDS, phones, emails and custom. Raises Refusal with the field that is wrong."""
    with transaction.atomic():
        held = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        if held.merged_into_id:
            raise Refusal("merged", f"{held.name} was merged into another record. Change that one.")
        changed: dict[str, list[Any]] = {}
        for field, value in _checked(given).items():
            before = getattr(held, field)
            if before != value:
                changed[field] = [_said(before), _said(value)]
                setattr(held, field, value)
        if "custom" in given:
            own = custom.checked(given["custom"], held.custom)
            if own != held.custom:
                changed["custom"] = [held.custom, own]
                held.custom = own
        for field, both in _reach(held, given, country):
            if both is not None:
                changed[field] = both
        if changed:
            held.save()
            record(by, "subscriber.change", held, now=now, changed=changed)
    return held


def _reach(
    held: Subscriber, given: Mapping[str, Any], country: str
) -> Iterator[tuple[str, list[Any] | None]]:
    if "phones" in given:
        yield "phones", contacts.put_phones(held, given["phones"], country)
    if "emails" in given:
        yield "emails", contacts.put_emails(held, given["emails"])


def answer_in(subscriber: Subscriber, language: str, *, by: Actor, now: datetime) -> Subscriber:
    """Answer somebody in this language from now on; blank: in the ISP's. RADIUS hears of it by itself."""
    _check(language)
    with transaction.atomic():
        held = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        if held.language != language:
            record(by, "subscriber.language", held, now=now, changed=[held.language, language])
            held.language = language
            held.save(update_fields=["language"])
    return held


def _said(value: Any) -> Any:
    if isinstance(value, Site):
        return value.name
    return str(value) if isinstance(value, Decimal) else value


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """Those of FIELDS that are given, as they are kept."""
    values: dict[str, Any] = {}
    if "name" in given:
        values["name"] = " ".join(str(given["name"]).replace("\0", "").split())
        if not values["name"] or len(values["name"]) > LONGEST_NAME:
            text = f"Give the subscriber a name of at most {LONGEST_NAME} characters."
            raise Refusal("bad_name", text, field="name")
    for field, most in (("legal_name", 160), ("tax_number", 40)):
        if field in given:
            values[field] = " ".join(str(given[field]).replace("\0", "").split())
            if len(values[field]) > most:
                raise Refusal("too_long", f"At most {most} characters fit here.", field=field)
    if "kind" in given:
        if given["kind"] not in Subscriber.Kind.values:
            raise Refusal("bad_kind", "A subscriber is a person or a company.", field="kind")
        values["kind"] = given["kind"]
    if "language" in given:
        _check(given["language"])
        values["language"] = given["language"]
    if "address" in given:
        values["address"] = _lines(given["address"])
    if "latitude" in given or "longitude" in given:
        values |= _point(given.get("latitude"), given.get("longitude"))
    if "site" in given:
        values["site"] = given["site"]
    if "tags" in given:
        values["tags"] = tags_of(given["tags"])
    return values


def _lines(text: str) -> str:
    lines = [" ".join(line.split()) for line in str(text).replace("\0", "").splitlines()]
    kept = "\n".join(line for line in lines if line)
    if len(kept) > LONGEST_ADDRESS or kept.count("\n") >= MOST_LINES:
        text = f"An address has at most {MOST_LINES} lines and {LONGEST_ADDRESS} characters."
        raise Refusal("bad_address", text, field="address")
    return kept


def _point(latitude: Any, longitude: Any) -> dict[str, Decimal | None]:
    """A point on the map, six digits after the point; both or neither."""
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
    tags = sorted({" ".join(str(tag).replace("\0", "").split()).lower() for tag in given} - {""})
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG or "," in tag for tag in tags):
        text = f"At most {MOST_TAGS} tags of {LONGEST_TAG} characters, without commas."
        raise Refusal("bad_tags", text, field="tags")
    return tags


def _check(language: str) -> None:
    if language and language not in LANGUAGES:
        text = f"Customers are answered in {', '.join(LANGUAGES.values())}."
        raise Refusal("bad_language", text, field="language")
