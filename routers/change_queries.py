"""Reads about changes and rollouts for the doors: found by words and filters, with how far they are."""

from django.db.models import Count, Q, QuerySet

from routers import changes
from routers import rollouts as rolling
from routers.models import Change, Rollout

OPEN = "open"  # whatever has not ended
_DONE, _BAD = (Q(changes__state__in=states) for states in (rolling.GOOD, rolling.BAD))


def all_changes() -> "QuerySet[Change]":
    """Changes of routers that are not being taken away."""
    return Change.objects.filter(router__leaving_at=None).select_related("router", "router__site", "rollout")


def search(
    text: str, state: str, router: int | None = None, rollout: int | None = None
) -> "QuerySet[Change]":
    """Changes with text in router, reason or who planned them, in a state, OPEN or any."""
    rows = all_changes()
    if text:
        rows = rows.filter(
            Q(router__name__icontains=text) | Q(reason__icontains=text) | Q(made_by__icontains=text)
        )
    if router is not None:
        rows = rows.filter(router_id=router)
    if rollout is not None:
        rows = rows.filter(rollout_id=rollout)
    if state == OPEN:
        return rows.filter(state__in=changes.OPEN)
    return rows.filter(state=state) if state else rows


def rollouts(text: str = "", state: str = "") -> "QuerySet[Rollout]":
    """Rollouts with text in their name or who began them, with counts: routers, done, bad."""
    rows = Rollout.objects.annotate(
        routers=Count("changes"), done=Count("changes", filter=_DONE), bad=Count("changes", filter=_BAD)
    )
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(made_by__icontains=text))
    return rows.filter(state=state) if state else rows
