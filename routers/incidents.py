"""Incidents: opened once per router and kind, closed once; what a reading says about the router is judged here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts import journal
from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from routers.models import Incident, Router
from routers.readings import Reading

Kind = Incident.Kind
HOT, COOL = 750, 680  # tenths of a degree: opened above the first, closed below the second
CPU_HIGH, CPU_CALM = 95, 80  # percent
MEMORY_HIGH, MEMORY_CALM = 95, 88
VOLTS_LOW, VOLTS_GOOD = 100, 105  # tenths; a router at 10 V or less will soon go off
MOST_LOST = 20  # RADIUS requests without an answer between two readings, and more than a tenth of all


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reading says of one kind: open it with a text, close it (text empty), or leave it (None)."""

    kind: Kind
    text: str | None


def judged(reading: Reading, *, timeouts: int, bad_replies: int, requests: int) -> list[Verdict]:
    """Thresholds with a gap between opening and closing, so that nobody is told of every swing. Pure."""
    verdicts = [
        _above(Kind.HOT, reading.temperature, HOT, COOL, "{:.1f} °C", 10),
        _above(Kind.CPU, reading.cpu, CPU_HIGH, CPU_CALM, "{:.0f} % busy", 1),
        _above(Kind.MEMORY, reading.used_percent, MEMORY_HIGH, MEMORY_CALM, "{:.0f} % used", 1),
        _below(Kind.VOLTAGE, reading.voltage, VOLTS_LOW, VOLTS_GOOD, "{:.1f} V", 10),
    ]
    if bad_replies:
        text = f"It refused {bad_replies} of our RADIUS answers: its secret is not ours. Press Compare now."
        verdicts.append(Verdict(Kind.RADIUS, text))
    elif timeouts >= MOST_LOST and timeouts * 10 > requests:
        text = f"{timeouts} of {requests} RADIUS requests got no answer in time: the way to us loses packets."
        verdicts.append(Verdict(Kind.RADIUS, text))
    elif reading.radius is not None:
        verdicts.append(Verdict(Kind.RADIUS, ""))
    return verdicts


def _above(kind: Kind, value: int | None, high: int, calm: int, shape: str, divide: int) -> Verdict:
    if value is None:
        return Verdict(kind, None)
    if value >= high:
        return Verdict(kind, shape.format(value / divide))
    return Verdict(kind, "" if value <= calm else None)


def _below(kind: Kind, value: int | None, low: int, good: int, shape: str, divide: int) -> Verdict:
    if value is None or value == 0:  # a sensor that is not connected says 0
        return Verdict(kind, None)
    if value <= low:
        return Verdict(kind, shape.format(value / divide))
    return Verdict(kind, "" if value >= good else None)


def open_ones(router_id: int) -> dict[str, Incident]:
    """The open incidents of a router, by kind."""
    return {each.kind: each for each in Incident.objects.filter(router_id=router_id, closed_at=None)}


def apply(
    router: Router, verdicts: list[Verdict], known: Mapping[str, Incident], *, now: datetime
) -> list[Incident]:
    """Open and close what the verdicts say; gives those that were opened or closed, to be told of."""
    changed = []
    for verdict in verdicts:
        there = known.get(verdict.kind)
        if verdict.text and there is None:
            opened = begin(router, verdict.kind, verdict.text, now=now)
            changed += [opened] if opened else []
        elif verdict.text == "" and there is not None:
            changed.append(end(there, now=now))
    return changed


def begin(router: Router, kind: Kind, text: str, *, now: datetime) -> Incident | None:
    """Open an incident; None when it is open already."""
    try:
        with transaction.atomic():
            return Incident.objects.create(router=router, kind=kind, text=text[:300], opened_at=now)
    except IntegrityError:
        return None


def end(incident: Incident, *, now: datetime) -> Incident:
    """It is over."""
    incident.closed_at = now
    incident.save(update_fields=["closed_at"])
    return incident


def acknowledge(incident: Incident, *, by: Actor, now: datetime) -> None:
    """Somebody has seen it and deals with it; others can see who."""
    taken = Incident.objects.filter(pk=incident.pk, acknowledged_at=None).update(
        acknowledged_at=now, acknowledged_by=by.name[:140]
    )
    if not taken:
        raise Refusal("already_acknowledged", "Somebody has taken this on already.")
    journal.record(by, "incident.acknowledged", incident, now=now, kind=incident.kind)
