"""Which days of usage a page is asked for, and usage as its charts, tables and files show it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dashboard import listing
from dashboard.access import Request
from kmikro.lib.refusal import Refusal
from kmikro.ui import formats
from subscribers import usage
from subscribers.usage import Span, Step

STEPS = {usage.HOUR: "By hour", usage.DAY: "By day", usage.MONTH: "By month"}
HEADS = (
    "Begins", "Download (bytes)", "Upload (bytes)", "Time (seconds)", "Corrected download", "Corrected upload",
    "Corrected time",
)  # fmt: skip
MARKS = 5


def asked(request: Request, now: datetime, default: str = usage.DAY) -> tuple[Span, str]:
    """The range in the address, and what is wrong with it ('' when nothing: then it is the usual one)."""
    zone = ZoneInfo(request.isp.time_zone)
    today = now.astimezone(zone).date()
    grain = listing.choice(request, "by", usage.GRAINS, default)
    try:
        return usage.span(grain, _day(request, "since"), _day(request, "until"), today, zone), ""
    except Refusal as refusal:
        return usage.span(grain, None, None, today, zone), refusal.text


def _day(request: Request, name: str) -> date | None:
    text = request.GET.get(name, "").strip()[:10]
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal("bad_date", "Type a date, such as 2026-11-27.", field=name) from None


def chart(found: Sequence[Step], span: Span) -> dict[str, Any]:
    """What the plot tag and the table beneath it take."""
    labels = [usage.label(each, span) for each in found]
    last = len(found) - 1
    marks = sorted({round(last * part / (MARKS - 1)) for part in range(MARKS)}) if found else []
    sums = usage.total(found)
    corrected = [each.corrected.total for each in found]
    return {
        "down": [each.reported.download for each in found],
        "up": [each.reported.upload for each in found],
        "corrected": corrected if any(corrected) else [],
        "corrected_total": sum(corrected),
        "marks": [labels[at] for at in marks],
        "titles": [_title(label, each) for label, each in zip(labels, found, strict=True)],
        "sums": sums,
        "lines": [
            {"label": label, "step": each, "counted": each.counted, "fix": each.corrected.total}
            for label, each in zip(labels, found, strict=True)
            if each.counted.total or each.counted.seconds or each.corrected.total
        ],
    }


def _title(label: str, each: Step) -> str:
    text = f"{label}: {formats.data_size(each.reported.download)} down, {formats.data_size(each.reported.upload)} up"
    fix = each.corrected.total
    return f"{text}, corrected by {formats.data_size(fix)}" if fix else text


def choices(request: Request, span: Span) -> dict[str, Any]:
    """The part of the page that chooses: steps as chips, days as a form."""
    keep = [(name, value) for name, value in request.GET.items() if name not in {"since", "until", "page"}]
    return {
        "step_chips": [
            {**chip, "url": listing.link(request, by=key, since=None, until=None), "count": None}
            for key, chip in zip(STEPS, listing.chips(request, "by", STEPS.items(), span.grain), strict=True)
        ],
        "since": span.first,
        "until": span.last,
        "keep_range": keep,
    }


def csv_rows(found: Iterable[Step], span: Span) -> Iterable[list[object]]:
    """A line for each step, empty ones too."""
    for each in found:
        local = each.begins_at.astimezone(span.zone)
        begins = local.isoformat(timespec="minutes") if span.grain == usage.HOUR else local.date().isoformat()
        fix = each.corrected
        yield [
            begins, each.reported.download, each.reported.upload, each.reported.seconds, fix.download, fix.upload,
            fix.seconds,
        ]  # fmt: skip


def periods(today: date) -> dict[str, tuple[str, date, date]]:
    """Ranges that people ask for by name: label, first and last day."""
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    return {
        "today": ("Today", today, today),
        "yesterday": ("Yesterday", today - timedelta(days=1), today - timedelta(days=1)),
        "week": ("7 days", today - timedelta(days=6), today),
        "month": ("This month", month, today),
        "before": ("Last month", before.replace(day=1), before),
    }
