"""Everything that ever happened to a subscriber, in words, by pages and kinds."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.page import page
from kmikro.ui import formats
from radius import timeline
from radius.timeline import Event, Mark
from subscribers import offers, states
from subscribers.models import Subscriber

TITLES = {
    "subscriber.add": "Recorded",
    "subscriber.change": "Record changed",
    "subscriber.language": "Language changed",
    "subscriber.merge": "Another record was merged into this one",
    "subscriber.merged": "Merged into another record",
    "subscriber.unmerge": "A merger was undone",
    "subscriber.accept": "Agreed",
    "subscriber.activate": "Activated",
    "subscriber.block": "Blocked",
    "subscriber.unblock": "Unblocked",
    "subscriber.deactivate": "Made inactive",
    "subscriber.reactivate": "Reactivated",
    "subscriber.end": "Ended",
    "service.activate": "Service switched on",
    "service.pause": "Service paused",
    "service.resume": "Service resumed",
    "service.end": "Service ended",
    "service.void": "Service made void",
    "service.follow": "Service follows its subscriber",
    "account.open": "Account opened",
    "account.secret": "New secret made",
    "arrangement.extension": "Extended",
    "arrangement.data": "Data added",
    "arrangement.speed": "Speed changed for a time",
    "arrangement.pause": "Holiday arranged",
    "arrangement.resume": "Back from holiday",
    "arrangement.undo": "Arrangement undone",
    "renewal.make": "Renewed",
    "renewal.undo": "Renewal undone",
    "speed.slower": "Slower by fair use",
    "speed.restored": "Speed given back",
    "usage.notice": "Much of a limit is used",
    "usage.correct": "Usage corrected",
    "usage.uncorrect": "Correction undone",
    "device.add": "Device listed",
    "device.remove": "Device taken off the list",
    "note.write": "Note",
    "note.pin": "Note pinned or let go",
    "file.keep": "File kept",
    "file.remove": "File thrown away",
    "consent.give": "Consent given",
    "consent.withdraw": "Consent taken back",
    "first_use": "First used",
}
TONES = {
    "refused": "bad",
    "session": "ok",
    "subscriber.block": "warn",
    "subscriber.end": "bad",
    "service.void": "bad",
}
_SIZES = {"bytes": "", "download_bytes": " down", "upload_bytes": " up"}
HEADS = ("When", "Kind", "What", "Of", "Details", "Who")
EXPORT_PAGES = 40


def step(event: Event) -> dict[str, Any]:
    """The event as components/trace shows it."""
    local = localtime(event.at)
    title, text = words(event)
    tone = TONES.get(event.what, "ok")
    who = f" · {event.who}" if event.who else ""
    return {
        "state": tone,
        "title": title,
        "text": f"{text}{who}".removeprefix(" · "),
        "at": event.at,
        "when": f"{local.day} {local:%b %Y %H:%M}",
    }


def words(event: Event) -> tuple[str, str]:
    """What happened, and the rest of it, for people."""
    facts = event.facts
    if event.what == "session":
        many = facts["sessions"]
        text = f"{formats.data_size(facts['download_bytes'])} down, {formats.data_size(facts['upload_bytes'])} up, {formats.span(facts['seconds'])} online"
        return f"Online, {many} {'session' if many == 1 else 'sessions'} that day", text
    if event.what == "refused":
        times = "once" if facts["times"] == 1 else f"{facts['times']} times"
        return f"Login refused {times}", f"{event.subject}: {facts['code'].replace('_', ' ')}"
    title = TITLES.get(event.what, event.what.replace(".", ": ").replace("_", " "))
    return title, _details(event)


def _details(event: Event) -> str:
    facts = event.facts
    if event.what == "subscriber.change":
        changed = facts.get("changed", {})
        return "; ".join(
            f"{name.replace('_', ' ')}: {_short(old)} → {_short(new)}" for name, (old, new) in changed.items()
        )
    parts = [] if event.what.startswith(("subscriber.", "note.", "file.", "consent.")) else [event.subject]
    if (
        not event.what.startswith("speed.")
        and (both := facts.get("changed"))
        and len(both) == 2
        and all(isinstance(each, str) for each in both)
    ):
        parts.append(" → ".join(_state(each) for each in both))
    parts += arranged_words(facts)
    parts += [str(facts[name]) for name in ("text", "what", "name", "mac", "plan", "why") if facts.get(name)]
    return ", ".join(parts)


def arranged_words(facts: dict[str, Any]) -> list[str]:
    """Bytes, speeds, moments and lengths of what was arranged, corrected or noticed."""
    parts: list[str] = []
    for name, label in _SIZES.items():
        if isinstance(facts.get(name), int):
            parts.append(f"{formats.data_size(facts[name])}{label}")
    if "download_bps" in facts:
        parts.append(offers.speed(int(facts["download_bps"]), int(facts.get("upload_bps", 0))))
    for name in ("from", "until", "hour"):
        if isinstance(facts.get(name), str):
            at = localtime(datetime.fromisoformat(facts[name]))
            parts.append(f"{name.replace('hour', 'hour of')} {at.day} {at:%b %Y %H:%M}")
    if mark := facts.get("mark"):
        show, unit = (formats.span, "seconds") if "seconds" in facts else (formats.data_size, "bytes")
        stage = f"stage {facts['stage']} of fair use" if facts.get("stage") else str(facts.get("limit", ""))
        period = "in all" if facts.get("period") == "total" else f"of the {facts.get('period')}"
        return [f"{mark}\u00a0% of {stage} {period}: {show(facts[unit])} of {show(facts[f'of_{unit}'])}"]
    if moved := facts.get("moved_seconds"):
        parts.append(f"the end moves by {formats.span(abs(int(moved)))}")
    return parts


def _state(name: str) -> str:
    meaning = states.SUBSCRIBER.get(name) or states.SERVICE.get(name)
    return meaning.label.lower() if meaning else name


def _short(value: Any) -> str:
    if isinstance(value, list):
        value = ", ".join(str(each) for each in value)
    text = str(value) if value not in (None, "", {}) else "nothing"
    return text if len(text) <= 60 else f"{text[:57]}…"


def hidden(request: Request) -> list[str]:
    """Kinds that this person may not see."""
    needs = {"session": Action.SEE_SESSIONS, "refused": Action.SEE_LOGINS}
    return [kind for kind, action in needs.items() if not access.may(request, action)]


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def index(request: Request, pk: int) -> HttpResponse:
    """A page of it, of one kind or of all; as CSV the newest two thousand."""
    person = get_object_or_404(Subscriber, pk=pk)
    kind = listing.choice(request, "kind", timeline.KINDS)
    asked: dict[str, Any] = {
        "zone": ZoneInfo(request.isp.time_zone),
        "kind": kind,
        "without": hidden(request),
    }
    listing.limit_statements()
    if listing.wants_csv(request):
        return listing.csv_answer(f"timeline-{person.account_number}", HEADS, _rows(person, asked))
    start = timeline.mark_of(request.GET.get("from", ""))
    events, more = timeline.page(person, start=start, **asked)
    kinds = [
        ("", "All"),
        *((key, label) for key, label in timeline.KINDS.items() if key not in asked["without"]),
    ]
    return page(
        request,
        "dashboard/subscribers/timeline.html",
        nav_key="subscribers",
        subscriber=person,
        steps=[step(event) for event in events],
        chips=[{**chip, "count": None} for chip in listing.chips(request, "kind", kinds, kind)],
        filtered=bool(kind),
        next_url=listing.link(request, **{"from": str(more)}) if more else "",
        prev_url=listing.link(request, **{"from": None}) if start else "",
        export_url=listing.link(request, format="csv"),
    )


def _rows(person: Subscriber, asked: dict[str, Any]) -> Iterator[list[object]]:
    mark: Mark | None = None
    for _page in range(EXPORT_PAGES):
        events, mark = timeline.page(person, start=mark, **asked)
        for event in events:
            title, text = words(event)
            yield [f"{event.at:%Y-%m-%d %H:%M:%S}", event.kind, title, event.subject, text, event.who]
        if mark is None:
            return
