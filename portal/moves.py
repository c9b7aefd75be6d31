"""A guest with a pass and another device: move it here, or put a device without a browser on its list."""

from datetime import UTC, datetime
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.journal import Actor
from accounts.limits import TooMany
from billing.vouchers import lookup
from kmikro.lib.refusal import Refusal
from portal import access, answers, entry
from portal import visit as visits
from radius import moving
from radius.moving import Look, Standing
from routers.models import Router
from subscribers import devices
from subscribers.models import Service

GUEST = "A guest with the code"
WAITING, PATIENCE = "portal waiting", 300  # salt, and for how many seconds a page may ask again


def guest(visit: visits.Visit) -> Actor:
    """Who acts in the portal: nobody that we know, but the code is right."""
    return Actor(None, GUEST, visit.ip)


def stands(service: Service, visit: visits.Visit, *, now: datetime) -> Look | None:
    """What keeps this device from the pass; None when nothing does."""
    found = moving.look(service, visit.mac, now=now)
    if found.standing is Standing.LEAVING and moving.give_up(found, now=now):
        return None
    return None if found.standing is Standing.FREE else found


def offer(
    request: HttpRequest, router: Router, visit: visits.Visit, service: Service, typed: str, found: Look
) -> HttpResponse:
    """The page that says what is in the way, with what can be done about it."""
    leaving = found.standing is Standing.LEAVING
    hidden = [("visit", visits.seal(visit)), ("code", typed)]
    if leaving:
        hidden.append(("waiting", signing.dumps([service.lookup, visit.mac], salt=WAITING)))
    return answers.answer(
        request,
        "move",
        router,
        status=200 if leaving else 409,
        action=reverse("portal-move", args=[router.public_id]),
        hidden=hidden,
        leaving=leaving,
        fixed=found.standing is Standing.FIXED,
        left=found.left,
        since=found.others[0].started_at if found.others else None,
    )


@csrf_exempt  # as for entering: the signed visit and the code say who may
@require_POST
def move(request: HttpRequest, public_id: str) -> HttpResponse:
    """Move the pass to this device, then wait for the other one to go."""
    router = access.router(public_id)
    typed, now = request.POST.get("code", "")[:80], datetime.now(UTC)
    try:
        visit = access.visit(request, router)
    except visits.BadVisit as bad:
        return answers.lost(request, router, str(bad))
    try:
        waits = _waits(request, visit, typed)
        if not waits:
            entry.count_try(visit)
        service = entry.find(request.isp.schema_name, typed, now=now)  # type: ignore[attr-defined]
        if not waits:
            moving.move(service, visit.mac, by=guest(visit), now=now)
    except TooMany as many:
        return answers.too_many(request, router, visit, typed, many)
    except Refusal as refusal:
        return answers.voucher(
            request, router, visit, status=422, code=typed, error={"title": refusal.text, "text": ""}
        )
    service.refresh_from_db(fields=["bound_mac"])
    found = stands(service, visit, now=now)
    if found is None:
        return answers.let_in(request, router, visit, service, typed)
    return offer(request, router, visit, service, typed, found)


def _waits(request: HttpRequest, visit: visits.Visit, typed: str) -> bool:
    """Is this the page that asks again for the very pass it was moved with? That is no try of a code."""
    try:
        known = signing.loads(request.POST.get("waiting", ""), salt=WAITING, max_age=PATIENCE)
    except signing.BadSignature:
        return False
    return bool(known == [lookup(typed), visit.mac])


@csrf_exempt
@require_POST
def device(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for the MAC of a television or console, and put it on the list of the pass."""
    router = access.router(public_id)
    typed, mac, now = request.POST.get("code", "")[:80], request.POST.get("mac", "")[:40], datetime.now(UTC)
    try:
        visit = access.visit(request, router)
    except visits.BadVisit as bad:
        return answers.lost(request, router, str(bad))
    shown: dict[str, Any] = {
        "action": reverse("portal-device", args=[public_id]),
        "hidden": [("visit", visits.seal(visit))],
        "code": typed,
        "mac": mac,
    }
    if "mac" not in request.POST:
        return answers.answer(request, "device", router, **shown)
    try:
        entry.count_try(visit)
        service = entry.find(request.isp.schema_name, typed, now=now)  # type: ignore[attr-defined]
        added = devices.add_own(service, mac, "Added by its holder", by=guest(visit), now=now)
    except TooMany as many:
        return answers.too_many(request, router, visit, typed, many)
    except Refusal as refusal:
        return answers.answer(request, "device", router, status=422, error=refusal.text, **shown)
    return answers.answer(request, "device", router, added=added.mac, tail=entry.called(service), **shown)
