"""The captive portal: enter a voucher, be handed back to the router, see what is left."""

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.limits import TooMany
from kmikro.lib import codes
from kmikro.lib.refusal import Refusal
from portal import access, answers, entry, moves, scanned
from portal import visit as visits
from subscribers import arranged, arranging, offers
from subscribers.models import Service


def _clock() -> datetime:
    return datetime.now(UTC)


@require_safe
def nowhere(request: HttpRequest) -> HttpResponse:
    """A voucher's QR code, or the portal opened without a hotspot."""
    if code := scanned.read(request):
        return scanned.page(request, code)
    return answers.lost(request, None, "Your phone is not on the Wi-Fi of this voucher yet.", status=200)


@require_safe
def start(request: HttpRequest, public_id: str) -> HttpResponse:
    """The page that the router's login page opens; `error` is what the router said about the last try."""
    router = access.router(public_id)
    asked = request.GET.get("link-login-only", "")
    login_url = asked if asked in router.logins else router.login_url
    try:
        visit = visits.read(request.GET, router=public_id, registered_login=login_url)
    except visits.BadVisit as bad:
        return answers.lost(request, router, str(bad))
    said = request.GET.get("error", "")[:200]
    typed = (request.GET.get("v") or (request.GET.get("username") if said else scanned.kept(request)) or "")[
        :40
    ]
    error = {"title": said, "text": ""} if said else None
    return answers.voucher(request, router, visit, code=typed, error=error)


@csrf_exempt  # it acts on nobody's behalf: the signed visit says which phone and router it is for
@require_POST
def enter(request: HttpRequest, public_id: str) -> HttpResponse:
    """Check the code; a good one is answered with the form that logs the phone in at its router."""
    router = access.router(public_id)
    typed = request.POST.get("code", "")[:80]
    try:
        visit = access.visit(request, router)
    except visits.BadVisit as bad:
        return answers.lost(request, router, str(bad))
    now = _clock()
    try:
        entry.count_try(visit)
        service = entry.find(request.isp.schema_name, typed, now=now)  # type: ignore[attr-defined]
    except TooMany as many:
        return answers.too_many(request, router, visit, typed, many)
    except Refusal as refusal:
        error = {"title": refusal.text, "text": ""}
        meant = codes.shown(refusal.meant) if isinstance(refusal, entry.Mistyped) else ""
        return answers.voucher(request, router, visit, status=422, code=typed, error=error, meant=meant)
    in_the_way = moves.stands(service, visit, now=now)
    if in_the_way is not None:
        return moves.offer(request, router, visit, service, typed, in_the_way)
    return answers.let_in(request, router, visit, service, typed)


@require_safe
def connected(request: HttpRequest, public_id: str) -> HttpResponse:
    """What is left, told only to the device and address that are online at this router now."""
    router = access.router(public_id)
    mac = request.GET.get("mac", "").upper().replace("-", ":")
    ip = request.GET.get("ip", "")
    if not visits.MAC.match(mac) or not _is_ipv4(ip):
        return answers.lost(request, router, "The router did not say which device this is.")
    session = access.live_session(router, mac=mac, ip=ip)
    here = f"{reverse('portal-connected', args=[public_id])}?{urlencode({'mac': mac, 'ip': ip})}"
    if session is None or session.service is None:
        # Accounting is folded within a second; the page asks again by itself, without script.
        response = answers.answer(
            request,
            "error",
            router,
            title="Almost there",
            text="The router is opening the connection.",
            retry_url=here,
            retry_label="Look again",
        )
        response["Refresh"] = f"2; url={here}"
        return response
    response = answers.answer(request, "connected", router, **_left(session.service, _clock()), refresh_url=here,
                       continue_url=visits.origin(request.GET.get("link-orig", "")),
                       sign_out_url=router.login_url.rsplit("/", 1)[0] + "/logout" if router.login_url else "")  # fmt: skip
    response["Refresh"] = f"60; url={here}"
    return response


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def _left(service: Service, now: datetime) -> dict[str, Any]:
    plan, until = service.plan, service.expires_at
    seconds = [int((until - now) / timedelta(seconds=1))] if until else []
    if plan.time_limit_seconds is not None:
        seconds.append(plan.time_limit_seconds - service.seconds_used)
    total = plan.data_limit_bytes
    if total is not None:  # with what was given on top of it
        total += arranged.extra(arranging.standing(service), arranged.TOTAL, now.timestamp())
    octets = None if total is None else max(0, total - service.bytes_used)
    return {
        "seconds_left": max(0, min(seconds)) if seconds else None,
        "until": until,
        "octets_left": octets,
        "octets_total": total,
        "percent_left": 0 if not total or octets is None else round(100 * octets / total),
        "plan": plan.name,
        "rate": offers.speed(plan.download_bps, plan.upload_bps),
        "code": entry.called(service),
        "devices": str(plan.devices),
    }
