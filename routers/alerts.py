"""Who is told of an incident: a notice for each rule that fits, once when it begins and once when it is over."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from routers import channels
from routers.models import AlertRule, Incident, Notice
from tenants import finding, zones

What, State = Notice.What, Notice.State
MOST_TRIES = 6
FIRST_WAIT = timedelta(seconds=30)
CLAIM = timedelta(minutes=3)  # a sender that died is followed by another after this
STATES = ("open", "over")


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel needs to tell; nothing of the database is open while it does."""

    channel: str
    target: str
    secret: str = field(repr=False)
    notice: int
    kind: str
    what: str
    router: str
    site: str
    isp: str
    title: str
    text: str
    opened_at: datetime
    closed_at: datetime | None


def notices(changed: Iterable[Incident], *, now: datetime) -> list[Notice]:
    """Write the notices of incidents that were opened or closed; call it in the transaction of the change.

    One that is over is told only to those who were told of its begin; a notice that still waits then is dropped.
    """
    changed = list(changed)
    if not changed:
        return []
    rules, zone = list(AlertRule.objects.filter(is_on=True)), zones.own()
    made = []
    for incident in changed:
        if incident.closed_at is None:
            wanted = [rule for rule in rules if _fits(rule, incident)]
            made += [_write(incident, rule, What.OPENED, zone, now) for rule in wanted]
        else:
            incident.notices.filter(what=What.OPENED, state=State.WAITING, tries=0).update(
                state=State.NEEDLESS
            )
            told = (
                incident.notices.filter(what=What.OPENED).exclude(state=State.NEEDLESS).select_related("rule")
            )
            made += [_write(incident, each.rule, What.CLOSED, zone, now) for each in told]
    return [each for each in made if each is not None and each.due_at <= now]


def _fits(rule: AlertRule, incident: Incident) -> bool:
    return (not rule.kinds or incident.kind in rule.kinds) and rule.site_id in (None, incident.router.site_id)


def _write(incident: Incident, rule: AlertRule, what: str, zone: ZoneInfo, now: datetime) -> Notice | None:
    due = quiet_ends(now.astimezone(zone), rule.quiet_from, rule.quiet_until)
    notice, made = Notice.objects.get_or_create(
        incident=incident, rule=rule, what=what, defaults={"due_at": due}
    )
    return notice if made else None


def quiet_ends(now: datetime, begins: time | None, ends: time | None) -> datetime:
    """When somebody may be told: now, or when the quiet that now lies in is over; now is in the ISP's time."""
    if begins is None or ends is None or begins == ends:
        return now
    clock = now.time().replace(tzinfo=None)
    quiet = begins <= clock < ends if begins < ends else clock >= begins or clock < ends
    if not quiet:
        return now
    over = now.replace(hour=ends.hour, minute=ends.minute, second=0, microsecond=0)
    return over if over > now else over + timedelta(days=1)


def due(*, now: datetime) -> list[int]:
    """Notices whose time has come and that nobody sends at the moment."""
    return list(
        Notice.objects.filter(state=State.WAITING, due_at__lte=now).values_list("pk", flat=True)[:500]
    )


def claim(notice_id: int, *, now: datetime) -> Message | None:
    """Take a notice for sending; None when another worker has it, or it was sent or is not due."""
    notice = (
        Notice.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("incident__router__site", "rule")
        .filter(pk=notice_id, state=State.WAITING, due_at__lte=now)
        .first()
    )
    if notice is None:
        return None
    notice.tries, notice.due_at = notice.tries + 1, now + CLAIM
    notice.save(update_fields=["tries", "due_at"])
    incident, rule = notice.incident, notice.rule
    over = notice.what == What.CLOSED
    return Message(
        channel=rule.channel,
        target=rule.target,
        secret=rule.secret,
        notice=notice.pk,
        kind=incident.kind,
        what=notice.what,
        router=incident.router.name,
        site=incident.router.site.name,
        isp=finding.own_name(),
        title=f"{incident.router.name}: {'over: ' if over else ''}{incident.get_kind_display()}",
        text=incident.text,
        opened_at=incident.opened_at,
        closed_at=incident.closed_at,
    )


def deliver(message: Message, *, now: datetime) -> str:
    """Tell it by its channel; gives why it could not be told, or nothing."""
    return channels.BY_NAME[message.channel](message, now)


def settled(notice_id: int, trouble: str, *, now: datetime) -> timedelta | None:
    """Note how the sending went; gives how long to wait for another try."""
    notice = Notice.objects.select_for_update().filter(pk=notice_id).first()
    if notice is None:  # its rule was removed while it was sent
        return None
    if not trouble:
        notice.state, notice.sent_at, notice.trouble = State.SENT, now, ""
        notice.save(update_fields=["state", "sent_at", "trouble"])
        return None
    notice.trouble = trouble[:300]
    for_good = trouble == channels.NO_SMS
    wait = None
    if for_good or notice.tries >= MOST_TRIES:
        notice.state = State.FAILED
    else:
        wait = FIRST_WAIT * (1 << (notice.tries - 1))
        notice.due_at = now + wait
    notice.save(update_fields=["state", "trouble", "due_at"])
    return wait


def search(text: str, state: str, kind: str = "", router_id: int | None = None) -> "QuerySet[Incident]":
    """Incidents whose router, site or text contains text, in one of STATES or in any; open ones first."""
    found = Incident.objects.select_related("router__site")
    if text:
        found = found.filter(
            Q(router__name__icontains=text) | Q(router__site__name__icontains=text) | Q(text__icontains=text)
        )
    if state == "open":
        found = found.filter(closed_at=None)
    elif state == "over":
        found = found.filter(closed_at__isnull=False)
    if kind:
        found = found.filter(kind=kind)
    if router_id is not None:
        found = found.filter(router_id=router_id)
    return found
