"""Reads about routers for the doors."""

from django.db.models import Count, Q, QuerySet

from routers.models import LeakAudit, Router, SyncRun

FILTERS = ("up", "down", "enrolling")
RUNS_SHOWN = 10


def all_routers() -> "QuerySet[Router]":
    """Routers of the ISP without those that are being taken away."""
    return Router.objects.filter(leaving_at=None).select_related("site")


def search(text: str, state: str) -> "QuerySet[Router]":
    """Routers whose name, site, identity, serial or address contains text, in one of FILTERS or in any state."""
    found = all_routers()
    if text:
        found = found.filter(
            Q(name__icontains=text)
            | Q(site__name__icontains=text)
            | Q(identity__icontains=text)
            | Q(serial__icontains=text)
            | Q(address__startswith=text)
        )
    return found.filter(_in(state)) if state in FILTERS else found


def counts() -> dict[str, int]:
    """How many routers each filter shows; '' is all."""
    found = Router.objects.filter(leaving_at=None).aggregate(
        all=Count("pk"), **{state: Count("pk", filter=_in(state)) for state in FILTERS}
    )
    return {"": found.pop("all"), **found}


def _in(state: str) -> Q:
    ready = Q(state=Router.State.READY)
    return {"up": ready & Q(is_up=True), "down": ready & Q(is_up=False), "enrolling": ~ready}[state]


def one(router_id: int) -> Router | None:
    return all_routers().filter(pk=router_id).first()


def runs(router: Router) -> list[SyncRun]:
    """The newest runs."""
    return list(router.runs.order_by("-id")[:RUNS_SHOWN])


def search_runs(router: Router, text: str, state: str) -> "QuerySet[SyncRun]":
    """Runs of a router whose reason or trouble contains text, in one state or in any."""
    found = SyncRun.objects.filter(router=router)
    if text:
        found = found.filter(Q(reason__icontains=text) | Q(trouble__icontains=text))
    return found.filter(state=state) if state else found


def newest_audit() -> LeakAudit | None:
    """The newest leak audit that came to its end."""
    return LeakAudit.objects.filter(ended_at__isnull=False).first()
