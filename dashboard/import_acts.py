"""What is done with an import: its columns settled, started, stopped, taken up, undone, thrown away; its files."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.forms_imports import MOST_PLANS, ColumnsForm
from dashboard.imports import import_or_404
from dashboard.page import confirm, done, page, refused
from kmikro.lib.refusal import Refusal
from subscribers import import_file, import_results, import_secrets, importing, queries, tasks
from subscribers.models import ImportFile

COLUMNS = "dashboard/subscribers/import_columns.html"
SAMPLE = 20  # rows from which the first cells of a column are shown


def _here(pk: int) -> str:
    return reverse("import", args=[pk])


def _by(request: Request) -> dict[str, Any]:
    return {"by": access.actor(request), "now": datetime.now(UTC)}


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def columns(request: Request, pk: int) -> HttpResponse:
    """What each column is and what happens with who is known; then the dry run begins."""
    file = import_or_404(pk)
    plans = list(queries.plans().order_by("name")[:MOST_PLANS])
    own = importing.own_fields()
    form = ColumnsForm(request.POST or None, file=file, own=own, plans=plans)
    sample = import_results.sample(file, SAMPLE)
    context: dict[str, Any] = {
        "nav_key": "subscribers",
        "file": file,
        "columns": form.rows(file.header, sample),
        "may_settle": file.state in importing.OPEN,
    }
    if request.method != "POST":
        return page(request, COLUMNS, form=form, **context)
    if not form.is_valid():
        return refused(request, COLUMNS, form=form, **context)
    try:
        settled = importing.settle(file, form.chosen(), form.rules(), **_by(request))
    except Refusal as refusal:
        return refused(request, COLUMNS, form=form, refusal=refusal, **context)
    tasks.go_on(settled)
    return HttpResponseRedirect(_here(pk))


def _do(request: Request, pk: int, act: Callable[..., ImportFile], text: str) -> HttpResponse:
    """An act on an import, and its worker."""
    try:
        file = act(import_or_404(pk), **_by(request))
    except Refusal as refusal:
        return done(request, _here(pk), refusal.text, "bad")
    tasks.go_on(file)
    return done(request, _here(pk), text)


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def start(request: Request, pk: int) -> HttpResponse:
    file = import_or_404(pk)
    if request.method == "POST":
        return _do(request, pk, importing.start, "The rows are being imported.")
    counts = file.counts
    text = (
        f"{counts.get('new', 0):,} rows make somebody new, {counts.get('merge', 0):,} are joined to who is known. "
        f"{counts.get('error', 0):,} rows have errors and are left out. It can be undone afterwards."
    )
    return confirm(
        request,
        title=f"Import {file.name}?",
        text=text,
        action=reverse("import-start", args=[pk]),
        verb="Import",
        cancel_url=_here(pk),
        danger=False,
        nav_key="subscribers",
    )


@operator(Action.CHANGE_SUBSCRIBERS)
@require_POST
def stop(request: Request, pk: int) -> HttpResponse:
    return _do(request, pk, importing.stop, "It stops after the rows that are being imported.")


@operator(Action.CHANGE_SUBSCRIBERS)
@require_POST
def go_on(request: Request, pk: int) -> HttpResponse:
    return _do(request, pk, importing.go_on, "It goes on where it was.")


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def undo(request: Request, pk: int) -> HttpResponse:
    file = import_or_404(pk)
    if request.method == "POST":
        return _do(request, pk, importing.undo, "The import is being undone.")
    return confirm(
        request,
        title=f"Undo the import of {file.name}?",
        text="Subscribers and accounts that it made are removed, and what it changed is changed back. Who was changed or "
        "used since stays, and is listed with why.",
        action=reverse("import-undo", args=[pk]),
        verb="Undo the import",
        cancel_url=_here(pk),
        nav_key="subscribers",
    )


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def discard(request: Request, pk: int) -> HttpResponse:
    file = import_or_404(pk)
    if request.method == "GET":
        return confirm(
            request,
            title=f"Throw {file.name} away?",
            text="Nothing of it was imported. The file is forgotten here.",
            action=reverse("import-discard", args=[pk]),
            verb="Throw it away",
            cancel_url=_here(pk),
            nav_key="subscribers",
        )
    try:
        importing.discard(file, **_by(request))
    except Refusal as refusal:
        return done(request, _here(pk), refusal.text, "bad")
    return done(request, reverse("imports"), f"{file.name} is thrown away.")


@operator(Action.CHANGE_SUBSCRIBERS)
@require_GET
def errors(request: Request, pk: int) -> HttpResponse:
    """The rows with errors as they stood in the file, with why: to be corrected and imported."""
    file = import_or_404(pk)
    listing.limit_statements()
    rows = (
        [number, ", ".join(column for column, _text in problems if column), " ".join(text for _column, text in problems), *cells]
        for number, problems, cells in import_results.wrong(file)
    )  # fmt: skip
    answer = listing.csv_answer(
        f"import-{pk}-errors",
        ["Row in the file", "Wrong column", "What to do", *file.header],
        rows,
        most=import_file.MOST_ROWS,
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def passwords(request: Request, pk: int) -> HttpResponse:
    """The passwords that the import made, as a file, once."""
    file = import_or_404(pk)
    if request.method == "GET":
        return confirm(
            request,
            title="Take the passwords?",
            text=f"{file.counts.get('secrets', 0):,} passwords were made. They are given out once, as a file; keep it where "
            "nobody else reads it.",
            action=reverse("import-passwords", args=[pk]),
            verb="Take the file",
            cancel_url=_here(pk),
            danger=False,
            is_file=True,
            nav_key="subscribers",
        )
    try:
        rows = import_secrets.take(file, **_by(request))
    except Refusal as refusal:
        return done(request, _here(pk), refusal.text, "bad")
    answer = listing.csv_answer(
        f"import-{pk}-passwords",
        ["Account", "Name", "User name", "Password"],
        rows,
        most=import_file.MOST_ROWS,
    )
    answer["Cache-Control"] = "private, no-store"
    return answer
