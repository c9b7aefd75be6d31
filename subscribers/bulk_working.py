"""A bulk act done and undone, some rows in a transaction, by the verbs that the pages use."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.journal import Actor, record
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from kmikro.lib.validity import Validity
from subscribers import arranging, lifecycle, people, plan_moves
from subscribers.arrangement_checks import Wish
from subscribers.models import Arrangement, BulkAct, BulkItem, Plan, Service, Site, Subscriber

CHUNK = 200
State, Result = BulkAct.State, BulkItem.Result
Do = Callable[[BulkAct, BulkItem, Actor, datetime], dict[str, Any]]
_STATUS_VERBS = ("service.pause", "service.resume", "service.end", "service.void", "service.follow")


def run_part(bulk_id: int, *, now: datetime) -> bool:
    """Do the next rows; True while there are more. Whoever comes second finds them done."""
    return _part(bulk_id, State.RUNNING, State.DONE, Result.WILL, now)


def undo_part(bulk_id: int, *, now: datetime) -> bool:
    """Undo the next rows; True while there are more."""
    return _part(bulk_id, State.UNDOING, State.UNDONE, Result.DONE, now)


def _part(bulk_id: int, stage: str, end: str, of: str, now: datetime) -> bool:
    with transaction.atomic():
        bulk = BulkAct.objects.select_for_update(of=("self",)).get(pk=bulk_id)
        if bulk.state != stage:
            return False
        by = Actor(bulk.by_id, bulk.by_name)
        rows = list(bulk.rows.filter(result=of).order_by("number")[: CHUNK + 1])
        for row in rows[:CHUNK]:
            _one(bulk, row, by, now, undoes=stage == State.UNDOING)
        BulkItem.objects.bulk_update(rows[:CHUNK], ["result", "note", "kept", "at"])
        bulk.done, bulk.progress_at = bulk.done + len(rows[:CHUNK]), now
        more = len(rows) > CHUNK
        if not more:
            bulk.state, bulk.done_at = end, now
            record(by, f"bulk.{end}", bulk, now=now, rows=bulk.done)
        bulk.save()
        return more


def _one(bulk: BulkAct, row: BulkItem, by: Actor, now: datetime, *, undoes: bool) -> None:
    try:
        with transaction.atomic():
            kept = (_UNDO if undoes else _DO)[bulk.act](bulk, row, by, now)
    except Refusal as refusal:
        row.result = Result.KEPT if undoes else Result.REFUSED
        row.note = refusal.text[:300]
        return
    row.result, row.note, row.at = (Result.UNDONE if undoes else Result.DONE), "", now
    row.kept = row.kept if undoes else kept


def _service(row: BulkItem) -> Service:
    found = Service.objects.filter(pk=row.service_id or 0).first()
    if found is None:
        raise Refusal("gone", "It is not there any more.")
    return found


def _subscriber(row: BulkItem) -> Subscriber:
    found = Subscriber.objects.select_for_update().filter(pk=row.subscriber_id or 0).first()
    if found is None:
        raise Refusal("gone", "It is not there any more.")
    return found


def _plan(bulk: BulkAct, row: BulkItem, by: Actor, now: datetime) -> dict[str, Any]:
    service, plan = _service(row), Plan.objects.filter(pk=bulk.value["plan"]).first()
    if plan is None:
        raise Refusal("unknown_plan", "There is no such plan any more.")
    plan_moves.move(service, plan, by=by, now=now)
    return {"plan": service.plan_id}


def _suspend(bulk: BulkAct, row: BulkItem, by: Actor, now: datetime) -> dict[str, Any]:
    service = _service(row)
    if service.status == Service.Status.SUSPENDED:
        raise Refusal("wrong_state", "It is paused already.")
    lifecycle.suspend(service, by=by, now=now)
    return {}


def _resume(bulk: BulkAct, row: BulkItem, by: Actor, now: datetime) -> dict[str, Any]:
    service = _service(row)
    if service.status == Service.Status.ACTIVE:
        raise Refusal("wrong_state", "It is active already.")
    lifecycle.resume(service, by=by, now=now)
    return {}


def _extend(bulk: BulkAct, row: BulkItem, by: Actor, now: datetime) -> dict[str, Any]:
    wish = Wish(Arrangement.Kind.EXTENSION, f"Bulk act {bulk.pk}", Validity(days=bulk.value["days"]))
    return {"arrangement": arranging.arrange(_service(row), wish, by=by, now=now).pk}


def _tag(bulk: BulkAct, row: BulkItem, by: Actor, now: datetime, *, adds: bool) -> dict[str, Any]:
    person, tag = _subscriber(row), bulk.value["tag"]
    if (tag in person.tags) == adds:
        text = "The tag is there already." if adds else "The tag is not there."
        raise Refusal("no_change", text)
    tags = [*person.tags, tag] if adds else [each for each in person.tags if each != tag]
    people.change(person, {"tags": tags}, by=by, now=now)
    return {}


def _add_tag(bulk: BulkAct, row: BulkItem, by: Actor, now: datetime) -> dict[str, Any]:
    return _tag(bulk, row, by, now, adds=True)


def _remove_tag(bulk: BulkAct, row: BulkItem, by: Actor, now: datetime) -> dict[str, Any]:
    return _tag(bulk, row, by, now, adds=False)


def _site(bulk: BulkAct, row: BulkItem, by: Actor, now: datetime) -> dict[str, Any]:
    person, wanted = _subscriber(row), bulk.value["site"]
    site = Site.objects.filter(pk=wanted).first() if wanted else None
    if wanted and site is None:
        raise Refusal("unknown_site", "There is no such site any more.")
    before = person.site_id
    people.change(person, {"site": site}, by=by, now=now)
    return {"site": before}


def _status_back(bulk: BulkAct, row: BulkItem, by: Actor, now: datetime) -> dict[str, Any]:
    """Resume what was paused, pause what was resumed, unless somebody changed it since."""
    service = _service(row)
    later = JournalEntry.objects.filter(
        target_kind=Service._meta.label_lower,
        target_id=str(service.pk),
        verb__in=_STATUS_VERBS,
        at__gt=row.at,
    )
    if later.exists():
        raise Refusal("changed_since", "It was changed since.")
    verb = lifecycle.resume if bulk.act == BulkAct.Act.SUSPEND else lifecycle.suspend
    verb(service, by=by, now=now)
    return {}


def _unextend(bulk: BulkAct, row: BulkItem, by: Actor, now: datetime) -> dict[str, Any]:
    made = Arrangement.objects.filter(pk=row.kept.get("arrangement")).first()
    if made is None:
        raise Refusal("gone", "It is not there any more.")
    arranging.undo(made, by=by, now=now)
    return {}


def _site_back(bulk: BulkAct, row: BulkItem, by: Actor, now: datetime) -> dict[str, Any]:
    person = _subscriber(row)
    if person.site_id != bulk.value["site"]:
        raise Refusal("changed_since", "It was changed since.")
    before = row.kept.get("site")
    site = Site.objects.filter(pk=before).first() if before else None
    people.change(person, {"site": site}, by=by, now=now)
    return {}


_DO: Mapping[str, Do] = {
    "plan": _plan, "suspend": _suspend, "resume": _resume, "extend": _extend, "add_tag": _add_tag, "remove_tag": _remove_tag,
    "site": _site,
}  # fmt: skip
_UNDO: Mapping[str, Do] = {
    "suspend": _status_back, "resume": _status_back, "extend": _unextend, "add_tag": _remove_tag, "remove_tag": _add_tag,
    "site": _site_back,
}  # fmt: skip
