"""Records that may be one subscriber: pairs, what moves where, merging them, and taking them apart again."""

from datetime import UTC, datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.page import done, page
from kmikro.lib.refusal import Refusal
from subscribers import merging
from subscribers.models import Merger, Subscriber

WHY = {"phone": "The same phone", "email": "The same email", "name": "The same name and address"}
PARTS = {
    "services": "Services",
    "notes": "Notes",
    "files": "Files",
    "consents": "Consents",
    "phones": "Phones",
    "emails": "Emails",
}
HEADS = ("Account", "Subscriber", "Other account", "Other subscriber", "They share", "Which is")


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def index(request: Request) -> HttpResponse:
    """Pairs that share something; searched among those that are shown."""
    listing.limit_statements()
    text = listing.search(request)
    found = [
        pair
        for pair in merging.pairs()
        if text.casefold() in f"{pair.first.name} {pair.second.name} {pair.shared}".casefold()
    ]
    if listing.wants_csv(request):
        rows = (
            [pair.first.account_number, pair.first.name, pair.second.account_number, pair.second.name, WHY[pair.why], pair.shared]
            for pair in found
        )  # fmt: skip
        return listing.csv_answer("duplicates", HEADS, rows)
    return page(
        request,
        "dashboard/subscribers/duplicates.html",
        nav_key="subscribers",
        pairs=[{"pair": pair, "why": WHY[pair.why]} for pair in found],
        q=text,
        most=merging.MOST_PAIRS,
        may_change=access.may(request, Action.CHANGE_SUBSCRIBERS),
        export_url=listing.link(request, format="csv"),
    )


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def merge(request: Request, pk: int, number: int) -> HttpResponse:
    """What would move to `pk`, and doing it."""
    rows = Subscriber.objects.prefetch_related("phones", "emails")
    kept, gone = get_object_or_404(rows, pk=pk), get_object_or_404(rows, pk=number)
    refusal, counts = None, {}
    try:
        if request.method == "POST":
            merging.merge(kept, gone, by=access.actor(request), now=datetime.now(UTC))
            text = f"{gone.name} is part of {kept.name} now. It can be undone for {merging.UNDO.days} days."
            return done(request, reverse("subscriber", args=[pk]), text)
        counts = merging.preview(kept, gone)
    except Refusal as no:
        refusal = no
    return page(
        request,
        "dashboard/subscribers/merge.html",
        status=422 if request.method == "POST" else 200,
        nav_key="subscribers",
        kept=kept,
        gone=gone,
        refusal=refusal,
        days=merging.UNDO.days,
        moves=[(label, counts.get(part, 0)) for part, label in PARTS.items()],
    )


@operator(Action.CHANGE_SUBSCRIBERS)
@require_POST
def undo(request: Request, pk: int, number: int) -> HttpResponse:
    """Take two records apart again."""
    merger, here = get_object_or_404(Merger, pk=number, kept=pk), reverse("subscriber", args=[pk])
    try:
        merging.undo(merger, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    return done(request, here, f"{merger.gone.name} is a record of its own again.")
