"""Legal pages of the platform, on every host, and the gate that newer Terms put before the dashboard."""

from datetime import datetime
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import journal
from accounts.roles import Action
from dashboard import access
from dashboard.page import done, page, refused
from kmikro.lib.refusal import Refusal
from legal import compare, consent, document_pdf
from legal.models import Document, Version

READING_SPEED = 180  # words a minute, unhurried


def _clock() -> datetime:
    return timezone.now()


def _all(kind: str) -> list[Version]:
    found = consent.versions(kind, now=_clock()) if kind in Document.Kind.values else []
    if not found:
        raise Http404
    return found


def _one(found: list[Version], number: int) -> Version:
    for version in found:
        if version.number == number:
            return version
    raise Http404


def _minutes(version: Version) -> int:
    words = sum(len(line.split()) for section in version.sections for line in compare.lines(section))
    return max(1, round(words / READING_SPEED))


@require_safe
@access.open_to_all
def document(request: HttpRequest, kind: str, number: int | None = None) -> HttpResponse:
    """The version in force, or one chosen by its number."""
    found = _all(kind)
    current = consent.current(kind, now=_clock())
    version = _one(found, number) if number else cast(Version, current)
    return page(
        request,
        "legal/document.html",
        version=version,
        kind=kind,
        current=current,
        minutes=_minutes(version),
        others=[other for other in found if other.pk != version.pk],
        signed_in=access.is_operator(request),
        waiting=[other for other in found if other.effective_at > _clock()],
    )


@require_safe
@access.open_to_all
def history(request: HttpRequest, kind: str) -> HttpResponse:
    """Every version with what changed in it."""
    found = _all(kind)
    rows = [
        {"version": version, "before": found[at + 1] if at + 1 < len(found) else None}
        for at, version in enumerate(found)
    ]
    return page(request, "legal/versions.html", rows=rows, kind=kind, title=found[0].document.title)


@require_safe
@access.open_to_all
def difference(request: HttpRequest, kind: str, old: int, new: int) -> HttpResponse:
    """Two versions compared line by line."""
    found = _all(kind)
    left, right = _one(found, old), _one(found, new)
    changes = compare.compare(left.sections, right.sections)
    return page(request, "legal/difference.html", kind=kind, left=left, right=right, changes=changes)


@require_safe
@access.open_to_all
def pdf(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """One version as a PDF file."""
    version = _one(_all(kind), number)
    response = HttpResponse(document_pdf.render(version), content_type="application/pdf")
    name = f"k-mikro-{kind}-{version.dated:%Y-%m}-v{version.number}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@access.signed_in
def gate(request: HttpRequest) -> HttpResponse:
    """Newer Terms: what changed, and the owner's acceptance for the ISP."""
    asked = cast(access.Request, request)
    now = _clock()
    version = consent.newest(Document.Kind.TERMS, now=now)
    waits = consent.gate(asked.isp, now=now)
    if version is None or waits is None:
        return HttpResponseRedirect("/")
    found = _all(Document.Kind.TERMS)
    before = next((old for old in found if old.number == asked.isp.terms_version), None)
    context: dict[str, Any] = {
        "version": version,
        "waits": waits,
        "before": before,
        "changes": compare.compare(before.sections, version.sections) if before else [],
        "days_left": max(0, (version.effective_at - now).days),
        "may_accept": access.may(request, Action.ACCEPT_TERMS),
    }
    if request.method != "POST":
        return page(request, "legal/gate.html", **context)
    if not context["may_accept"]:
        return access.no_permission(request)
    if request.POST.get("ok") != "yes" or request.POST.get("version") != str(version.number):
        refusal = Refusal("tick", "Tick the box to say that you accept this version for your business.")
        return refused(request, "legal/gate.html", refusal=refusal, **context)
    consent.accept(
        version,
        isp=asked.isp,
        person_id=asked.user.pk,
        person=asked.user.name,
        email=asked.user.email,
        address=access.address(request),
        user_agent=request.headers.get("User-Agent", ""),
        now=now,
    )
    journal.record(access.actor(request), "accepted terms", asked.user, now=now, version=version.number)
    return done(request, reverse("terms-accepted"))


@require_safe
@access.signed_in
def accepted(request: HttpRequest) -> HttpResponse:
    """What this ISP has accepted, by whom and when: its own evidence."""
    asked = cast(access.Request, request)
    return page(
        request, "legal/accepted.html", acceptances=consent.acceptances(asked.isp), nav_key="settings"
    )
