"""Imports of subscribers: the list with the form for a file, and the page of one with what its rows are."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.forms_imports import UploadForm, words_of
from dashboard.page import done, page, refused
from kmikro.lib.refusal import Refusal
from subscribers import import_file, import_results, importing
from subscribers.models import ImportFile, ImportRow

LIST, PAGE = "dashboard/subscribers/imports.html", "dashboard/subscribers/import.html"
SORTS = {"made": ("pk",), "name": ("name", "pk"), "rows": ("rows", "pk")}
State, Kind = ImportFile.State, ImportRow.Kind
PILLS: dict[str, dict[str, str]] = {
    State.RECEIVING: {"tone": "", "icon": "loader-circle", "label": "Arriving"},
    State.NEW: {"tone": "warn", "icon": "list-checks", "label": "Columns to settle"},
    State.CHECKING: {"tone": "brand", "icon": "loader-circle", "label": "Dry run"},
    State.CHECKED: {"tone": "warn", "icon": "circle-play", "label": "To be started"},
    State.RUNNING: {"tone": "brand", "icon": "loader-circle", "label": "Importing"},
    State.STOPPED: {"tone": "warn", "icon": "square", "label": "Stopped"},
    State.DONE: {"tone": "ok", "icon": "circle-check", "label": "Imported"},
    State.UNDOING: {"tone": "brand", "icon": "loader-circle", "label": "Being undone"},
    State.UNDONE: {"tone": "", "icon": "undo-2", "label": "Undone"},
    State.FAILED: {"tone": "bad", "icon": "circle-alert", "label": "Failed"},
}
KINDS: dict[str, dict[str, str]] = {
    Kind.NEW: {"tone": "ok", "icon": "user-plus", "label": "New"},
    Kind.MERGE: {"tone": "brand", "icon": "merge", "label": "Joined"},
    Kind.THERE: {"tone": "", "icon": "circle-check", "label": "There already"},
    Kind.SKIP: {"tone": "", "icon": "circle-dashed", "label": "Left alone"},
    Kind.ERROR: {"tone": "bad", "icon": "circle-x", "label": "Error"},
}
UNDONE = {"undone": "Undone", "kept": "Kept"}
BUSY = {State.CHECKING: "The dry run looks at each row", State.RUNNING: "The rows are being imported",
        State.UNDOING: "The import is being undone"}  # fmt: skip
HEADS = (
    "File",
    "State",
    "Rows",
    "New",
    "Joined",
    "There already",
    "Left alone",
    "Errors",
    "By",
    "Made (UTC)",
)
ROW_HEADS = ("Row", "Who", "Is", "What about it")


def import_or_404(pk: int) -> ImportFile:
    return get_object_or_404(ImportFile.objects.select_related("by"), pk=pk)


def _list(request: Request) -> dict[str, Any]:
    state = listing.choice(request, "state", State.values)
    text = listing.search(request)
    sort, fields = listing.order(request, SORTS, "-made")
    found = listing.paged(request, import_results.files(text, state).order_by(*fields))
    return {
        "nav_key": "subscribers",
        "page": found,
        "rows": [{"file": file, "pill": PILLS[file.state], "counts": _told(file)} for file in found],
        "q": text,
        "state": state,
        "keep": [("state", state)] if state else [],
        "chips": listing.chips(
            request, "state", [("", "All"), *((key, pill["label"]) for key, pill in PILLS.items())], state
        ),
        "heads": listing.headings(
            request,
            sort,
            [
                ("name", "File"),
                ("", "State"),
                ("rows", "Rows", "num"),
                ("", "What they are"),
                ("made", "Made"),
            ],
        ),
        "may_change": access.may(request, Action.CHANGE_SUBSCRIBERS),
        "export_url": listing.link(request, format="csv"),
    }


def _told(file: ImportFile) -> list[tuple[str, int]]:
    return [(KINDS[kind]["label"], file.counts[kind]) for kind in KINDS if file.counts.get(kind)]


@operator(Action.SEE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def index(request: Request) -> HttpResponse:
    """The imports; a POST sends a file."""
    if request.method == "POST":
        return _take(request)
    if listing.wants_csv(request):
        listing.limit_statements()
        rows = import_results.files(listing.search(request), listing.choice(request, "state", State.values))
        return listing.csv_answer("imports", HEADS, (_csv(file) for file in rows[: listing.EXPORT_ROWS]))
    return page(request, LIST, form=UploadForm(), **_list(request))


def _csv(file: ImportFile) -> list[object]:
    counts = [file.counts.get(kind, 0) for kind in KINDS]
    return [
        file.name,
        PILLS[file.state]["label"],
        file.rows,
        *counts,
        file.by_name,
        f"{file.made_at:%Y-%m-%d %H:%M:%S}",
    ]


def _take(request: Request) -> HttpResponse:
    if not access.may(request, Action.CHANGE_SUBSCRIBERS):
        return access.no_permission(request)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return refused(request, LIST, form=form, **_list(request))
    sent = form.cleaned_data["file"]
    try:
        file = importing.receive(
            sent.name,
            sent.read(import_file.LARGEST + 1),
            country=request.isp.country,
            by=access.actor(request),
            now=datetime.now(UTC),
        )
    except Refusal as refusal:
        return refused(request, LIST, form=form, refusal=refusal, **_list(request))
    return done(request, reverse("import-columns", args=[file.pk]))


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def show(request: Request, pk: int) -> HttpResponse:
    """How far an import is, what its rows are, and what can be done with it."""
    file = import_or_404(pk)
    kind = listing.choice(request, "kind", [*KINDS, *UNDONE])
    text = listing.search(request)
    rows = import_results.lines(file, kind, text).order_by("number")
    if listing.wants_csv(request):
        listing.limit_statements()
        told = (
            [row.number, row.who, _is(row)["label"], _about(row)] for row in rows.iterator(chunk_size=2_000)
        )
        return listing.csv_answer(f"import-{pk}", ROW_HEADS, told, most=import_file.MOST_ROWS)
    found = listing.paged(request, rows)
    counts = file.counts
    shown = [key for key in (*KINDS, *UNDONE) if counts.get(key)]
    labels = {key: pill["label"] for key, pill in KINDS.items()} | UNDONE
    may = access.may(request, Action.CHANGE_SUBSCRIBERS)
    return page(
        request,
        PAGE,
        nav_key="subscribers",
        file=file,
        pill=PILLS[file.state],
        page=found,
        rows=[{"row": row, "is": _is(row), "about": _about(row)} for row in found],
        ledger=[("Errors" if key == Kind.ERROR else labels[key], counts.get(key, 0)) for key in KINDS],
        counts=counts,
        will=counts.get(Kind.NEW, 0) + counts.get(Kind.MERGE, 0),
        columns=words_of(file, importing.own_fields()),
        q=text,
        kind=kind,
        keep=[("kind", kind)] if kind else [],
        chips=listing.chips(request, "kind", [("", "All"), *((key, labels[key]) for key in shown)], kind,
                            {"": file.rows, **{key: counts[key] for key in shown}}),
        heads=listing.headings(request, "", [("", "Who"), ("", "Is"), ("", "What about it")]),
        may_change=may,
        may_undo=may and (file.state == State.DONE or (file.state in {State.STOPPED, State.FAILED} and file.stage == State.RUNNING)),
        may_discard=may and file.state in {*importing.OPEN, State.RECEIVING},
        has_secrets=may and file.state == State.DONE and counts.get("secrets"),
        export_url=listing.link(request, format="csv"),
        **_progress(file),
    )  # fmt: skip


def _is(row: ImportRow) -> dict[str, str]:
    if row.undone:
        tone, icon = ("warn", "lock") if row.undone == ImportRow.Undone.KEPT else ("", "undo-2")
        return {"tone": tone, "icon": icon, "label": UNDONE[row.undone]}
    return KINDS[row.kind]


def _about(row: ImportRow) -> str:
    told = [f"{column}: {text}" if column else text for column, text in row.problems]
    return " ".join([*told, row.note] if row.note else told)


def _progress(file: ImportFile) -> dict[str, Any]:
    return {
        "busy": BUSY.get(State(file.state), ""),
        "percent": round(100 * file.rows_done / file.rows) if file.rows else 0,
        "silent": file.state in importing.BUSY and datetime.now(UTC) - file.progress_at >= importing.SILENT,
    }


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def progress(request: Request, pk: int) -> HttpResponse:
    """How far it is, polled every 2 s; when the stage ends the page is loaded again."""
    file = import_or_404(pk)
    may = access.may(request, Action.CHANGE_SUBSCRIBERS)
    answer = page(request, f"{PAGE}#progress", file=file, may_change=may, **_progress(file))
    if file.state not in importing.BUSY:
        answer["HX-Refresh"] = "true"
    return answer
