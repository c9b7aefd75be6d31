"""What follows from a visit: the router's row, its samples, up and down, incidents, and when to come again.

Down is called after DEBOUNCE without an answer, so that a tunnel that flaps makes no outage; up is called at once.
Only silence makes an outage: a router that answers and refuses us may well be serving people. While a restart that
somebody ordered is waited for (routers.care), silence makes none either; what lasts longer counts from its begin.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts import journal
from routers import breaker, care, incidents, outages, pace, progress, samples
from routers.breaker import Breaker
from routers.device import BadReply, Crowded, DeviceError, LoginRefused, Unreachable, WrongIdentity
from routers.incidents import Kind, Verdict
from routers.models import Incident, Router, Watch
from routers.readings import Reading
from tenants import tunnels

DEBOUNCE = timedelta(seconds=60)
EXTRAS = timedelta(minutes=15)  # between two readings of neighbours and log
ASKED = timedelta(minutes=3)  # after which a visit that was asked for counts as lost
CLOSED_BY_AN_ANSWER = (Kind.DOWN, Kind.FULL, Kind.SIGN_IN, Kind.OTHER, Kind.STUCK)


@dataclass(slots=True)
class News:
    """Incidents that were opened or closed: somebody may want to be told."""

    changed: list[Incident] = field(default_factory=list)


def watch_of(router: Router, *, now: datetime) -> Watch:
    """The watch of a router, made at its first visit; one that was read with the router is not read again."""
    try:
        found: Watch = router.watch
    except Watch.DoesNotExist:
        found, _made = Watch.objects.get_or_create(router=router, defaults={"due_at": now, "compare_at": now})
    return found


def state_of(watch: Watch) -> Breaker:
    return Breaker(watch.failures, watch.open_until)


def kind_of(error: Exception) -> str:
    """A failure in one word."""
    match error:
        case Crowded():
            return "full"
        case Unreachable():
            return "silent"
        case LoginRefused():
            return "refused"
        case WrongIdentity():
            return "other"
        case BadReply():
            return "garbage"
        case _:
            return "no"


def answered(
    router: Router, reading: Reading, front: str, *, extras: bool = False, dice: float, now: datetime
) -> News:
    """Note a reading; a router that was down is up again."""
    watch, was_up = watch_of(router, now=now), router.is_up
    up_since = now - timedelta(milliseconds=reading.uptime_ms) if reading.uptime_ms is not None else None
    _note(router, reading, front, up_since, now=now)
    requests, timeouts, bad = samples.keep(watch, reading, now=now)
    for name in ("temperature", "voltage", "ppp", "hotspot", "leases", "queues"):
        setattr(watch, name, getattr(reading, name))
    if extras:
        samples.keep_lines(router.pk, reading, now=now)
        watch.extras_at = now
        watch.neighbours = list(reading.neighbours or ())
    known = incidents.open_ones(router.pk)
    verdicts = incidents.judged(reading, timeouts=timeouts, bad_replies=bad, requests=requests)
    verdicts += [Verdict(each, "") for each in CLOSED_BY_AN_ANSWER]
    news = News(incidents.apply(router, verdicts, known, now=now))
    if not was_up and router.is_ready:
        watch.changed_at = now
        outages.end(router, rebooted_at=up_since, now=now)
        journal.record(journal.SYSTEM, "router.up", router, now=now)
    watch.failures, watch.open_until, watch.missed_since = 0, None, None
    watch.failure = watch.failure_kind = ""
    _plan(
        watch, pace.Seen(True, reading.cpu, reading.online, watch.changed_at, bool(known)), dice=dice, now=now
    )
    return news


def _note(router: Router, reading: Reading, front: str, up_since: datetime | None, *, now: datetime) -> None:
    was_up = router.is_up
    router.is_up, router.misses, router.checked_at = True, 0, now
    router.cpu_load, router.free_memory, router.total_memory = (
        reading.cpu, reading.free_memory, reading.total_memory,
    )  # fmt: skip
    upgraded = bool(reading.version) and progress.signs(reading.version) != progress.signs(router.version)
    router.version = reading.version or router.version
    router.board = router.board or reading.board
    router.ports = front
    router.up_since = up_since or router.up_since or now
    fields = [
        "is_up", "misses", "checked_at", "cpu_load", "free_memory", "total_memory", "version", "board", "up_since",
        "ports",
    ]  # fmt: skip
    if not was_up and router.trouble:
        router.trouble = ""
        fields.append("trouble")
    router.save(update_fields=fields)
    if upgraded:
        progress.register(router, now=now)


def missed(
    router: Router, error: DeviceError, trouble: str, *, visited: bool, dice: float, now: datetime
) -> News:
    """Note a failure. visited: a worker was busy with it, so the breaker counts it; a door that nobody opens costs
    nothing and is tried again soon."""
    watch, kind = watch_of(router, now=now), kind_of(error)
    watch.failure, watch.failure_kind = trouble[:300], kind
    news = News()
    if kind == "silent":
        watch.missed_since = watch.missed_since or now
        router.misses = min(router.misses + 1, 30_000)
        router.save(update_fields=["misses"])
        long_enough = now - watch.missed_since >= DEBOUNCE
        if long_enough and router.is_up and not care.is_awaited(router.pk):
            news = _down(router, watch, trouble, now=now)
    else:
        if kind == "refused":  # it was there to say so: a silence before was over
            watch.missed_since = None
        news.changed += _refused(router, kind, trouble, now=now)
    if visited:
        after = breaker.failed(state_of(watch), now=now, dice=dice, at_once=kind == "full")
        watch.failures, watch.open_until = after.failures, after.until
    _plan(watch, pace.Seen(False), dice=dice, now=now)
    return news


def _down(router: Router, watch: Watch, trouble: str, *, now: datetime) -> News:
    router.is_up, router.trouble = False, trouble[:300]
    router.save(update_fields=["is_up", "trouble"])
    watch.changed_at = now
    outages.begin(router, watch, cause=trouble, now=now)
    journal.record(journal.SYSTEM, "router.down", router, now=now, trouble=trouble[:200])
    opened = incidents.begin(router, Kind.DOWN, trouble, now=now)
    return News([opened] if opened else [])


def _refused(router: Router, kind: str, trouble: str, *, now: datetime) -> list[Incident]:
    """It is there and does not let us work: that is no outage, but somebody has to know why."""
    router.trouble = trouble[:300]
    router.save(update_fields=["trouble"])
    wanted = {"full": Kind.FULL, "refused": Kind.SIGN_IN, "other": Kind.OTHER}.get(kind)
    opened = incidents.begin(router, wanted, trouble, now=now) if wanted else None
    return [opened] if opened else []


def stuck(router: Router, *, now: datetime) -> News:
    """Talks with it ended their worker again and again: it is left alone for a while, and somebody is told."""
    watch = watch_of(router, now=now)
    opened = incidents.begin(
        router,
        Kind.STUCK,
        "Work on this router ended out of order several times in a row, so it is left alone for an hour. The log of "
        "the workers says where it ended.",
        now=now,
    )
    watch.asked_at, watch.due_at = None, now + timedelta(minutes=5)
    watch.save(update_fields=["asked_at", "due_at"])
    return News([opened] if opened else [])


def _plan(watch: Watch, seen: pace.Seen, *, dice: float, now: datetime) -> None:
    """When to ask again; an open breaker has the last word."""
    due = now + pace.until_next(seen, now=now, dice=dice)
    watch.due_at = max(due, watch.open_until) if watch.open_until else due
    watch.asked_at = None
    watch.save()


def later(router_id: int, *, dice: float, now: datetime) -> None:
    """Not now: somebody else is busy with it, or with another router in trouble."""
    Watch.objects.filter(pk=router_id).update(asked_at=None, due_at=now + pace.MISSING * (0.5 + dice))


def written(router_id: int, *, now: datetime) -> None:
    """It was written to: what was read of it is old, and the next visit compares whatever its turn."""
    Watch.objects.filter(pk=router_id).update(compare_at=now, changed_at=now)


def wants_extras(watch: Watch, *, now: datetime) -> bool:
    return watch.extras_at is None or now - watch.extras_at >= EXTRAS


@dataclass(frozen=True, slots=True)
class Due:
    """A router to be visited: where its door is, and whether a worker is inside already."""

    router_id: int
    address: str
    port: int
    leased: bool
    allotted: str = ""  # its tunnel address, as the platform gave it


def due(*, now: datetime, most: int = 2000) -> list[Due]:
    """Ready routers whose time has come and whose breaker lets calls out; they count as asked from now on."""
    fresh = Router.objects.filter(leaving_at=None, state=Router.State.READY, watch=None)
    Watch.objects.bulk_create(
        [Watch(router=router, due_at=now, compare_at=now) for router in fresh], ignore_conflicts=True
    )
    rows = Watch.objects.filter(
        router__leaving_at=None,
        router__state=Router.State.READY,
        router__address__isnull=False,
        due_at__lte=now,
    )
    rows = rows.filter(asked_at=None) | rows.filter(asked_at__lt=now - ASKED)
    found = list(rows.select_related("router").order_by("failures", "due_at")[:most])
    Watch.objects.filter(pk__in=[each.pk for each in found]).update(asked_at=now)
    allotted = tunnels.addresses()
    return [
        Due(
            each.pk, each.router.address or "", each.router.api_port,
            each.router.leased_until is not None and each.router.leased_until > now,
            allotted.get(each.pk, ""),
        )
        for each in found
    ]  # fmt: skip
