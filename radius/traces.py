"""Packet traces, switched on by an operator for a quarter of an hour: start, stop, and forget after a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from accounts import journal
from accounts.journal import Actor
from kmikro.lib import codes, here, macs
from kmikro.lib.refusal import Refusal
from radius.lookup import lookups
from radius.models import PacketTrace
from subscribers.models import Service
from tenants import routes

LASTS = timedelta(minutes=15)
KEPT = timedelta(days=1)
COVER = "••••••"

MOST_AT_ONCE = 5  # of one ISP


def start(
    *,
    subject: str = "",
    router_id: int | None = None,
    service: Service | None = None,
    by: Actor,
    now: datetime,
) -> PacketTrace:
    """Follow a name, code or MAC, or all of a router, for LASTS. The same again while it runs gives the running one.

    Refuses with `nothing_to_trace` and, beyond MOST_AT_ONCE, with `too_many_traces`.
    """
    subject = macs.normalise(subject.strip()) or subject.strip()
    if bool(subject) == (router_id is not None):
        raise Refusal("nothing_to_trace", "Say which user name, code or MAC to follow, or which router.")
    if subject and service is None:
        known = lookups(routes.own_schema(), subject.encode("utf-8", "surrogateescape"))
        service = Service.objects.filter(lookup__in=known).first()
    here.alone("packet traces")  # two people who start at once count one after the other
    running = PacketTrace.objects.filter(ends_at__gt=now)
    same = running.filter(subject=subject, router_id=router_id).first()
    if same is not None:
        return same
    if running.count() >= MOST_AT_ONCE:
        raise Refusal(
            "too_many_traces", f"{MOST_AT_ONCE} traces run already. Stop one, or wait until one has ended."
        )
    trace = PacketTrace.objects.create(
        subject=subject,
        router_id=router_id,
        service=service,
        started_at=now,
        ends_at=now + LASTS,
        started_by_id=by.id,
        by=by.name[:140],
    )
    routes.open_trace(trace.pk, until=trace.ends_at)
    journal.record(by, "trace.started", trace, now=now, follows=told(trace), router=router_id)
    return trace


def stop(trace: PacketTrace, *, by: Actor, now: datetime) -> None:
    """End a trace; what it has is kept as long as it would have been."""
    routes.close_trace(trace.pk)
    if trace.ends_at <= now:
        return
    trace.ends_at = now
    trace.save(update_fields=["ends_at"])
    journal.record(by, "trace.stopped", trace, now=now, follows=told(trace), router=trace.router_id)


def told(trace: PacketTrace) -> str:
    """What a trace follows, without a code that somebody could use."""
    covered = trace.subject and _may_be_code(trace, trace.subject)
    return _masked(trace.subject) if covered else trace.subject


def cover(trace: PacketTrace, attributes: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Attributes of a packet for somebody who may not see codes: what was typed as a name may be one."""
    typed = {value for name, value in attributes if name == "User-Name"} | {trace.subject}
    typed = {each for each in typed if each and _may_be_code(trace, each)}
    shown = []
    for name, value in attributes:
        for each in typed:
            value = value.replace(each, _masked(each))
        shown.append((name, value))
    return shown


def _may_be_code(trace: PacketTrace, name: str) -> bool:
    """Only a MAC and the name of an account are surely none; mistyped codes have no service."""
    is_account = trace.service is not None and trace.service.kind == Service.Kind.ACCOUNT
    return not macs.normalise(name) and not (is_account and name == trace.subject)


def _masked(name: str) -> str:
    code = codes.normalise(name)
    return codes.masked(code) if len(code) >= codes.LENGTH else COVER


def prune(now: datetime) -> int:
    """Forget traces of the day before and the routes of those that have ended; gives how many traces went."""
    routes.close_traces(now)
    old = PacketTrace.objects.filter(started_at__lt=now - KEPT)
    count = old.count()
    if count:
        old.delete()
    return count
