"""What happened lately and what needs somebody: the home page's feed and its list of troubles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from billing import queries as voucher_queries
from billing.models import Batch
from dashboard import names
from kmikro.ui import formats
from radius.models import AuthAttempt, Session
from routers.models import Router

SHOWN = 10
WAVE = 10  # refusals in WAVE_SPAN that are more than a few typing errors
WAVE_SPAN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the feed: who did what, and more about it; tone is ok, warn, bad or nothing."""

    at: datetime
    icon: str
    tone: str
    who: str
    what: str
    more: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that needs a person, with where to deal with it."""

    icon: str
    tone: str
    title: str
    text: str
    url: str


def events(
    places: dict[int, str], *, clear: bool, batches: bool, owner: int | None, logins: bool
) -> list[Event]:
    """The newest logins, refusals, ends and batches, newest first."""
    found: list[Event] = []
    if logins:
        attempts = AuthAttempt.objects.select_related("service").defer("trace", "sent", "service__secret")
        found += [_attempt(each, places, clear=clear) for each in attempts.order_by("-at", "-pk")[:SHOWN]]
    ended = Session.objects.filter(ended_at__isnull=False).select_related("service").defer("fold")
    found += [_ended(each, places, clear=clear) for each in ended.order_by("-ended_at")[:SHOWN]]
    if batches:
        recent = voucher_queries.batches(owner).order_by("-pk")[:SHOWN]
        found += [_batch(each) for each in recent]
    return sorted(found, key=lambda event: event.at, reverse=True)[:SHOWN]


def _attempt(attempt: AuthAttempt, places: dict[int, str], *, clear: bool) -> Event:
    service, name = attempt.service, attempt.username
    who = service.label if service else names.login(name, None, clear=clear)
    where = places.get(attempt.router_id, names.GONE)
    url = reverse("login", args=[attempt.pk])
    if attempt.accepted:
        return Event(attempt.at, "log-in", "ok", who, "connected", where, url)
    why = names.sentence(attempt.sentence, name, service, clear=clear)
    return Event(attempt.at, "ban", "bad", who, "was refused", why, url)


def _ended(session: Session, places: dict[int, str], *, clear: bool) -> Event:
    service = session.service
    who = service.label if service else names.login(session.username, None, clear=clear)
    ended = session.ended_at or session.updated_at
    lasted = formats.span((ended - session.started_at).total_seconds())
    where = places.get(session.router_id, names.GONE)
    what = "was disconnected" if session.disconnect_state else "left"
    return Event(ended, "log-out", "", who, what, f"{where}, after {lasted}")


def _batch(batch: Batch) -> Event:
    by = f", asked for by {batch.made_by.name}" if batch.made_by else ""
    what = f"of {batch.count:,} vouchers"
    return Event(
        batch.made_at, "ticket", "", f"Batch {batch.pk}", what, f"{batch.plan.name}{by}",
        reverse("batch", args=[batch.pk]),
    )  # fmt: skip


def troubles(
    routers: Sequence[Router], online: dict[int, int], refusals: Sequence[tuple[str, int]], now: datetime
) -> list[Trouble]:
    """Routers that do not answer or did not finish enrolment, waves of refusals with their main reason."""
    found: list[Trouble] = []
    for router in routers:
        here = f"/routers/{router.pk}/"
        if router.is_ready and not router.is_up:
            since = (
                f" for {formats.short_span((now - router.checked_at).total_seconds())}"
                if router.checked_at
                else ""
            )
            users = online.get(router.pk, 0)
            were = "1 person was" if users == 1 else f"{users or 'No'} people were"
            text = router.trouble or f"{were} online there."
            found.append(Trouble("unplug", "bad", f"{router.name} has not answered{since}", text, here))
        elif not router.is_ready:
            text = router.trouble or f"{router.get_state_display()}."
            found.append(Trouble("hourglass", "warn", f"{router.name} is not set up yet", text, here))
    total = sum(count for _code, count in refusals)
    if total >= WAVE:
        code, count = max(refusals, key=lambda pair: pair[1])
        minutes = int(WAVE_SPAN.total_seconds() // 60)
        reason = code.replace("_", " ")
        url = f"{reverse('logins')}?outcome=refused&reason={code}"
        title = f"{total} logins were refused in {minutes} min"
        found.append(Trouble("ban", "warn", title, f"Most often: {reason}, {count} times.", url))
    return found
