"""What each night's forgetting deleted: signed reports, with what their signatures prove, and as files."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts.roles import Action
from dashboard import listing
from dashboard.access import Request, operator
from dashboard.context import settings_tabs
from dashboard.page import page
from radius import retention, retention_reports
from radius.models import RetentionReport
from radius.retention_reports import Verdict

HEADS = ("Number", "Ended (UTC)", "Deleted", "Complete", "Signature")
SHOW = {"": "All", "some": "That deleted something"}
VERDICTS = {
    Verdict.OURS: {"tone": "ok", "icon": "shield-check", "label": "Signature holds"},
    Verdict.FOREIGN: {"tone": "warn", "icon": "shield-alert", "label": "Signed by another key"},
    Verdict.BROKEN: {"tone": "bad", "icon": "shield-x", "label": "Signature broken"},
}


def _settings(request: Request, **context: Any) -> dict[str, Any]:
    return {
        "nav_key": "settings",
        "settings_key": "retention",
        "settings_tabs": settings_tabs(request),
        **context,
    }


@operator(Action.SEE_JOURNAL)
@require_GET
def index(request: Request) -> HttpResponse:
    """Reports, newest first, and for how long what is kept."""
    show = listing.choice(request, "show", SHOW)
    rows = RetentionReport.objects.order_by("-pk")
    if show:
        rows = rows.filter(deleted__gt=0)
    if listing.wants_csv(request):
        return listing.csv_answer("retention-reports", HEADS, _cells(rows))
    shown = listing.paged(request, rows)
    return page(
        request,
        "dashboard/retention/index.html",
        "list",
        **_settings(
            request,
            page=shown,
            rows=[
                {"row": each, "verdict": VERDICTS[retention_reports.check(retention_reports.signed_of(each))]}
                for each in shown
            ],
            rules=retention.RULES,
            chips=listing.chips(request, "show", SHOW.items(), show),
            filtered=bool(show),
            export_url=listing.link(request, format="csv"),
        ),
    )


def _cells(rows: "QuerySet[RetentionReport]") -> Iterator[list[object]]:
    for each in rows.iterator(chunk_size=500):
        yield [each.pk, f"{each.ended_at:%Y-%m-%d %H:%M:%S}", each.deleted, each.is_complete, each.signature]


@operator(Action.SEE_JOURNAL)
@require_GET
def show(request: Request, pk: int) -> HttpResponse:
    """One report: what was deleted, by which setting, what is left, and whether it is as it was signed."""
    report = get_object_or_404(RetentionReport, pk=pk)
    signed = retention_reports.signed_of(report)
    body = retention_reports.body_of(signed)
    return page(
        request,
        "dashboard/retention/report.html",
        **_settings(
            request,
            report=report,
            verdict=VERDICTS[retention_reports.check(signed)],
            follows=retention_reports.follows(report),
            body=body,
            kinds=[
                {
                    **kind,
                    "older_than": _moment(kind.get("older_than")),
                    "oldest_left": _moment(kind.get("oldest_left")),
                }
                for kind in body.get("kinds", [])
                if isinstance(kind, dict)
            ],
        ),
    )


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None


@operator(Action.SEE_JOURNAL)
@require_GET
def download(request: Request, pk: int) -> HttpResponse:
    """The report with its signature, for auditors and for `manage.py verify_retention`."""
    report = get_object_or_404(RetentionReport, pk=pk)
    answer = HttpResponse(
        retention_reports.to_file(retention_reports.signed_of(report)), content_type="application/json"
    )
    answer["Content-Disposition"] = f'attachment; filename="retention-{pk}.json"'
    return answer
