"""Taking over rows of an existing router, and giving them back as they were."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from accounts import journal
from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from routers import inventory, offering, proposals, rows
from routers.desired import Facts
from routers.models import Router, Taken
from routers.rows import Found, Owner

MOST = 2_000


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
