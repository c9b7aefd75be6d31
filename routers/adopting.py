"""Taking over rows of an existing router, changing them, and giving them back as they were."""

import secrets
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
LONGEST = 1_000


@transaction.atomic
def take(router: Router, refs: Sequence[str], *, by: Actor, now: datetime) -> int:
    """Take over the rows that a person picked: from now on they are kept as they are. The router is not touched yet."""
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
    kept = list(router.taken.values_list("path", "original"))
    for each in picked:
        original = _without_secrets(by_ref[each.path, each.id])
        if rows.BY_PATH[each.path].owner is Owner.NAME and (each.path, original) in kept:
            continue  # chosen a moment ago by another person
        key, wanted = proposals.key_for(each.path, original, secrets.token_hex(5))
        Taken.objects.create(
            router=router,
            path=each.path,
            key=key,
            name=each.name,
            original=original,
            wanted=wanted,
            made_at=now,
        )
    journal.record(by, "router.adopted", router, now=now, rows=len(picked))
    return len(picked)


def _without_secrets(found: Found) -> dict[str, str]:
    secret = rows.BY_PATH[found.path].secrets
    return {name: value for name, value in rows.told(found.values).items() if name not in secret}


@transaction.atomic
def change(taken: Taken, given: Mapping[str, str], *, by: Actor, now: datetime) -> None:
    """Other values for a row that we took over; what it had is kept for the day it is given back."""
    if taken.leaving_at is not None:
        raise Refusal("leaving", f"{taken.name} is being given back.")
    mark = "name" if rows.BY_PATH[taken.path].owner is Owner.NAME else "comment"
    wanted = dict(taken.wanted)
    for name, value in given.items():
        if name == mark or name not in wanted:
            raise Refusal("not_changeable", f"{name[:40]} cannot be changed here.", field="values")
        if len(value) > LONGEST or not value.isprintable():
            raise Refusal("bad_value", f"{name}: plain text, please.", field="values")
        wanted[name] = value.strip()
    taken.wanted = wanted
    taken.save(update_fields=["wanted"])
    journal.record(by, "router.adopted_changed", taken.router, now=now, row=taken.name, values=sorted(given))


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
    for each in taken:
        if not each.key:
            if each.path not in offered:
                each.delete()
        elif each.leaving_at is not None:
            if (each.path, each.key) not in ours:
                each.delete()
        elif each.marked_at is None and (each.path, each.key) in ours:
            Taken.objects.filter(pk=each.pk).update(marked_at=now)
