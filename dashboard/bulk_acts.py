"""A bulk act chosen for the ticked or the filtered ones, then confirmed, stopped, taken up, undone."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.roles import Action
from dashboard import access, listing, people, subscribers
from dashboard.access import Request, operator
from dashboard.bulk import bulk_or_404
from dashboard.forms_bulk import BulkForm
from dashboard.page import confirm, done, page, refused
from kmikro.lib.refusal import Refusal
from subscribers import bulk, queries, tasks
from subscribers.models import BulkAct, Service, Site, Subscriber

FORM = "dashboard/subscribers/bulk_new.html"
MOST_CHOICES = 300  # of plans and sites in a list


def _here(pk: int) -> str:
    return reverse("bulk-act", args=[pk])


def _by(request: Request) -> dict[str, Any]:
    return {"by": access.actor(request), "now": datetime.now(UTC)}


def chosen(request: Request) -> tuple[str, Any]:
    """Of which list, and its rows: the ticked ones, or all that the filters of the address find."""
    of = listing.choice(request, "of", BulkAct.Of.values, BulkAct.Of.ACCOUNTS)
    typed = request.GET.getlist("row")[: listing.PER_PAGE * 4]
    named = [pk for each in typed if (pk := listing.identity(each)) is not None]
    rows: Any
    if of == BulkAct.Of.PEOPLE:
        rows = (
            Subscriber.objects.filter(pk__in=named, merged_into=None)
            if named
            else people.filtered(request)[1]
        )
    elif named:
        rows = Service.objects.filter(pk__in=named, kind=Service.Kind.ACCOUNT)
    else:
        rows = subscribers.filtered(request, datetime.now(UTC))[1]
    return of, rows


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Choose what is done; a POST leads to whom it would change."""
    listing.limit_statements()
    of, rows = chosen(request)
    plans = list(queries.plans().order_by("name").only("name")[:MOST_CHOICES])
    form = BulkForm(
        request.POST if request.method == "POST" else None,
        plans=plans,
        sites=list(Site.objects.all()[:MOST_CHOICES]),
    )
    back = reverse("subscriber-people" if of == BulkAct.Of.PEOPLE else "subscribers")
    context: dict[str, Any] = {
        "nav_key": "subscribers",
        "of": of,
        "back": back,
        "action": request.get_full_path(),
    }
    if request.method == "POST" and form.is_valid():
        try:
            made = bulk.ask(form.cleaned_data["act"], form.value(), of, rows, **_by(request))
            return HttpResponseRedirect(_here(made.pk))
        except Refusal as refusal:
            return refused(request, FORM, form=form, refusal=refusal, count=rows.count(), **context)
    if request.method == "POST":
        return refused(request, FORM, form=form, count=rows.count(), **context)
    return page(request, FORM, form=form, count=rows.count(), **context)


def _do(request: Request, pk: int, act: Callable[..., BulkAct], text: str) -> HttpResponse:
    try:
        held = act(bulk_or_404(pk), **_by(request))
    except Refusal as refusal:
        return done(request, _here(pk), refusal.text, "bad")
    tasks.go_on_with(held)
    return done(request, _here(pk), text)


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def start(request: Request, pk: int) -> HttpResponse:
    if request.method == "POST":
        return _do(request, pk, bulk.start, "They are being changed.")
    shown = bulk_or_404(pk)
    cuts = " Who is online with one of them is disconnected." if shown.act == BulkAct.Act.SUSPEND else ""
    return confirm(
        request,
        title=f"{shown}?",
        text=f"{shown.will:,} of {shown.items:,} are changed.{cuts}",
        action=reverse("bulk-start", args=[pk]),
        verb="Do it",
        cancel_url=_here(pk),
        danger=shown.act == BulkAct.Act.SUSPEND,
        nav_key="subscribers",
    )


@operator(Action.CHANGE_SUBSCRIBERS)
@require_POST
def stop(request: Request, pk: int) -> HttpResponse:
    return _do(request, pk, bulk.stop, "It stops after those that are being changed.")


@operator(Action.CHANGE_SUBSCRIBERS)
@require_POST
def go_on(request: Request, pk: int) -> HttpResponse:
    return _do(request, pk, bulk.go_on, "It goes on where it was.")


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def undo(request: Request, pk: int) -> HttpResponse:
    if request.method == "POST":
        return _do(request, pk, bulk.undo, "It is being undone.")
    return confirm(
        request,
        title=f"Undo “{bulk_or_404(pk)}”?",
        text="Those that it changed become what they were. Who was changed by somebody since stays, and is listed.",
        action=reverse("bulk-undo", args=[pk]),
        verb="Undo it",
        cancel_url=_here(pk),
        nav_key="subscribers",
    )


@operator(Action.CHANGE_SUBSCRIBERS)
@require_POST
def discard(request: Request, pk: int) -> HttpResponse:
    try:
        bulk.discard(bulk_or_404(pk), **_by(request))
    except Refusal as refusal:
        return done(request, _here(pk), refusal.text, "bad")
    return done(request, reverse("bulk-acts"), "Nobody was changed.")
