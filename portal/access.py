"""The portal's only getters: a ready router by its public name, a phone by its signed visit, a live session by what only it knows."""

from django.http import Http404, HttpRequest

from portal import visit as visits
from radius.models import Session
from routers.models import Router


def router(public_id: str) -> Router:
    """The router that a portal address names; 404 for unknown ones."""
    found = Router.objects.select_related("site").filter(public_id=public_id, leaving_at=None).first()
    if found is None:
        raise Http404
    return found


def visit(request: HttpRequest, router: Router) -> visits.Visit:
    """The phone that a form was made for. Raises BadVisit, also when the router has another address by now."""
    found = visits.unseal(request.POST.get("visit", ""), router=router.public_id)
    if found.login_url not in router.logins:
        raise visits.BadVisit("The router has moved since this page was opened.")
    return found


def live_session(found: Router, *, mac: str, ip: str) -> Session | None:
    """The newest live session of exactly this device and address at this router."""
    return (
        Session.objects.select_related("service__plan")
        .filter(router_id=found.pk, mac=mac, framed_ip=ip, ended_at=None)
        .order_by("-started_at")
        .first()
    )
