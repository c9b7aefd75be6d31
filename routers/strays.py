"""Routers that send packets through their tunnel to where they may not: an incident each, told of once."""

from datetime import datetime

from routers import incidents, tunnels
from routers.incidents import Kind
from routers.models import Incident, Router


def noticed(*, now: datetime) -> list[Incident]:
    """Open and close what the hub's counts say; gives the incidents that were opened or closed, to be told of.

    The firewall forgets a router that has kept still for a day: then its count is none and the incident is over.
    """
    blocked = {pk: each.blocked_packets for pk, each in tunnels.all_of().items() if each.blocked_packets}
    known = {each.router_id: each for each in Incident.objects.filter(kind=Kind.STRAYS, closed_at=None)}
    changed = [incidents.end(each, now=now) for pk, each in known.items() if pk not in blocked]
    fresh = blocked.keys() - known.keys()
    for router in Router.objects.filter(pk__in=fresh, leaving_at=None).order_by("pk") if fresh else ():
        opened = incidents.begin(router, Kind.STRAYS, _text(blocked[router.pk]), now=now)
        changed += [opened] if opened else []
    return changed


def _text(packets: int) -> str:
    sent = "1 packet" if packets == 1 else f"{packets} packets"
    return (
        f"It sent {sent} through its tunnel to other routers or to servers of ours. All were dropped. Find out what "
        "behind it scans the network, or who else holds its keys; a new command makes new ones."
    )
