"""Backups of a router: its versions, what changed from one to the next, and the way back in sentences."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.journal import record
from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.enrolments import router_or_404
from dashboard.page import done, page, refused
from kmikro.lib.refusal import Refusal
from routers import asks, backups, care, care_tasks, exports, queries, restoring
from routers.models import CareRun, RouterBackup

MOST_LINES = 4_000  # of a page; the whole text can be downloaded
HEADS = (
    "Taken",
    "Seen last",
    "Reason",
    "RouterOS",
    "Lines",
    "New lines",
    "Gone lines",
    "Own backup file (octets)",
)


@operator(Action.SEE_ROUTERS)
@require_GET
def index(request: Request, pk: int) -> HttpResponse:
    """The versions of a router."""
    router = router_or_404(pk)
    rows = backups.of(router.pk)
    if listing.wants_csv(request):
        return listing.csv_answer(f"backups-{pk}", HEADS, (_csv(row) for row in rows.iterator()))
    return page(
        request,
        "dashboard/backups/index.html",
        nav_key="routers",
        router=router,
        page=listing.paged(request, rows),
        kept=backups.KEPT,
        may_change=access.may(request, Action.CHANGE_ROUTERS),
        export_url=listing.link(request, format="csv"),
    )


def _csv(row: RouterBackup) -> tuple[object, ...]:
    return (
        row.taken_at.isoformat(), row.seen_at.isoformat(), row.reason, row.version, row.lines, row.added,
        row.removed, row.copy_size,
    )  # fmt: skip


@operator(Action.CHANGE_ROUTERS)
@require_POST
def take(request: Request, pk: int) -> HttpResponse:
    """Take one now."""
    router = router_or_404(pk)
    try:
        run = care.order(CareRun.Kind.BACKUP, [router], by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, reverse("router-backups", args=[pk]), refusal.text, "bad")
    care_tasks.go_on.soon(run.pk)
    return done(request, reverse("router-order", args=[run.pk]), "The backup is being taken.")


def backup_or_404(router_id: int, number: int) -> RouterBackup:
    return get_object_or_404(RouterBackup, router_id=router_id, pk=number, router__leaving_at=None)


@operator(Action.CHANGE_ROUTERS)
@require_GET
def show(request: Request, pk: int, number: int) -> HttpResponse:
    """What changed with a version, or its whole text; reading it is noted."""
    router, backup = router_or_404(pk), backup_or_404(pk, number)
    now = datetime.now(UTC)
    record(access.actor(request), "backup.read", router, now=now, backup=backup.pk)
    if request.GET.get("format") == "text":
        answer = HttpResponse(backup.text, content_type="text/plain; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="backup-{router.pk}-{backup.pk}.txt"'
        return answer
    against = listing.number(request, "against")
    older = backup_or_404(pk, against) if against is not None else backups.before(backup)
    whole = request.GET.get("view") == "text" or older is None
    lines = (
        [exports.Line(" ", text) for text in backup.text.splitlines()]
        if whole
        else backups.diff(older, backup)
    )
    return page(
        request,
        "dashboard/backups/show.html",
        nav_key="routers",
        router=router,
        backup=backup,
        older=older,
        whole=whole,
        lines=lines[:MOST_LINES],
        cut=len(lines) > MOST_LINES,
        counts=exports.counts(lines),
        others=backups.of(pk).exclude(pk=backup.pk)[: backups.KEPT],
        may_take_copy=backup.copy_size and access.may(request, Action.TAKE_COPIES),
    )


@operator(Action.TAKE_COPIES)
@require_http_methods(["GET", "POST"])
def copy(request: Request, pk: int, number: int) -> HttpResponse:
    """The router's own backup file, which holds every password of it, and in answer to a POST what opens it."""
    router, backup = router_or_404(pk), backup_or_404(pk, number)
    if not backup.copy_size:
        raise Http404
    by, now = access.actor(request), datetime.now(UTC)
    if request.method == "GET" and request.GET.get("format") == "file":
        record(by, "backup.copy_taken", router, now=now, backup=backup.pk)
        answer = HttpResponse(base64.b64decode(backup.copy), content_type="application/octet-stream")
        answer["Content-Disposition"] = f'attachment; filename="router-{router.pk}-{backup.pk}.backup"'
        return answer
    password = ""
    if request.method == "POST":
        record(by, "backup.copy_password", router, now=now, backup=backup.pk)
        password = backup.copy_password
    template = "dashboard/backups/copy.html"
    return page(request, template, nav_key="routers", router=router, backup=backup, password=password)


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def restore(request: Request, pk: int, number: int) -> HttpResponse:
    """Choose the router and the menus; the plan is made on the router as it is now."""
    router, backup = router_or_404(pk), backup_or_404(pk, number)
    saved = backups.rows_of(backup)
    menus = [(path, len(saved[path])) for path in restoring.KEYS if saved.get(path)]
    context: dict[str, Any] = {
        "nav_key": "routers",
        "router": router,
        "backup": backup,
        "menus": menus,
        "routers": queries.all_routers().filter(state="ready").order_by("name"),
    }
    template = "dashboard/backups/restore.html"
    if request.method == "GET":
        return page(request, template, chosen=[path for path, _ in menus], target=pk, **context)
    paths = [path for path in request.POST.getlist("menu") if path in dict(menus)]
    target = router_or_404(listing.identity(request.POST.get("target", str(pk))) or 0)
    try:
        if not paths:
            raise Refusal("menus", "Choose at least one menu.")
        subject = json.dumps({"backup": backup.pk, "paths": paths})
        token = asks.begin(target, "plan", subject, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return refused(request, template, refusal=refusal, chosen=paths, target=target.pk, **context)
    care_tasks.answer.soon(token)
    return HttpResponseRedirect(reverse("router-plan", args=[target.pk, token]))


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def plan(request: Request, pk: int, token: str) -> HttpResponse:
    """The plan in sentences; a POST orders exactly this plan."""
    router, ask = router_or_404(pk), asks.get(token)
    if ask is None or ask["router"] != pk or ask["what"] != "plan":
        return page(
            request, "dashboard/backups/plan.html", "plan", nav_key="routers", router=router, gone=True
        )
    wanted: dict[str, Any] = json.loads(ask["subject"])
    if request.method == "POST":
        details = {**wanted, "plan": str(ask.get("digest", ""))}
        try:
            if not ask["is_done"] or not ask.get("digest"):
                raise Refusal("plan", "There is no plan yet.")
            run = care.order(
                CareRun.Kind.RESTORE,
                [router],
                by=access.actor(request),
                now=datetime.now(UTC),
                details=details,
            )
        except Refusal as refusal:
            return done(request, reverse("router-plan", args=[pk, token]), refusal.text, "bad")
        care_tasks.go_on.soon(run.pk)
        return done(request, reverse("router-order", args=[run.pk]), "The restore has begun.")
    steps = ask.get("plan", [])
    return page(
        request,
        "dashboard/backups/plan.html",
        "plan",
        nav_key="routers",
        router=router,
        token=token,
        ask=ask,
        adds=[step for step in steps if step["do"] == "add"],
        others=[step for step in steps if step["do"] != "add"],
    )
