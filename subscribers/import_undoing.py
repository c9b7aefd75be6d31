"""An import taken back: what it made and nobody changed or used since goes, the rest stays and is listed with why."""

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from psycopg2.extras import Json

from accounts.journal import Actor, record
from accounts.models import JournalEntry
from kmikro.lib import copying
from subscribers import references
from subscribers.import_running import counted
from subscribers.models import Device, Email, ImportFile, ImportRow, Phone, Service, Subscriber

CHUNK = 1_000
State, Undone = ImportFile.State, ImportRow.Undone
_LISTS = {"phones": "number", "emails": "address"}


def undo_part(file_id: int, *, now: datetime) -> bool:
    """Take the newest rows back that are not yet; True while there are more."""
    with transaction.atomic():
        file = ImportFile.objects.select_for_update(of=("self",)).get(pk=file_id)
        if file.state != State.UNDOING:
            return False
        rows = list(file.lines.filter(is_done=True, undone=Undone.NO).order_by("-number")[:CHUNK])
        if rows:
            _take_back(file, rows, Actor(file.by_id, file.by_name), now)
        left = file.lines.filter(is_done=True, undone=Undone.NO).count()
        file.parts_done, file.progress_at = file.parts * left // max(1, file.rows), now
        if not left:
            file.state, file.counts = State.UNDONE, counted(file)
            record(Actor(file.by_id, file.by_name), "import.undone", file, now=now, **file.counts)
        file.save()
        return left > 0


def _take_back(file: ImportFile, rows: list[ImportRow], by: Actor, now: datetime) -> None:
    """Accounts first: a subscriber is held by those that stay."""
    people = {row.subscriber_id for row in rows if row.subscriber_id}
    list(Subscriber.objects.select_for_update().filter(pk__in=people).order_by("pk").values_list("pk"))
    stays = _end_accounts(file, {row.service_id for row in rows if row.service_id})
    made = {row.subscriber_id for row in rows if row.kind == ImportRow.Kind.NEW and row.subscriber_id}
    keeps = _end_people(file, made)
    fresh = set(
        file.lines.filter(kind=ImportRow.Kind.NEW, subscriber__in=people).values_list("subscriber", flat=True)
    )
    joined = [
        row for row in rows if row.kind == ImportRow.Kind.MERGE and row.subscriber_id not in made | fresh
    ]
    left = _give_back(file, joined, by, now)
    for row in rows:
        service, person = row.service_id or 0, row.subscriber_id or 0
        why = [stays[service]] if service in stays else []
        why += [keeps[person]] if person in keeps and row.kind == ImportRow.Kind.NEW else []
        why += left.get(row.number, [])
        row.undone, row.note = (Undone.KEPT, " ".join(why)[:300]) if why else (Undone.UNDONE, "")
        if service and service not in stays:
            row.service_id = None
        if person in made and person not in keeps:
            row.subscriber_id = None
    ImportRow.objects.bulk_update(rows, ["undone", "note", "service", "subscriber"], batch_size=250)


def _touched(model: Any, ids: Collection[int], file: ImportFile) -> set[int]:
    """Of these ids those of which the journal tells something that this import did not do."""
    rows = JournalEntry.objects.filter(
        target_kind=model._meta.label_lower, target_id__in=[str(pk) for pk in ids]
    )
    return {
        int(pk)
        for pk, facts in rows.order_by().values_list("target_id", "facts")
        if facts.get("import") != file.pk
    }


def _end_accounts(file: ImportFile, ids: set[int]) -> dict[int, str]:
    """Remove accounts; those that stay, with why."""
    held = references.holders(Service, ids, but=(ImportRow, Device))
    touched = _touched(Service, ids, file)
    stays = {}
    for service in Service.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"):
        if service.first_used_at or service.bytes_used or service.seconds_used:
            stays[service.pk] = f"{service.label} was used."
        elif service.pk in touched:
            stays[service.pk] = f"{service.label} was changed since."
        elif service.pk in held:
            stays[service.pk] = f"{service.label} is in use: {held[service.pk]}."
    Service.objects.filter(pk__in=ids - stays.keys()).delete()
    return stays


def _end_people(file: ImportFile, ids: set[int]) -> dict[int, str]:
    """Remove subscribers; those that stay, with why."""
    held = references.holders(Subscriber, ids, but=(ImportRow, Phone, Email))
    touched = _touched(Subscriber, ids, file)
    keeps = {}
    for pk, name in Subscriber.objects.filter(pk__in=ids).values_list("pk", "name"):
        if pk in touched:
            keeps[pk] = f"{name} was changed since."
        elif pk in held:
            what = "an account" if held[pk] == "service" else held[pk]
            keeps[pk] = f"{name} stays for {what}."
    Subscriber.objects.filter(pk__in=ids - keeps.keys()).delete()
    return keeps


def _give_back(file: ImportFile, rows: list[ImportRow], by: Actor, now: datetime) -> dict[int, list[str]]:
    """Make joined subscribers what they were, where they still are what the import made of them; else why not."""
    people = Subscriber.objects.in_bulk([row.subscriber_id for row in rows])
    left: dict[int, list[str]] = {}
    lines, fields = [], set[str]()
    for row in rows:
        person, changed = people.get(row.subscriber_id), dict[str, Any]()
        if person is None:
            continue
        for name, (before, after) in row.changes.items():
            if name in _LISTS:
                changed[name] = [after, _take_ways(person, name, after)]
                continue
            held = getattr(person, name)
            wanted = _before(name, _plain(held), before, after)
            if wanted is None:
                left.setdefault(row.number, []).append(f"{name.removesuffix('_id')} was changed since.")
            elif wanted[0] != _plain(held):
                changed[name] = [_plain(held), wanted[0]]
                setattr(person, name, wanted[0])
                fields.add(name.removesuffix("_id"))
        if changed:
            facts = Json({"changed": changed, "import": file.pk})
            lines.append((str(person.pk), person.name[:200], facts))
    if fields:
        Subscriber.objects.bulk_update(people.values(), sorted(fields), batch_size=250)
    same = JournalEntry(
        at=now,
        actor_id=by.id,
        actor=by.name[:140],
        verb="subscriber.change",
        target_kind="subscribers.subscriber",
    )
    copying.add(same, ("target_id", "target", "facts"), lines)
    return left


def _before(name: str, held: Any, before: Any, after: Any) -> tuple[Any] | None:
    """What a field is to be again; None where somebody changed it since."""
    if name == "tags":
        return ([tag for tag in held if tag in (before or []) or tag not in after],)
    if name == "custom":
        moved = {key for key in {*before, *after} if before.get(key) != after.get(key)}
        ours = {key for key in moved if held.get(key) == after.get(key)}
        return (
            {
                key: value
                for key, value in {**held, **{k: before.get(k) for k in ours}}.items()
                if value is not None
            },
        )
    return (before,) if held == after else None


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _take_ways(person: Subscriber, what: str, added: Iterable[str]) -> list[str]:
    """Take phones or emails away; another one leads where the first went."""
    rows: Any = getattr(person, what)
    rows.filter(**{f"{_LISTS[what]}__in": list(added)}).delete()
    left = list(rows.all())
    if left and not left[0].is_primary:
        left[0].is_primary = True
        left[0].save(update_fields=["is_primary"])
    return []
