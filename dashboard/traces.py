"""Packet traces: switched on for a quarter of an hour, watched as packets come, read and exported for a day."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.roles import Action
from dashboard import access, listing, names
from dashboard.access import Request, operator
from dashboard.page import done, page
from dashboard.vouchers import voucher_or_404
from kmikro.lib.refusal import Refusal
from radius import traces
from radius.models import AuthAttempt, PacketTrace, TracedPacket
from radius.tracer import MOST

KINDS = {
    "asked": Q(direction="in"),
    "answered": Q(direction="out") & ~Q(code=""),
    "dropped": Q(outcome__startswith="dropped") | Q(outcome__startswith="not answered"),
}
LABELS = [
    ("", "All"),
    ("asked", "From the router"),
    ("answered", "From us"),
    ("dropped", "Without an answer"),
]


def _called(trace: PacketTrace, places: dict[int, str], *, clear: bool) -> str:
    if trace.router_id is not None:
        return places.get(trace.router_id, names.GONE)
    return trace.subject if clear else traces.told(trace)


@operator(Action.TRACE)
@require_GET
def index(request: Request) -> HttpResponse:
    now, clear, places = datetime.now(UTC), names.may_see_codes(request), names.routers()
    found = listing.paged(
        request, PacketTrace.objects.select_related("service").order_by("-started_at", "-pk")
    )
    return page(
        request,
        "dashboard/traces/index.html",
        nav_key="logins",
        page=found,
        rows=[(each, _called(each, places, clear=clear), each.ends_at > now) for each in found],
        places=places,
    )


@operator(Action.TRACE)
@require_POST
def start(request: Request) -> HttpResponse:
    """Of what was typed, of a login attempt, of a voucher, or all of a router."""
    subject, router_id, service = request.POST.get("subject", "").replace("\0", "")[:253], None, None
    if attempt_id := listing.identity(request.POST.get("attempt", "")):
        attempt = get_object_or_404(AuthAttempt.objects.select_related("service"), pk=attempt_id)
        subject, service = attempt.username or attempt.mac, attempt.service
    elif (voucher_id := listing.identity(request.POST.get("voucher", ""))) and access.may(
        request, Action.SEE_VOUCHERS
    ):
        voucher = voucher_or_404(request, voucher_id)
        subject, service = voucher.code, voucher.service
    elif (
        not subject.strip()
        and (router_id := listing.identity(request.POST.get("router", ""))) not in names.routers()
    ):
        router_id = None
    try:
        trace = traces.start(
            subject=subject,
            router_id=router_id,
            service=service,
            by=access.actor(request),
            now=datetime.now(UTC),
        )
    except Refusal as refusal:
        return done(request, reverse("traces"), refusal.text, "bad")
    return HttpResponseRedirect(reverse("trace", args=[trace.pk]))


@operator(Action.TRACE)
@require_GET
def show(request: Request, pk: int) -> HttpResponse:
    """One trace and its packets, oldest first; htmx asks for the list alone while it runs."""
    trace = get_object_or_404(PacketTrace.objects.select_related("service"), pk=pk)
    now, clear, places = datetime.now(UTC), names.may_see_codes(request), names.routers()
    kind, text = listing.choice(request, "kind", KINDS), listing.search(request)
    rows: QuerySet[TracedPacket] = trace.packets.order_by("at", "pk")
    if kind:
        rows = rows.filter(KINDS[kind])
    if text:
        rows = rows.filter(
            Q(code__icontains=text) | Q(outcome__icontains=text) | Q(attributes__icontains=text)
        )
    listing.limit_statements()
    packets = [_packet(trace, each, places, clear=clear) for each in rows[:MOST]]
    if text and not clear:  # what is covered is not found either, or guessing would uncover it
        packets = [each for each in packets if text.lower() in each["plain"].lower()]
    called = _called(trace, places, clear=clear)
    if listing.wants_csv(request):
        return _csv(packets)
    return page(
        request,
        "dashboard/traces/trace.html",
        "list",
        nav_key="logins",
        trace=trace,
        called=called,
        runs=trace.ends_at > now,
        now=now,
        packets=packets,
        as_text="\n\n".join(each["plain"] for each in packets),
        kind=kind,
        q=text,
        filtered=bool(kind or text),
        most=MOST,
        chips=listing.chips(request, "kind", LABELS, kind),
        keep=[("kind", kind)] if kind else [],
        here=listing.link(request),
        export_url=listing.link(request, format="csv"),
    )


def _packet(trace: PacketTrace, row: TracedPacket, places: dict[int, str], *, clear: bool) -> dict[str, Any]:
    attributes = [(str(name), str(value)) for name, value in row.attributes]
    if not clear:
        attributes = traces.cover(trace, attributes)
    lines = "\n".join(f"{name} = {value}" for name, value in attributes)
    return {
        "row": row,
        "router": places.get(row.router_id, names.GONE),
        "attributes": attributes,
        "bad": row.outcome.startswith(("dropped", "not answered")),
        "plain": f"{_stamp(row)} {row.direction} {row.code} {row.identifier} {row.peer} {row.outcome}\n{lines}".strip(),
    }


def _stamp(row: TracedPacket) -> str:
    return row.at.astimezone(UTC).isoformat(timespec="milliseconds")


def _csv(packets: list[dict[str, Any]]) -> HttpResponse:
    return listing.csv_answer(
        "packet-trace",
        ["When (UTC)", "Direction", "Packet", "Identifier", "Router", "Address", "Outcome", "Attributes"],
        (
            [
                _stamp(each["row"]),
                each["row"].direction,
                each["row"].code,
                each["row"].identifier,
                each["router"],
                each["row"].peer,
                each["row"].outcome,
                "; ".join(f"{name} = {value}" for name, value in each["attributes"]),
            ]
            for each in packets
        ),
    )


@operator(Action.TRACE)
@require_POST
def stop(request: Request, pk: int) -> HttpResponse:
    trace = get_object_or_404(PacketTrace.objects.select_related("service"), pk=pk)
    traces.stop(trace, by=access.actor(request), now=datetime.now(UTC))
    return done(request, reverse("trace", args=[pk]), "The trace has ended.")
