"""Who may talk to a router and write what it told: a lease with a fence.

Every taking raises the fence. What a worker writes later is written under `held`, which locks the router's row and
compares the fence: a worker that slept through its lease finds another number and writes nothing. The conversation
itself ends long before the lease (device.CONVERSATION), also for a worker that was stopped in the middle of it.
"""

from datetime import datetime, timedelta

from django.db.models import F, Q

from routers.models import Router

LENGTH = timedelta(seconds=120)  # longer than the longest conversation
MOST_DEATHS = 3  # talks in a row that ended with their worker: then nobody tries for a while
QUARANTINE = timedelta(hours=1)


class Lost(Exception):
    """Somebody else has the router by now; nothing more may be written for it."""


def begin(router_id: int, *, now: datetime) -> bool:
    """Take a new lease; False when the router is gone, leased, or known to end workers.

    The talk is counted before it begins and forgotten when it ends in order (`give_back`): what is left over are
    talks whose worker died, and after MOST_DEATHS of them the router is left alone for QUARANTINE.
    """
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    calm = Q(talks_begun__lt=MOST_DEATHS) | Q(leased_until__lt=now - QUARANTINE)
    taken = Router.objects.filter(free, calm, pk=router_id, address__isnull=False).update(
        leased_until=now + LENGTH, lease_fence=F("lease_fence") + 1, talks_begun=F("talks_begun") + 1
    )
    return taken == 1


def take(router_id: int, *, now: datetime) -> int | None:
    """The fence of a new lease, or None."""
    if not begin(router_id, now=now):
        return None
    return Router.objects.values_list("lease_fence", flat=True).get(pk=router_id)


def held(router_id: int, fence: int) -> Router:
    """The router with its watch, locked until the end of the transaction; raises Lost when the lease is another's."""
    mine = Router.objects.select_for_update(of=("self",)).select_related("watch")
    router = mine.filter(pk=router_id, lease_fence=fence).first()
    if router is None:
        raise Lost(f"the lease {fence} of router {router_id} is over")
    return router


def give_back(router_id: int, fence: int | None = None) -> None:
    """End the lease after a talk that ended in order, if it is still this one.

    A talk that ended with an unforeseen error or with its worker keeps its lease until it runs out, and stays counted.
    """
    mine = Router.objects.filter(pk=router_id)
    if fence is not None:
        mine = mine.filter(lease_fence=fence)
    mine.update(leased_until=None, talks_begun=0)


def is_stuck(router: Router) -> bool:
    """Whether talks with it ended out of order so often that nobody tries for a while."""
    return router.talks_begun >= MOST_DEATHS
