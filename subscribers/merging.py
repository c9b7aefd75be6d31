"""Two records of one subscriber: found, shown what would move where, made one, and taken apart again for a while.

The record that goes stays as a tombstone that leads to the one that was kept; its past stays its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import Lower, Upper

from accounts.journal import Actor, record
from kmikro.lib.refusal import Refusal
from subscribers.models import Email, Merger, Phone, Subscriber

UNDO = timedelta(days=30)
MOST_PAIRS = 100
MOST_SHARED = 2_000  # looked at, of living and of merged records
MOST_ALIKE = 10  # of one name and address
PARTS = ("services", "notes", "files", "consents")
# What the kept record takes over where it has nothing itself.
FILLED = ("legal_name", "tax_number", "address", "language", "site_id")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one, the older first, and what they share."""

    first: Subscriber
    second: Subscriber
    why: str  # 'phone', 'email' or 'name'
    shared: str


def pairs() -> list[Pair]:
    """Records that share a phone, an email, or name and address; each pair once, the first so many."""
    found: dict[tuple[int, int], tuple[str, str]] = {}
    for why, groups in (("phone", _phones()), ("email", _emails()), ("name", _names())):
        for shared, ids in groups:
            for other in ids[1:]:
                found.setdefault((ids[0], other), (why, shared))
    keys = list(found)[:MOST_PAIRS]
    wanted = {pk for key in keys for pk in key}
    rows = Subscriber.objects.filter(pk__in=wanted).prefetch_related("phones", "emails", "services").in_bulk()
    return [Pair(rows[first], rows[second], *found[first, second]) for first, second in keys]


def _phones() -> Iterable[tuple[str, list[int]]]:
    return _shared(Phone.objects.exclude(digits=""), "digits")


def _emails() -> Iterable[tuple[str, list[int]]]:
    return _shared(Email.objects.annotate(low=Lower("address")), "low")


def _shared(rows: "QuerySet[Any, Any]", field: str) -> Iterable[tuple[str, list[int]]]:
    """What several living records have. Counted over all rows, which an index can; records that were merged leave later."""
    twice = (
        rows.order_by().values(field).annotate(n=Count("pk")).filter(n__gt=1).values_list(field, flat=True)
    )
    living = rows.filter(subscriber__merged_into=None)
    shared = list(twice[: MOST_SHARED + 1])
    if len(shared) > MOST_SHARED:  # so many merged ones: count the living only
        shared = list(
            living.order_by()
            .values(field)
            .annotate(n=Count("pk"))
            .filter(n__gt=1)
            .values_list(field, flat=True)[:MOST_PAIRS]
        )
    found = _grouped(living.filter(**{f"{field}__in": shared}).values_list(field, "subscriber_id"))
    return list(islice(((each, ids) for each, ids in found if len(ids) > 1), MOST_PAIRS))


def _names() -> Iterable[tuple[str, list[int]]]:
    rows = (
        Subscriber.objects.filter(merged_into=None)
        .exclude(address="")
        .annotate(up=Upper("name"), at=Upper("address"))
    )
    twice = rows.order_by().values("up", "at").annotate(n=Count("pk")).filter(n__gt=1)[:MOST_PAIRS]
    wanted = {(each["up"], each["at"]) for each in twice}
    named = rows.filter(up__in={up for up, _at in wanted}).order_by("pk").values_list("up", "at", "pk")
    groups: dict[tuple[str, str], list[int]] = {}
    for up, at, pk in named:
        if (up, at) in wanted:
            groups.setdefault((up, at), []).append(pk)
    return [(up, ids[:MOST_ALIKE]) for (up, _at), ids in groups.items()]


def _grouped(rows: "QuerySet[Any, Any]") -> Iterable[tuple[str, list[int]]]:
    groups: dict[str, list[int]] = {}
    for shared, pk in rows.order_by("subscriber_id"):
        groups.setdefault(shared, []).append(pk)
    return groups.items()


def preview(kept: Subscriber, gone: Subscriber) -> dict[str, int]:
    """How many rows of each kind would move. Raises Refusal as `merge` would."""
    _check(kept, gone)
    counts = {part: getattr(gone, part).count() for part in PARTS}
    return counts | {"phones": len(_new_phones(kept, gone)), "emails": len(_new_emails(kept, gone))}


def merge(kept: Subscriber, gone: Subscriber, *, by: Actor, now: datetime) -> Merger:
    """Move everything to `kept` and leave a tombstone. Raises Refusal."""
    with transaction.atomic():
        rows = {
            each.pk: each
            for each in Subscriber.objects.select_for_update()
            .filter(pk__in=[kept.pk, gone.pk])
            .order_by("pk")
        }
        kept, gone = rows[kept.pk], rows[gone.pk]
        _check(kept, gone)
        moved: dict[str, Any] = {}
        for part in PARTS:
            moved[part] = list(getattr(gone, part).order_by("pk").values_list("pk", flat=True))
            getattr(gone, part).update(subscriber=kept)
        moved["phones"] = _move(_new_phones(kept, gone), kept, kept.phones)
        moved["emails"] = _move(_new_emails(kept, gone), kept, kept.emails)
        moved["filled"] = _fill(kept, gone)
        gone.merged_into = kept
        gone.save(update_fields=["merged_into"])
        kept.save()
        made = Merger.objects.create(kept=kept, gone=gone, moved=moved, by=by.name[:140], at=now)
        facts = {"services": len(moved["services"]), "merger": made.pk}
        record(by, "subscriber.merge", kept, now=now, name=gone.name, account=gone.account_number, **facts)
        record(by, "subscriber.merged", gone, now=now, name=kept.name, account=kept.account_number, **facts)
    return made


def undo(merger: Merger, *, by: Actor, now: datetime) -> None:
    """Take them apart: what moved goes back, what came since stays with the kept one. Raises Refusal."""
    with transaction.atomic():
        held = Merger.objects.select_for_update().get(pk=merger.pk)
        if held.undone_at is not None:
            raise Refusal("undone", "This was taken apart already.")
        if now - held.at > UNDO:
            raise Refusal("too_late", f"A merger can be undone for {UNDO.days} days.")
        rows = (
            Subscriber.objects.select_for_update().filter(pk__in=[held.kept_id, held.gone_id]).order_by("pk")
        )
        both = {each.pk: each for each in rows}
        kept, gone = both[held.kept_id], both[held.gone_id]
        if kept.merged_into_id is not None:
            raise Refusal("merged", f"{kept.name} was merged into another record since. Undo that first.")
        for part in PARTS:
            getattr(kept, part).filter(pk__in=held.moved[part]).update(subscriber=gone)
        for part in ("phones", "emails"):
            for pk, was_primary in held.moved[part]:
                getattr(kept, part).filter(pk=pk).update(subscriber=gone, is_primary=was_primary)
        for field, (before, after) in held.moved["filled"].items():
            if getattr(kept, field) == after:
                setattr(kept, field, before)
        gone.merged_into = None
        if held.moved["services"]:  # they followed the kept one meanwhile
            gone.state = kept.state
        gone.save(update_fields=["merged_into", "state"])
        kept.save()
        held.undone_at = now
        held.save(update_fields=["undone_at"])
        for person in (kept, gone):
            record(by, "subscriber.unmerge", person, now=now, merger=held.pk)


def of(subscriber: Subscriber, *, now: datetime) -> list[Merger]:
    """Mergers into this record that can be undone yet."""
    rows = Merger.objects.filter(kept=subscriber, undone_at=None, at__gt=now - UNDO)
    return list(rows.select_related("gone")[:20])


def _check(kept: Subscriber, gone: Subscriber) -> None:
    if kept.pk == gone.pk:
        raise Refusal("same", "These are one record already.", field="gone")
    if kept.merged_into_id or gone.merged_into_id:
        raise Refusal("merged", "One of them was merged already.", field="gone")
    if kept.state != gone.state and (gone.state not in {"lead", "pending"} or gone.services.exists()):
        text = f"{kept.name} is {kept.state} and {gone.name} is {gone.state}. Bring both to the same state first."
        raise Refusal("state_differs", text, field="gone")


def _new_phones(kept: Subscriber, gone: Subscriber) -> list[Phone]:
    known = set(kept.phones.values_list("digits", flat=True))
    return [each for each in gone.phones.all() if each.digits not in known]


def _new_emails(kept: Subscriber, gone: Subscriber) -> list[Email]:
    known = {each.lower() for each in kept.emails.values_list("address", flat=True)}
    return [each for each in gone.emails.all() if each.address.lower() not in known]


def _move(rows: list[Any], kept: Subscriber, there: Any) -> list[list[Any]]:
    """Rows with what they were: the kept record's first stays first."""
    has_first = there.filter(is_primary=True).exists()
    moved = []
    for row in rows:
        moved.append([row.pk, row.is_primary])
        row.subscriber, row.is_primary = kept, row.is_primary and not has_first
        row.save(update_fields=["subscriber", "is_primary"])
    return moved


def _fill(kept: Subscriber, gone: Subscriber) -> dict[str, list[Any]]:
    filled: dict[str, list[Any]] = {}
    for field in FILLED:
        before, after = getattr(kept, field), getattr(gone, field)
        if not before and after:
            filled[field] = [before, after]
    for field, both in (
        ("tags", sorted({*kept.tags, *gone.tags})),
        ("custom", {**gone.custom, **kept.custom}),
    ):
        if both != getattr(kept, field):
            filled[field] = [getattr(kept, field), both]
    for field, (_before, after) in filled.items():
        setattr(kept, field, after)
    return filled
