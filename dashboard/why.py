"""The box 'Why can't they connect?' of the login log."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.roles import Action
from dashboard import access, listing, names
from dashboard.access import Request, operator
from dashboard.logins import RULES, row
from dashboard.page import page
from radius import why
from routers.models import Router

TONES = {
    why.ONLINE: ("text-ok", "circle-check"),
    why.REFUSED: ("text-bad", "ban"),
    why.ROUTER: ("text-bad", "unplug"),
    why.READY: ("text-brand", "info"),
    why.UNKNOWN: ("text-warn", "search-x"),
}


@operator(Action.SEE_LOGINS)
@require_GET
def index(request: Request) -> HttpResponse:
    """One sentence, the fix, and the rules as they would go now."""
    typed, clear = listing.search(request), names.may_see_codes(request)
    if not typed:
        return page(request, "dashboard/logins/why.html", nav_key="logins", q="")
    routers = {
        router.pk: why.Place(router.name, router.is_up)
        for router in Router.objects.filter(state=Router.State.READY)
    }
    zone = ZoneInfo(request.isp.time_zone)
    reason = why.explain(typed, places=routers, now=datetime.now(UTC), zone=zone)
    name = reason.attempt.username if reason.attempt else ""
    tone, icon = TONES[reason.state]
    return page(
        request,
        "dashboard/logins/why.html",
        nav_key="logins",
        q=typed,
        reason=reason,
        tone=tone,
        icon=icon,
        sentence=names.sentence(reason.sentence, name, reason.service, clear=clear),
        steps=[
            {"state": "ok" if step.ok else "bad", "title": RULES.get(step.code, step.code), "text": step.text}
            for step in reason.steps
        ],
        last=[row(reason.attempt, names.routers(), clear=clear)] if reason.attempt else [],
        may_see_vouchers=access.may(request, Action.SEE_VOUCHERS),
    )
