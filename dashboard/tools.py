"""Looks from a router, the connection doctor, and the live speed of a session: asked, polled, shown, forgotten."""

from datetime import UTC, datetime
from typing import Any

from django.core.cache import cache
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.enrolments import router_or_404
from dashboard.page import page, refused
from kmikro.lib.refusal import Refusal
from radius.models import Session
from routers import asks, care_tasks, live, queries, rights, tools
from routers.models import Router

TOOLS, DOCTOR, RATE = "dashboard/tools/index.html", "dashboard/tools/doctor.html", "dashboard/tools/rate.html"
FOLLOWED = tuple(name for name, tool in tools.TOOLS.items() if name == "look")  # shows what people do


@operator(Action.SEE_ROUTERS)
@require_http_methods(["GET", "POST"])
def index(request: Request, pk: int) -> HttpResponse:
    """Choose a tool; a POST asks the router."""
    router = router_or_404(pk)
    tool = (request.POST if request.method == "POST" else request.GET).get("tool", "ping")
    tool = tool if tool in tools.TOOLS else "ping"
    offered = {
        name: each
        for name, each in tools.TOOLS.items()
        if name not in FOLLOWED or access.may(request, Action.TRACE)
    }
    context: dict[str, Any] = {
        "nav_key": "routers",
        "router": router,
        "tool": tool,
        "field": tools.TOOLS[tool].field,
        "about": tools.TOOLS[tool].about,
        "tabs": [
            {"label": each.title, "url": f"?tool={name}", "current": name == tool}
            for name, each in offered.items()
        ],
    }
    if tool not in offered:
        return access.no_permission(request)
    if request.method == "GET":
        return page(request, TOOLS, subject=listing.search(request, "subject"), **context)
    typed = request.POST.get("subject", "").replace("\0", "")[:100]
    try:
        subject = tools.checked(tool, typed)
        token = asks.begin(router, tool, subject, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return refused(request, TOOLS, refusal=refusal, subject=typed, **context)
    care_tasks.answer.soon(token)
    return HttpResponseRedirect(reverse("router-answer", args=[pk, token]))


@operator(Action.SEE_ROUTERS)
@require_GET
def answer(request: Request, pk: int, token: str) -> HttpResponse:
    """What the router said, polled until it did."""
    router, ask = router_or_404(pk), asks.get(token)
    if ask is not None and (ask["router"] != pk or ask["what"] not in tools.TOOLS):
        ask = None
    if ask is not None and ask["what"] in FOLLOWED and not access.may(request, Action.TRACE):
        return access.no_permission(request)
    kind = None if ask is None else tools.TOOLS[ask["what"]]
    lacking = ask.get("lacking", []) if ask else []
    return page(
        request,
        "dashboard/tools/answer.html",
        "answer",
        nav_key="routers",
        router=router,
        token=token,
        ask=ask,
        kind=kind,
        line=rights.line(router.api_user, lacking) if lacking else "",
    )


@operator(Action.SEE_ROUTERS)
@require_http_methods(["GET", "POST"])
def doctor(request: Request, pk: int) -> HttpResponse:
    """Start the examination of a router, or of the way of one session to it."""
    router = router_or_404(pk)
    if request.method == "GET":
        return page(request, DOCTOR, "steps", nav_key="routers", router=router, ask=None, steps=[])
    number = listing.identity(request.POST.get("session", ""))
    if number is None:
        return _examine(request, router, "")
    if not access.may(request, Action.SEE_SESSIONS):
        return access.no_permission(request)
    session = get_object_or_404(Session, pk=number, router_id=pk)
    return _examine(request, router, f"{session.mac}|{session.framed_ip or ''}")


def _examine(request: Request, router: Router, subject: str) -> HttpResponse:
    try:
        token = asks.begin(router, "doctor", subject, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return refused(request, DOCTOR, refusal=refusal, nav_key="routers", router=router, ask=None, steps=[])
    care_tasks.examine.soon(token)
    return HttpResponseRedirect(reverse("router-examination", args=[router.pk, token]))


@operator(Action.SEE_ROUTERS)
@require_GET
def examination(request: Request, pk: int, token: str) -> HttpResponse:
    """The steps as they are done."""
    router, ask = router_or_404(pk), asks.get(token)
    if ask is not None and (ask["router"] != pk or ask["what"] != "doctor"):
        ask = None
    steps = list(ask["steps"]) if ask else []
    if ask and not ask["is_done"]:
        steps.append({"state": "now", "title": "Looking", "text": ""})
    return page(
        request,
        DOCTOR,
        "steps",
        nav_key="routers",
        router=router,
        token=token,
        ask=ask,
        steps=steps,
        gone=ask is None,
    )


@operator(Action.SEE_SESSIONS)
@require_GET
def rate(request: Request, pk: int) -> HttpResponse:
    """The speed of a session now; the page stops asking after three minutes."""
    session = get_object_or_404(Session, pk=pk)
    turn = min(listing.number(request, "turn") or 0, 10_000)
    router = queries.one(session.router_id)
    over = session.ended_at is not None or turn * live.EVERY >= live.LONGEST or router is None
    last, speed, trouble = f"rate:{pk}", None, ""
    kept: dict[str, Any] = cache.get(last) or {}
    ask = asks.get(kept["token"]) if kept.get("token") else None
    if ask and ask["is_done"]:
        trouble = ask.get("trouble", "")
        if ask.get("reading"):
            speed = _speed(kept, ask)
            kept = {"reading": ask["reading"], "at": ask["at"], "speed": speed}
        ask = None
    if not over and ask is None and router is not None:
        try:
            kept["token"] = asks.begin(
                router,
                "live",
                f"{session.mac}|{session.framed_ip or ''}",
                by=access.actor(request),
                now=datetime.now(UTC),
                noted=False,
            )
            care_tasks.answer.soon(kept["token"])
        except Refusal as refusal:
            trouble = refusal.text
    cache.set(last, kept, asks.TTL)
    shown = speed or kept.get("speed")
    return page(
        request,
        RATE,
        "rate",
        nav_key="sessions",
        session=session,
        up=shown[0] if shown else None,
        down=shown[1] if shown else None,
        found=kept.get("reading", {}).get("found") if kept.get("reading") else None,
        trouble=trouble,
        over=over,
        turn=turn + 1,
        every=live.EVERY,
    )


def _speed(kept: dict[str, Any], ask: dict[str, Any]) -> tuple[int, int] | None:
    if not kept.get("reading"):
        return None
    before, after = live.Reading(**kept["reading"]), live.Reading(**ask["reading"])
    return live.rate(before, after, float(ask["at"]) - float(kept["at"]))
