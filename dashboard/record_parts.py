"""What belongs to a subscriber's record: notes, consents and files; and the own fields of the ISP."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Action
from dashboard import access
from dashboard.access import Request, operator
from dashboard.forms_record import ConsentForm, CustomFieldForm, FileForm, NoteForm
from dashboard.page import confirm, done, page, refused
from dashboard.record import shown
from kmikro.lib.refusal import Refusal
from subscribers import attachments, consents, custom, notes
from subscribers.models import Attachment, Consent, CustomField, Note, Subscriber

FIELDS = "dashboard/subscribers/fields.html"


def _here(pk: int) -> str:
    return reverse("subscriber", args=[pk])


def _by(request: Request) -> dict[str, Any]:
    return {"by": access.actor(request), "now": datetime.now(UTC)}


@operator(Action.CHANGE_SUBSCRIBERS)
@require_POST
def note(request: Request, pk: int) -> HttpResponse:
    """Write a note."""
    person, form = get_object_or_404(Subscriber, pk=pk, merged_into=None), NoteForm(request.POST)
    if not form.is_valid():
        return shown(request, pk, note_form=form)
    given = form.cleaned_data
    try:
        notes.write(person, given["text"], given["kind"] or Note.Kind.OFFICE, **_by(request))
    except Refusal as refusal:
        return shown(request, pk, refusal, note_form=form)
    return done(request, f"{_here(pk)}#notes", "Written down.")


@operator(Action.CHANGE_SUBSCRIBERS)
@require_POST
def pin(request: Request, pk: int, number: int) -> HttpResponse:
    """Keep a note on top, or let it go down again."""
    found = get_object_or_404(Note, pk=number, subscriber=pk)
    notes.pin(found, not found.is_pinned, **_by(request))
    return done(request, f"{_here(pk)}#notes", "Pinned." if found.is_pinned else "Not pinned any more.")


@operator(Action.CHANGE_SUBSCRIBERS)
@require_POST
def consent(request: Request, pk: int) -> HttpResponse:
    """Write down what somebody agreed to."""
    person, form = get_object_or_404(Subscriber, pk=pk, merged_into=None), ConsentForm(request.POST)
    if not form.is_valid():
        return shown(request, pk, consent_form=form)
    given = form.cleaned_data
    try:
        consents.give(person, given["what"], version=given["version"], how=given["how"], **_by(request))
    except Refusal as refusal:
        return shown(request, pk, refusal, consent_form=form)
    return done(request, f"{_here(pk)}#consents", "Written down.")


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def withdraw(request: Request, pk: int, number: int) -> HttpResponse:
    """Take a consent back."""
    found = get_object_or_404(Consent, pk=number, subscriber=pk)
    if request.method == "GET":
        return confirm(
            request,
            title=f"Take back “{found.what}”?",
            text="It stays in the record with the day on which it was taken back.",
            action=reverse("subscriber-consent-withdraw", args=[pk, number]),
            verb="Take it back",
            cancel_url=_here(pk),
            nav_key="subscribers",
        )
    consents.withdraw(found, **_by(request))
    return done(request, f"{_here(pk)}#consents", f"{found.what} is taken back.")


@operator(Action.CHANGE_SUBSCRIBERS)
@require_POST
def file_add(request: Request, pk: int) -> HttpResponse:
    """Keep a file."""
    person = get_object_or_404(Subscriber, pk=pk, merged_into=None)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return shown(request, pk, file_form=form)
    sent = form.cleaned_data["file"]
    try:
        content = sent.read(attachments.LARGEST + 1)
        made = attachments.keep(person, sent.name, content, **_by(request))
    except Refusal as refusal:
        return shown(request, pk, refusal, file_form=form)
    return done(request, f"{_here(pk)}#files", f"{made.name} is kept.")


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def file(request: Request, pk: int, number: int) -> HttpResponse:
    """A file to download: never shown by the browser on this host."""
    found = get_object_or_404(Attachment, pk=number, subscriber=pk)
    answer = HttpResponse(bytes(found.content), content_type=found.media_type)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def file_remove(request: Request, pk: int, number: int) -> HttpResponse:
    """Throw a file away."""
    found = get_object_or_404(Attachment.objects.defer("content"), pk=number, subscriber=pk)
    if request.method == "GET":
        return confirm(
            request,
            title=f"Throw {found.name} away?",
            text="It cannot be brought back. Its name and digest stay in the journal.",
            action=reverse("subscriber-file-remove", args=[pk, number]),
            verb="Throw it away",
            cancel_url=_here(pk),
            nav_key="subscribers",
        )
    attachments.remove(found, **_by(request))
    return done(request, f"{_here(pk)}#files", f"{found.name} is gone.")


@operator(Action.CHANGE_SETTINGS)
@require_http_methods(["GET", "POST"])
def fields(request: Request) -> HttpResponse:
    """What else this ISP wants to know of its subscribers."""
    form = CustomFieldForm(request.POST or None)
    context: dict[str, Any] = {"nav_key": "subscribers", "fields": list(CustomField.objects.all()[:100])}
    if request.method != "POST":
        return page(request, FIELDS, form=form, **context)
    if not form.is_valid():
        return refused(request, FIELDS, form=form, **context)
    given = form.cleaned_data
    try:
        made = custom.define(
            given["name"],
            given["kind"],
            options=given["options"].splitlines(),
            is_required=given["is_required"],
            **_by(request),
        )
    except Refusal as refusal:
        return refused(request, FIELDS, form=form, refusal=refusal, **context)
    return done(request, reverse("subscriber-fields"), f"{made.name} is asked for from now on.")


@operator(Action.CHANGE_SETTINGS)
@require_POST
def field_archive(request: Request, number: int) -> HttpResponse:
    """Ask for a field no more."""
    found = get_object_or_404(CustomField, pk=number)
    custom.archive(found, **_by(request))
    return done(request, reverse("subscriber-fields"), f"{found.name} is not asked for any more.")
