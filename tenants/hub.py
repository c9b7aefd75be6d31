"""The hub's side of the tunnels in the database: whom to let in, and what the agent saw of them. Read outside any tenant.

However many routers there are, a report is one read and one write.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import Count, Max, Q

from kmikro.lib import handshakes
from kmikro.lib.handshakes import Line
from kmikro.lib.sstp.chap import Login
from kmikro.lib.wireguard import Peer, Seen
from tenants.models import TunnelHub, TunnelPeer
from tenants.models import TunnelKind as Kind

Stamp = tuple[object, ...]
HEARD = timedelta(seconds=30)  # word of an SSTP router is written at most this often
_COLUMNS = 10
_WRITE = """
    UPDATE tenants_tunnelpeer AS t SET endpoint = n.endpoint, handshake_at = n.handshake_at,
        received_bytes = n.received, sent_bytes = n.sent, blocked_packets = coalesce(n.blocked, t.blocked_packets),
        stray_packets = coalesce(n.stray, t.stray_packets), is_up = n.is_up, changed_at = n.changed_at, seen_at = %s
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::bigint[], %s::boolean[], %s::timestamptz[])
        AS n(id, public_key, endpoint, handshake_at, received, sent, blocked, stray, is_up, changed_at)
    WHERE t.id = n.id AND t.released_at IS NULL AND t.kind = %s AND t.public_key = n.public_key
"""
_BLOCKED = """
    UPDATE tenants_tunnelpeer AS t SET blocked_packets = coalesce(n.blocked, 0)
    FROM unnest(%s::inet[], %s::bigint[]) AS n(address, blocked)
    RIGHT JOIN tenants_tunnelpeer AS before ON before.address = n.address
    WHERE t.id = before.id AND t.released_at IS NULL AND t.kind = %s
        AND t.blocked_packets <> coalesce(n.blocked, 0)
    RETURNING t.schema, t.router_id, coalesce(n.blocked, 0) > before.blocked_packets
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the SSTP hub saw of a router since it began; handshake is when it last heard of it, 0 for never."""

    endpoint: str
    handshake: int
    received: int
    sent: int
    stray: int


@dataclass(frozen=True, slots=True)
class Change:
    """A tunnel that came up, went down, or whose router tried to reach what it may not."""

    schema: str
    router_id: int
    what: str  # up, down, blocked


def stamp(kind: str = Kind.WIREGUARD) -> Stamp:
    """Differs whenever the wanted peers of this kind do."""
    found = TunnelPeer.objects.filter(kind=kind).aggregate(
        many=Count("pk", filter=Q(released_at=None, keyed_at__isnull=False)),
        keyed=Max("keyed_at"),
        released=Max("released_at"),
    )
    return tuple(found.values())


def wanted() -> list[Peer]:
    """Every router that has told its key."""
    rows = TunnelPeer.objects.filter(released_at=None).exclude(public_key="")
    return [Peer(row.public_key, row.address, row.preshared_key) for row in rows.order_by("pk")]


def logins() -> list[Login]:
    """Every router of SSTP."""
    rows = TunnelPeer.objects.filter(released_at=None, kind=Kind.SSTP)
    return [Login(row.address, row.preshared_key) for row in rows.order_by("pk")]


def addresses_by_sstp() -> list[str]:
    """Where routers of SSTP are reached; the agent, who makes the routes, has no business with passwords."""
    rows = TunnelPeer.objects.filter(released_at=None, kind=Kind.SSTP)
    return list(rows.order_by("pk").values_list("address", flat=True))


def report(seen: Iterable[Seen], blocked: Mapping[str, int], *, now: datetime) -> list[Change]:
    """Keep what the hub saw of its peers; gives what is news. Rows of which nothing has changed are not written."""
    by_key = {each.public_key: each for each in seen}
    rows = TunnelPeer.objects.filter(released_at=None, public_key__in=list(by_key)).defer("preshared_key")
    columns: list[list[object]] = [[] for _ in range(_COLUMNS)]
    changes = []
    for row in rows:
        found, packets = by_key[row.public_key], blocked.get(row.address, 0)
        line, news = _judged(row, at := _at(row, found.handshake, now), now)
        changes += news
        if packets > row.blocked_packets:
            changes.append(Change(row.schema, row.router_id, "blocked"))
        told = (found.endpoint, at, found.received, found.sent, packets, None, line.is_up, line.since)
        known = (
            row.endpoint, row.handshake_at, row.received_bytes, row.sent_bytes, row.blocked_packets, None, row.is_up,
            row.changed_at,
        )  # fmt: skip
        if told != known:
            _add(columns, row, told)
    _write(columns, Kind.WIREGUARD, now)
    return changes


def report_calls(heard: Mapping[str, Heard], *, now: datetime) -> list[Change]:
    """The same for the SSTP hub, by address. What flows all the time is written every half minute only."""
    rows = TunnelPeer.objects.filter(released_at=None, kind=Kind.SSTP).defer("preshared_key")
    columns: list[list[object]] = [[] for _ in range(_COLUMNS)]
    changes = []
    for row in rows:
        found = heard.get(row.address)
        if found is None:  # not since the hub began
            found = Heard(row.endpoint, 0, row.received_bytes, row.sent_bytes, row.stray_packets)
        at = _at(row, found.handshake, now)
        if at is not None and row.handshake_at is not None and timedelta() < at - row.handshake_at < HEARD:
            at = row.handshake_at
        line, news = _judged(row, at, now)
        changes += news
        if found.stray > row.stray_packets:
            changes.append(Change(row.schema, row.router_id, "blocked"))
        told = (found.endpoint, at, found.stray, line.is_up, line.since)
        if told != (row.endpoint, row.handshake_at, row.stray_packets, row.is_up, row.changed_at):
            _add(columns, row, (found.endpoint, at, found.received, found.sent, None, *told[2:]))
    _write(columns, Kind.SSTP, now)
    return changes


def report_blocked(blocked: Mapping[str, int]) -> list[Change]:
    """What the firewall dropped of packets of SSTP routers, as the agent tells it; nothing of those it does not name."""
    with connection.cursor() as cursor:
        cursor.execute(_BLOCKED, [list(blocked), list(blocked.values()), Kind.SSTP.value])
        return [Change(schema, router, "blocked") for schema, router, is_more in cursor.fetchall() if is_more]


def _at(row: TunnelPeer, handshake: int, now: datetime) -> datetime | None:
    return min(datetime.fromtimestamp(handshake, UTC), now) if handshake else row.handshake_at


def _judged(row: TunnelPeer, at: datetime | None, now: datetime) -> tuple[Line, list[Change]]:
    before = Line(row.is_up, row.changed_at)
    line = handshakes.judged(before, at, now)
    news = [] if line is before else [Change(row.schema, row.router_id, "up" if line.is_up else "down")]
    return line, news


def _add(columns: Sequence[list[object]], row: TunnelPeer, told: Sequence[object]) -> None:
    for column, value in zip(columns, (row.pk, row.public_key, *told), strict=True):
        column.append(value)


def _write(columns: Sequence[list[object]], kind: Kind, now: datetime) -> None:
    if columns[0]:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [now, *columns, kind.value])


def say(
    state: str,
    text: str,
    *,
    peers: int,
    blocked: Mapping[str, int],
    now: datetime,
    public_key: str = "",
    certificate: str = "",
    kind: str = Kind.WIREGUARD,
) -> None:
    """What a hub says of itself."""
    TunnelHub.objects.update_or_create(
        kind=kind,
        defaults={
            "state": state, "text": text[:300], "public_key": public_key, "certificate": certificate, "peers": peers,
            "blocked": dict(blocked), "seen_at": now,
        },
    )  # fmt: skip


def state(now: datetime, *, silent: timedelta) -> tuple[str, TunnelHub | None]:
    """`ok`, or what is wrong with the WireGuard hub, and its row."""
    row = TunnelHub.objects.filter(kind=Kind.WIREGUARD).first()
    if row is None:
        return "the agent has never run", None
    if now - row.seen_at >= silent:
        return "the agent is silent", row
    return ("ok" if row.state == TunnelHub.State.RUNNING else row.text), row
