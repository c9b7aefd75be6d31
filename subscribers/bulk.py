"""Bulk acts on accounts and subscribers: asked for and looked at, begun, stopped, undone. `bulk_working` does them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet

from accounts.journal import Actor, record
from kmikro.lib import copying
from kmikro.lib.refusal import Refusal
from subscribers import arranging, bulk_judging, plan_moves
from subscribers.models import BulkAct, BulkItem, Plan, Service, Site, Subscriber

MOST = 50_000
SILENT = timedelta(minutes=2)  # without a sign of progress a worker is taken for lost
UNDO = timedelta(days=30)
State, Result, Of = BulkAct.State, BulkItem.Result, BulkAct.Of
BUSY = frozenset({State.RUNNING, State.UNDOING})
Row = tuple[int | None, int | None, str, str]  # service, subscriber, who, why not


def ask(
    act: str, value: dict[str, Any], of: str, rows: "QuerySet[Any]", *, by: Actor, now: datetime
) -> BulkAct:
    """Look at whom an act would change: `rows` are accounts or subscribers. Nothing is changed. Raises Refusal."""
    kept = _named(act, bulk_judging.checked(act, value))
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if not ids:
        raise Refusal("nobody", "Nobody is chosen. Tick some, or choose other filters.")
    if len(ids) > MOST:
        raise Refusal("too_many", f"At most {MOST:,} at a time. Narrow the filters.")
    is_account = act in bulk_judging.OF_ACCOUNTS
    found = list(_accounts(act, kept, of, ids) if is_account else _people(act, kept, of, ids))
    if len(found) > MOST:
        raise Refusal("too_many", f"At most {MOST:,} at a time. Narrow the filters.")
    with transaction.atomic():
        bulk = BulkAct.objects.create(
            act=act,
            of=of,
            value=kept,
            items=len(found),
            will=sum(not why for *_who, why in found),
            by_id=by.id,
            by_name=by.name[:140],
            made_at=now,
            progress_at=now,
        )
        copying.add(
            BulkItem(bulk=bulk),
            ("number", "service_id", "subscriber_id", "who", "result", "note"),
            [
                (number, service, person, who[:200], (Result.WONT if why else Result.WILL).value, why)
                for number, (service, person, who, why) in enumerate(found, 1)
            ],
        )
        record(by, "bulk.ask", bulk, now=now, items=bulk.items, will=bulk.will)
    return bulk


def _named(act: str, value: dict[str, Any]) -> dict[str, Any]:
    """With how a plan or site is called. Raises Refusal where there is none."""
    if act == "plan":
        plan = Plan.objects.filter(pk=value["plan"]).first()
        if plan is None:
            raise Refusal("unknown_plan", "There is no plan with this id.", field="plan")
        plan_moves.check(plan)
        return {**value, "called": plan.name}
    if act == "site":
        if value["site"] is None:
            return {**value, "called": "none"}
        site = Site.objects.filter(pk=value["site"]).first()
        if site is None:
            raise Refusal("unknown_site", "There is no site with this id.", field="site")
        return {**value, "called": site.name}
    if act == "extend":
        return {**value, "called": "1 day" if value["days"] == 1 else f"{value['days']} days"}
    return {**value, "called": value["tag"]} if "tag" in value else value


def _accounts(act: str, value: dict[str, Any], of: str, ids: list[int]) -> Iterator[Row]:
    rows = Service.objects.filter(kind=Service.Kind.ACCOUNT)
    rows = rows.filter(pk__in=ids) if of == Of.ACCOUNTS else rows.filter(subscriber__in=ids)
    read = list(
        rows.order_by("label", "pk").values_list(
            "pk", "subscriber_id", "label", "subscriber__name", "status", "subscriber__state", "plan_id", "expires_at"
        )
    )  # fmt: skip
    ended = [pk for pk, *_, status, _state, _plan, _ends in read if status == Service.Status.ENDED]
    by_hand = arranging.which_by_hand(ended) if act == "extend" and ended else set()
    for pk, owner, label, name, status, state, plan, ends in read:
        found = bulk_judging.Account(status, state or "", plan, ends, pk in by_hand)
        yield pk, owner, f"{label} ({name})" if name else label, bulk_judging.account(act, value, found)
    if of == Of.PEOPLE:
        without = Subscriber.objects.filter(pk__in=set(ids) - {owner for _pk, owner, *_ in read})
        for pk, name in without.order_by("name", "pk").values_list("pk", "name"):
            yield None, pk, name, "Has no account."


def _people(act: str, value: dict[str, Any], of: str, ids: list[int]) -> Iterator[Row]:
    rows = Subscriber.objects.filter(merged_into=None)
    if of == Of.PEOPLE:
        rows = rows.filter(pk__in=ids)
    else:
        rows = rows.filter(pk__in=Service.objects.filter(pk__in=ids).values("subscriber_id"))
        alone = Service.objects.filter(pk__in=ids, subscriber=None).order_by("label")
        for pk, label in alone.values_list("pk", "label"):
            yield pk, None, label, "Belongs to nobody."
    for pk, name, number, tags, site in rows.order_by("name", "pk").values_list(
        "pk", "name", "account_number", "tags", "site_id"
    ):
        found = bulk_judging.Person(tags, site)
        yield None, pk, f"{name} ({number})", bulk_judging.person(act, value, found)


def start(bulk: BulkAct, *, by: Actor, now: datetime) -> BulkAct:
    """Do it. Raises Refusal."""
    with transaction.atomic():
        held = _held(bulk)
        if held.state != State.CHECKED:
            raise Refusal("wrong_state", f"This is {held.state}; it begins once.")
        if not held.will:
            raise Refusal("nothing_to_do", "It would change nobody.")
        held.by_id, held.by_name = by.id, by.name[:140]
        _move(held, State.RUNNING, now)
        record(by, "bulk.start", held, now=now, will=held.will)
    return held


def stop(bulk: BulkAct, *, by: Actor, now: datetime) -> BulkAct:
    """Change nobody after those that are being changed; `go_on` goes on."""
    with transaction.atomic():
        held = _held(bulk)
        if held.state != State.RUNNING:
            raise Refusal("wrong_state", f"This is {held.state}; there is nothing to stop.")
        held.stage = held.state
        _move(held, State.STOPPED, now)
        record(by, "bulk.stop", held, now=now, done=held.done)
    return held


def go_on(bulk: BulkAct, *, by: Actor, now: datetime) -> BulkAct:
    """Take up what was stopped, failed or lost its worker; nobody is changed twice."""
    with transaction.atomic():
        held = _held(bulk)
        is_silent = held.state in BUSY and now - held.progress_at >= SILENT
        if held.state not in {State.STOPPED, State.FAILED} and not is_silent:
            raise Refusal("wrong_state", f"This is {held.state}; there is nothing to take up.")
        _move(held, State(held.state if is_silent else held.stage), now)
        record(by, "bulk.go_on", held, now=now, stage=held.state)
    return held


def undo(bulk: BulkAct, *, by: Actor, now: datetime) -> BulkAct:
    """Make those that it changed what they were, as far as nobody changed them since. Raises Refusal."""
    with transaction.atomic():
        held = _held(bulk)
        if held.act not in bulk_judging.UNDONE:
            text = "A change of plan is not undone. Change the plan again; what was paid is not touched."
            raise Refusal("not_undone", text)
        stopped = held.state in {State.STOPPED, State.FAILED} and held.stage == State.RUNNING
        if held.state != State.DONE and not stopped:
            raise Refusal("wrong_state", f"This is {held.state}; there is nothing to undo.")
        if now - held.made_at > UNDO:
            raise Refusal("too_late", f"It can be undone for {UNDO.days} days.")
        held.by_id, held.by_name, held.done = by.id, by.name[:140], 0
        _move(held, State.UNDOING, now)
        record(by, "bulk.undo", held, now=now)
    return held


def discard(bulk: BulkAct, *, by: Actor, now: datetime) -> None:
    """Forget what was only looked at."""
    with transaction.atomic():
        held = _held(bulk)
        if held.state != State.CHECKED:
            raise Refusal("wrong_state", f"This is {held.state} and stays in the list.")
        record(by, "bulk.discard", held, now=now, items=held.items)
        held.rows.all()._raw_delete(held.rows.db)  # nothing refers to them
        held.delete()


def fail(bulk: BulkAct, why: str, *, now: datetime) -> None:
    """Say that the stage that runs was not finished."""
    if bulk.state in BUSY:
        bulk.stage, bulk.state_text = bulk.state, why[:200]
        _move(bulk, State.FAILED, now)


def counts(bulk: BulkAct) -> dict[str, int]:
    """How many rows came to which result."""
    return dict(bulk.rows.order_by().values_list("result").annotate(Count("pk")))


def _held(bulk: BulkAct) -> BulkAct:
    return BulkAct.objects.select_for_update(of=("self",)).get(pk=bulk.pk)


def _move(held: BulkAct, to: str, now: datetime) -> None:
    held.state, held.progress_at = to, now
    if to not in {State.FAILED, State.STOPPED}:
        held.stage = held.state_text = ""
    held.save()
