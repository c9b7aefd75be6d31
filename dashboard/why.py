"""The box 'Why can't they connect?' of the login log."""

from datetime import UTC, datetime
from typing import Any
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
    found = answer(request, typed)
    attempt = found["reason"].attempt
    return page(
        request,
        "dashboard/logins/why.html",
        nav_key="logins",
        q=typed,
        last=[row(attempt, names.routers(), clear=clear)] if attempt else [],
        may_see_vouchers=access.may(request, Action.SEE_VOUCHERS),
        may_see_subscribers=access.may(request, Action.SEE_SUBSCRIBERS),
        **found,
    )


def answer(request: Request, typed: str) -> dict[str, Any]:
    """Sentence, fix and rules for a code, serial, user name or MAC, as the person may read them."""
    clear = names.may_see_codes(request)
    routers = {
        router.pk: why.Place(router.name, router.is_up)
        for router in Router.objects.filter(state=Router.State.READY)
    }
    zone = ZoneInfo(request.isp.time_zone)
    reason = why.explain(
        typed,
        places=routers,
        now=datetime.now(UTC),
        zone=zone,
        is_suspended=request.isp.suspended_at is not None,
    )
    name = reason.attempt.username if reason.attempt else ""
    tone, icon = TONES[reason.state]
    return {
        "reason": reason,
        "tone": tone,
        "icon": icon,
        "sentence": names.sentence(reason.sentence, name, reason.service, clear=clear),
        "steps": [
            {"state": "ok" if step.ok else "bad", "title": RULES.get(step.code, step.code), "text": step.text}
            for step in reason.steps
        ],
    }
