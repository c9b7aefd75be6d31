"""Subscribers: the people and companies to whom accounts belong; what is changed stands in the journal, before and after."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from accounts.journal import Actor, record
from kmikro.lib.refusal import Refusal
from subscribers import contacts, custom
from subscribers.models import Site, Subscriber
from subscribers.person_values import check_language, values_of

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
    values = values_of({"name": name, "language": language, **(more or {})})
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
    while True:  # numbers that came with an import stand in the way of the sequence
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('subscribers_account_number')")
            number = str(cursor.fetchone()[0])
        if not Subscriber.objects.filter(account_number=number).exists():
            return number


def change(
    subscriber: Subscriber, given: Mapping[str, Any], *, by: Actor, now: datetime, country: str = ""
) -> Subscriber:
    """Change what is given of FIELDS, phones, emails and custom. Raises Refusal with the field that is wrong."""
    with transaction.atomic():
        held = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        if held.merged_into_id:
            raise Refusal("merged", f"{held.name} was merged into another record. Change that one.")
        changed: dict[str, list[Any]] = {}
        for field, value in values_of(given).items():
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
    check_language(language)
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
