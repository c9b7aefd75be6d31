"""Taking over rows of an existing router, changing them, and giving them back as they were."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import prefetch_related_objects

from accounts import journal
from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from routers import inventory, offering, proposals, rows
from routers.desired import Facts
from routers.models import Inventory, Router, Taken
from routers.rows import Found, Kind, Owner

MOST = 2_000
LONGEST = 1_000


def proposed(router: Router, reading: Inventory | None) -> list[proposals.Proposal]:
    """Rows of others in a reading of the router, without those that were taken over and wait for our mark."""
    if reading is None or not reading.is_whole:
        return []
    waiting = [
        (each.path, {name: value for name, value in each.original.items() if value})  # as a proposal tells it
        for each in router.taken.exclude(key="").filter(marked_at=None)
    ]
    found = proposals.proposed(inventory.facts_of(reading))
    return [each for each in found if (each.path, dict(each.told)) not in waiting]


@transaction.atomic
def take(router: Router, refs: Sequence[str], *, by: Actor, now: datetime) -> int:
    """Take over the rows that a person picked: from now on they are kept as they are. The router is not touched yet."""
    Router.objects.select_for_update(of=("self",)).get(pk=router.pk)  # one after the other
    reading = inventory.of(router)
    if reading is None or not reading.is_whole:
        raise Refusal("not_read", "Read the router first.")
    facts = inventory.facts_of(reading)
    picked = proposals.chosen(proposals.proposed(facts), refs)
    if not picked:
        raise Refusal("nothing_chosen", "Choose at least one row to take over.")
    if router.taken.count() + len(picked) > MOST:
        raise Refusal("too_many", f"At most {MOST} rows of a router can be taken over.")
    by_ref = {(row.path, row.id): row for path in proposals.TAKEABLE for row in facts.of(path)}
    there = Counter(_print(row.path, _without_secrets(row)) for row in by_ref.values())
    before = [(_print(each.path, each.original), each.marked_at) for each in router.taken.all()]
    named = {mark for mark, _marked_at in before}
    waiting = Counter(mark for mark, marked_at in before if marked_at is None)
    taken = []
    for each in picked:
        original = _without_secrets(by_ref[each.path, each.id])
        mark = _print(each.path, original)
        # Chosen a moment ago, by another person or by a second press: there are not more rows like it than we have.
        if waiting[mark] >= there[mark] or (rows.BY_PATH[each.path].owner is Owner.NAME and mark in named):
            continue
        waiting[mark] += 1
        key, wanted = proposals.key_for(each.path, original, secrets.token_hex(5))
        row = Taken(
            router=router,
            path=each.path,
            key=key,
            name=each.name,
            original=original,
            wanted=wanted,
            made_at=now,
        )
        taken.append(row)
    if not taken:
        raise Refusal("taken_already", "These are taken over already.")
    Taken.objects.bulk_create(taken)
    journal.record(by, "router.adopted", router, now=now, rows=len(taken))
    return len(taken)


def _print(path: str, original: Mapping[str, str]) -> tuple[str, frozenset[tuple[str, str]]]:
    return path, frozenset(original.items())


def _without_secrets(found: Found) -> dict[str, str]:
    secret = rows.BY_PATH[found.path].secrets
    return {name: value for name, value in rows.told(found.values).items() if name not in secret}


def mark_of(path: str) -> str:
    """The field that carries our mark; nobody changes it."""
    return "name" if rows.BY_PATH[path].owner is Owner.NAME else "comment"


def changeable(taken: Taken) -> dict[str, str]:
    """What may be changed of a row that we took over, as it should be now."""
    mark = mark_of(taken.path)
    return {name: value for name, value in taken.wanted.items() if name != mark}


def differs(taken: Taken) -> list[tuple[str, str, str]]:
    """What a person changed since it was taken over: name, how it was, how it should be."""
    return [
        (name, taken.original.get(name, ""), value)
        for name, value in changeable(taken).items()
        if value != taken.original.get(name, "")
    ]


@transaction.atomic
def change(taken: Taken, given: Mapping[str, str], *, by: Actor, now: datetime) -> bool:
    """Other values for a row that we took over, False when they are no others.

    What it had is kept for the day it is given back. The router is not touched yet.
    """
    held = _held(taken)
    wanted = _changed(held, given)
    names = sorted(name for name, value in wanted.items() if value != held.wanted[name])
    taken.wanted = held.wanted = wanted
    if names:
        held.save(update_fields=["wanted"])
        journal.record(by, "router.adopted_changed", held.router, now=now, row=held.name, values=names)
    return bool(names)


@transaction.atomic
def undo(taken: Taken, *, by: Actor, now: datetime) -> bool:
    """The row as it was when it was taken over; it stays taken over. False when nothing was changed."""
    held = _held(taken)
    return change(held, {name: was for name, was, _now in differs(held)}, by=by, now=now)


def imagined(taken: Taken, given: Mapping[str, str]) -> Router:
    """The router as if the row had these values, for a preview; nothing is kept. Refuses what could not be."""
    wanted = _changed(taken, given)
    router = Router.objects.select_related("site", "template").get(pk=taken.router_id)
    prefetch_related_objects([router], "taken")
    for each in router.taken.all():  # of what was fetched a moment ago
        if each.pk == taken.pk:
            each.wanted = wanted
    return router


def _held(taken: Taken) -> Taken:
    return Taken.objects.select_for_update(of=("self",)).select_related("router").get(pk=taken.pk)


def _changed(taken: Taken, given: Mapping[str, str]) -> dict[str, str]:
    if taken.leaving_at is not None:
        raise Refusal("leaving", f"{taken.name} is being given back.")
    may, kinds, wanted = changeable(taken), rows.BY_PATH[taken.path].kinds, dict(taken.wanted)
    for name, value in given.items():
        text = value.strip() if isinstance(value, str) else value
        if name not in may:
            raise Refusal("not_changeable", f"{name[:40]} cannot be changed here.", field="values")
        if not isinstance(text, str) or len(text) > LONGEST or not (text.isprintable() or not text):
            raise Refusal("bad_value", f"{name}: plain text on one line, please.", field="values")
        truth = rows.canonical(Kind.BOOL, text)
        if kinds.get(name) is Kind.BOOL and truth not in {"true", "false"}:
            raise Refusal("bad_value", f"{name}: yes or no.", field="values")
        if kinds.get(name) is Kind.BOOL and truth == rows.canonical(Kind.BOOL, wanted[name]):
            continue  # as the router spells it
        wanted[name] = text
    return wanted


@transaction.atomic
def give_back(taken: Taken, *, by: Actor, now: datetime) -> bool:
    """Let a row be somebody else's again, as it was; False when the router never had our mark on it."""
    journal.record(by, "router.given_back", taken.router, now=now, row=taken.name)
    if taken.marked_at is None:
        taken.delete()
        return False
    taken.leaving_at = now
    taken.save(update_fields=["leaving_at"])
    return True


def keep_singles(router_id: int, found: Sequence[tuple[Found, Mapping[str, str]]], *, now: datetime) -> None:
    """What a menu with one row had before we wrote it for the first time."""
    for row, fields in found:
        facts = {
            "name": row.path[:80],
            "original": {name: row.values.get(name, "") for name in fields},
            "wanted": dict(fields),
            "marked_at": now,
            "made_at": now,
        }
        Taken.objects.get_or_create(router_id=router_id, path=row.path, key="", defaults=facts)


def learned(router: Router, facts: Facts, *, now: datetime) -> None:
    """After a whole conversation: which rows carry our mark, and which were given back."""
    taken = list(Taken.objects.filter(router=router))
    if not taken:
        return
    folder = rows.folder_on(facts.flash)
    ours = {
        (row.path, key)
        for path in {each.path for each in taken}
        for key, row in rows.owned(facts.of(path), folder)
    }
    offered = offering.menus_of(offering.effective(router))
    gone, marked = [], []
    for each in taken:
        is_there = (each.path, each.key) in ours
        if (each.path not in offered) if not each.key else (each.leaving_at is not None and not is_there):
            gone.append(each.pk)
        elif each.key and each.leaving_at is None and each.marked_at is None and is_there:
            marked.append(each.pk)
    Taken.objects.filter(pk__in=gone).delete()
    Taken.objects.filter(pk__in=marked).update(marked_at=now)
