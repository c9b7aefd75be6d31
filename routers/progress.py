"""The steps of a router from API user to ready, written as they happen."""

from datetime import datetime

from accounts import journal
from routers import desired, sign_in
from routers.models import Router
from tenants import routes

ROUTINE = "Routine check"


def user_made(router_id: int, *, now: datetime) -> None:
    """Our user signed in: from here on its RADIUS packets are known; refuses an address that another router has."""
    router = Router.objects.get(pk=router_id)
    register(router, now=now)
    if router.state == Router.State.REACHED:
        router.state = Router.State.API_USER
        router.api_user_at = now
    router.trouble = ""
    router.save(update_fields=["state", "api_user_at", "trouble"])


def register(router: Router, *, now: datetime) -> None:
    """Let our RADIUS server know the router; signatures are asked for as soon as its version makes them."""
    routes.register_nas(
        router.pk,
        address=router.address or "",
        secret=router.radius_secret,
        coa_port=router.coa_port,
        require_message_auth=signs(router.version),
        now=now,
    )
    sign_in.tell_radius(router)


def signs(version: str) -> bool:
    """RouterOS signs its Access-Requests since 7.15; older ones get an exception that their page shows."""
    known = desired.version_of(version)
    return known == (0, 0, 0) or known[:2] >= desired.ASKS_FOR_MESSAGE_AUTH


def ready(router_id: int, *, now: datetime) -> None:
    """RADIUS was tested: the router can serve."""
    router = Router.objects.get(pk=router_id)
    if router.state == Router.State.READY:
        return
    router.state = Router.State.READY
    router.trouble = ""
    router.radius_tested_at = now
    router.ready_at = now
    router.save(update_fields=["state", "trouble", "radius_tested_at", "ready_at"])
    journal.record(journal.SYSTEM, "router.ready", router, now=now, address=router.address)


def stopped(router_id: int, trouble: str) -> None:
    """The current step does not go on; trouble says why and what to do."""
    Router.objects.filter(pk=router_id).update(trouble=trouble[:300])


def synced(router: Router, trouble: str) -> None:
    """A comparison ended; an earlier trouble is over when this one has none."""
    if router.state == Router.State.READY and router.trouble != trouble[:300]:
        router.trouble = trouble[:300]
        router.save(update_fields=["trouble"])
