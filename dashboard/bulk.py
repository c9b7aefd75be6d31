"""Bulk acts on accounts and people: the list, and the page of one with what becomes of each."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.forms_bulk import states
from dashboard.page import page
from subscribers import bulk, bulk_judging
from subscribers.models import BulkAct, BulkItem

LIST, PAGE = "dashboard/subscribers/bulk_acts.html", "dashboard/subscribers/bulk_act.html"
SORTS = {"made": ("pk",), "will": ("will", "pk")}
State, Result = BulkAct.State, BulkItem.Result
PILLS: dict[str, dict[str, str]] = {
    State.CHECKED: {"tone": "warn", "icon": "circle-play", "label": "To be begun"},
    State.RUNNING: {"tone": "brand", "icon": "loader-circle", "label": "Running"},
    State.STOPPED: {"tone": "warn", "icon": "square", "label": "Stopped"},
    State.DONE: {"tone": "ok", "icon": "circle-check", "label": "Done"},
    State.UNDOING: {"tone": "brand", "icon": "loader-circle", "label": "Being undone"},
    State.UNDONE: {"tone": "", "icon": "undo-2", "label": "Undone"},
    State.FAILED: {"tone": "bad", "icon": "circle-alert", "label": "Failed"},
}
RESULTS: dict[str, dict[str, str]] = {
    Result.WILL: {"tone": "brand", "icon": "arrow-right", "label": "Will change"},
    Result.WONT: {"tone": "", "icon": "circle-dashed", "label": "Will not"},
    Result.DONE: {"tone": "ok", "icon": "circle-check", "label": "Changed"},
    Result.REFUSED: {"tone": "bad", "icon": "circle-x", "label": "Not changed"},
    Result.UNDONE: {"tone": "", "icon": "undo-2", "label": "Undone"},
    Result.KEPT: {"tone": "warn", "icon": "lock", "label": "Stays changed"},
}
BUSY = {State.RUNNING: "They are being changed", State.UNDOING: "It is being undone"}
HEADS = ("Act", "State", "Chosen", "Would change", "By", "Made (UTC)")
ROW_HEADS = ("Who", "Result", "Why")


def bulk_or_404(pk: int) -> BulkAct:
    return get_object_or_404(BulkAct.objects.select_related("by"), pk=pk)


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def index(request: Request) -> HttpResponse:
    """What was done to many at once."""
    state, text = listing.choice(request, "state", State.values), listing.search(request)
    act = listing.choice(request, "act", BulkAct.Act.values)
    rows = BulkAct.objects.select_related("by")
    rows = rows.filter(by_name__icontains=text) if text else rows
    for name, value in (("state", state), ("act", act)):
        rows = rows.filter(**{name: value}) if value else rows
    sort, fields = listing.order(request, SORTS, "-made")
    if listing.wants_csv(request):
        listing.limit_statements()
        told = ([str(row), PILLS[row.state]["label"], row.items, row.will, row.by_name, f"{row.made_at:%Y-%m-%d %H:%M:%S}"]
                for row in rows.order_by(*fields)[: listing.EXPORT_ROWS])  # fmt: skip
        return listing.csv_answer("bulk-acts", HEADS, told)
    found = listing.paged(request, rows.order_by(*fields))
    return page(
        request,
        LIST,
        nav_key="subscribers",
        page=found,
        rows=[{"bulk": row, "pill": PILLS[row.state]} for row in found],
        q=text,
        filtered=bool(text or state or act),
        keep=[(name, value) for name, value in (("state", state), ("act", act)) if value],
        chips=listing.chips(request, "state", states(), state),
        heads=listing.headings(
            request,
            sort,
            [
                ("", "Act"),
                ("", "State"),
                ("will", "Would change", "num"),
                ("", "Chosen", "num"),
                ("made", "Made"),
            ],
        ),
        export_url=listing.link(request, format="csv"),
    )


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def show(request: Request, pk: int) -> HttpResponse:
    """Whom it changes and whom not, how far it is, and what became of each."""
    shown = bulk_or_404(pk)
    result, text = listing.choice(request, "result", Result.values), listing.search(request)
    rows = shown.rows.filter(who__icontains=text) if text else shown.rows.all()
    rows = rows.filter(result=result) if result else rows
    if listing.wants_csv(request):
        listing.limit_statements()
        told = ([row.who, RESULTS[row.result]["label"], row.note] for row in rows.iterator(chunk_size=2_000))
        return listing.csv_answer(f"bulk-{pk}", ROW_HEADS, told, most=bulk.MOST)
    counts = bulk.counts(shown)
    there = [key for key in RESULTS if counts.get(key)]
    found = listing.paged(request, rows.order_by("number"))
    may = access.may(request, Action.CHANGE_SUBSCRIBERS)
    ran = shown.state == State.DONE or (
        shown.state in {State.STOPPED, State.FAILED} and shown.stage == State.RUNNING
    )
    return page(
        request,
        PAGE,
        nav_key="subscribers",
        bulk=shown,
        pill=PILLS[shown.state],
        page=found,
        rows=[{"row": row, "is": RESULTS[row.result]} for row in found],
        ledger=[("Chosen", shown.items), *((RESULTS[key]["label"], counts[key]) for key in there)],
        q=text,
        result=result,
        keep=[("result", result)] if result else [],
        chips=listing.chips(
            request, "result", [("", "All"), *((key, RESULTS[key]["label"]) for key in there)], result,
            {"": shown.items, **counts},
        ),
        heads=listing.headings(request, "", [("", "Who"), ("", "Result"), ("", "Why")]),
        may_change=may,
        may_undo=may and ran and shown.act in bulk_judging.UNDONE and counts.get(Result.DONE),
        export_url=listing.link(request, format="csv"),
        **_progress(shown),
    )  # fmt: skip


def _progress(shown: BulkAct) -> dict[str, Any]:
    return {
        "busy": BUSY.get(State(shown.state), ""),
        "percent": min(100, round(100 * shown.done / shown.will)) if shown.will else 0,
        "silent": shown.state in bulk.BUSY and datetime.now(UTC) - shown.progress_at >= bulk.SILENT,
    }


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def progress(request: Request, pk: int) -> HttpResponse:
    """How far it is, polled every 2 s; when the stage ends the page is loaded again."""
    shown = bulk_or_404(pk)
    may = access.may(request, Action.CHANGE_SUBSCRIBERS)
    answer = page(request, f"{PAGE}#progress", bulk=shown, may_change=may, **_progress(shown))
    if shown.state not in bulk.BUSY:
        answer["HX-Refresh"] = "true"
    return answer
