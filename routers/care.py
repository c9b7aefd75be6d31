"""Orders for one or many routers: who gets what, how many at a time, the first alone, and when to stop."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts import journal
from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from routers.models import CareItem, CareRun, Router
from subscribers.models import Site

MOST = 500  # routers of one order
WIDTH = 4  # routers worked on at a time
KEPT = timedelta(days=90)
STUCK = timedelta(minutes=30)
RESTARTING, BUSY = (
    "restarting",
    "busy",
)  # phases, by what is waited for: the router, or a worker that talks to it
Kind, State, Item = CareRun.Kind, CareRun.State, CareItem.State
# Work that may take a router away: the first router alone, and nothing more after a failure.
GUARDED = frozenset({Kind.UPGRADE, Kind.REBOOT, Kind.RESTORE})
LEFT_OUT = {
    "setup": "It is still being set up.",
    "down": "It does not answer now.",
    "there": "It is at this site already.",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A router in a preview: what happens to it, or why nothing does."""

    router: Router
    skipped: str = ""


def preview(kind: str, routers: Sequence[Router], *, site: Site | None = None) -> list[Place]:
    """What an order would do with each router, before anybody orders it."""
    return [Place(router, _left_out(kind, router, site)) for router in routers]


def _left_out(kind: str, router: Router, site: Site | None) -> str:
    if kind == Kind.SITE:
        return LEFT_OUT["there"] if site is not None and router.site_id == site.pk else ""
    if not router.is_ready:
        return LEFT_OUT["setup"]
    return LEFT_OUT["down"] if kind in GUARDED and not router.is_up else ""


def order(
    kind: str,
    routers: Sequence[Router],
    *,
    by: Actor,
    now: datetime,
    site: Site | None = None,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    details: dict[str, Any] | None = None,
) -> CareRun:
    """Write the order down; the caller hands it to the workers."""
    if kind not in Kind.values:
        raise Refusal("kind", "Choose what to do.", field="kind")
    if kind == Kind.SITE and site is None:
        raise Refusal("site", "Choose a site.", field="site")
    if len(routers) > MOST:
        raise Refusal("many", f"One order is for at most {MOST} routers. Filter them first.", field="kind")
    places = preview(kind, routers, site=site)
    if not any(not place.skipped for place in places):
        raise Refusal("nothing", "There is nothing to do on any of these routers.", field="kind")
    if not_before and not_after and not_after <= not_before:
        raise Refusal("window", "The window ends before it begins.", field="not_after")
    facts = dict(details or {}) | ({"site": site.pk} if site is not None else {})
    run = CareRun.objects.create(
        kind=kind,
        by=by.name[:140],
        by_id=by.id,
        made_at=now,
        not_before=not_before,
        not_after=not_after,
        details=facts,
    )
    CareItem.objects.bulk_create(
        CareItem(
            run=run,
            router=place.router,
            position=number,
            state=Item.SKIPPED if place.skipped else Item.WAITING,
            trouble=place.skipped,
        )
        for number, place in enumerate(places)
    )
    journal.record(by, f"routers.{kind}", run, now=now, routers=len(routers))
    return run


def last_nightly() -> datetime | None:
    """When backups were last ordered by nobody."""
    found = CareRun.objects.filter(kind=Kind.BACKUP, by=journal.SYSTEM.name, by_id=None).order_by("-made_at")
    return found.values_list("made_at", flat=True).first()


def take_next(run_id: int, *, now: datetime) -> list[int]:
    """The items to begin now; the first router of guarded work goes alone."""
    run = CareRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None or run.state != State.RUNNING or (run.not_before and now < run.not_before):
        return []
    if run.not_after and now >= run.not_after:
        _skip_rest(run, "The window had ended.", now=now)
        _end(run, State.DONE, now=now)
        return []
    items = run.items.all()
    running = items.filter(state=Item.RUNNING).count()
    room = WIDTH - running
    if run.kind in GUARDED and not items.filter(state=Item.DONE).exists():
        room = 1 - running
    ids = list(items.filter(state=Item.WAITING).values_list("pk", flat=True)[: max(room, 0)])
    CareItem.objects.filter(pk__in=ids).update(state=Item.RUNNING, started_at=now)
    if not ids and not running:
        _end(run, State.DONE, now=now)
    return ids


def finish(
    item_id: int, *, is_fine: bool, steps: Sequence[dict[str, str]], trouble: str, now: datetime
) -> int | None:
    """Note what became of an item; gives its run when that goes on."""
    # The order first: who waits for it here must see what became of the item meanwhile.
    run = (
        CareRun.objects.select_for_update()
        .filter(pk__in=CareItem.objects.filter(pk=item_id).values("run"))
        .first()
    )
    item = None if run is None else run.items.filter(pk=item_id, state=Item.RUNNING).first()
    if run is None or item is None:
        return None
    item.state = Item.DONE if is_fine else Item.FAILED
    item.phase, item.steps, item.trouble, item.ended_at = "", list(steps), trouble[:600], now
    item.save(update_fields=["state", "phase", "steps", "trouble", "ended_at"])
    if not is_fine and run.kind in GUARDED and run.state == State.RUNNING:
        name = Router.objects.values_list("name", flat=True).get(pk=item.router_id)
        _skip_rest(run, f"Not begun: it failed on {name}.", now=now)
        _end(run, State.FAILED, now=now)
    return run.pk if run.state == State.RUNNING else None


def is_awaited(router_id: int) -> bool:
    """Whether somebody had the router restarted and it is waited for: its silence is no news then."""
    return CareItem.objects.filter(router_id=router_id, state=Item.RUNNING, phase=RESTARTING).exists()


def stop(run: CareRun, *, by: Actor, now: datetime) -> None:
    """Begin nothing more; what runs on a router now goes to its end."""
    locked = CareRun.objects.select_for_update().get(pk=run.pk)
    if locked.state != State.RUNNING:
        raise Refusal("ended", "It has ended already.")
    _skip_rest(locked, f"Stopped by {by.name}.", now=now)
    _end(locked, State.STOPPED, now=now)
    journal.record(by, "routers.stopped", locked, now=now)


def _skip_rest(run: CareRun, why: str, *, now: datetime) -> None:
    run.items.filter(state=Item.WAITING).update(state=Item.SKIPPED, trouble=why[:600], ended_at=now)


def _end(run: CareRun, state: str, *, now: datetime) -> None:
    run.state, run.ended_at = state, now
    run.save(update_fields=["state", "ended_at"])


def all_runs() -> "QuerySet[CareRun]":
    """Orders with their counts, newest first."""
    return CareRun.objects.annotate(
        routers=Count("items"),
        fine=Count("items", filter=Q(items__state=Item.DONE)),
        bad=Count("items", filter=Q(items__state=Item.FAILED)),
        skipped=Count("items", filter=Q(items__state=Item.SKIPPED)),
    ).order_by("-pk")


def items_of(run: CareRun) -> "QuerySet[CareItem]":
    return run.items.select_related("router", "router__site").order_by("position")


def tidy(*, now: datetime) -> list[int]:
    """Forget old orders, give up items whose worker is gone, and name the orders that have to go on."""
    CareRun.objects.filter(ended_at__lt=now - KEPT).delete()
    lost = CareItem.objects.filter(state=Item.RUNNING, started_at__lt=now - STUCK)
    for pk in list(lost.values_list("pk", flat=True)):
        finish(pk, is_fine=False, steps=[], trouble="The worker was lost; look at the router.", now=now)
    return list(CareRun.objects.filter(state=State.RUNNING).values_list("pk", flat=True))
