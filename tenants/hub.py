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
from kmikro.lib.wireguard import Peer, Seen
from tenants.models import TunnelHub, TunnelPeer
from tenants.models import TunnelKind as Kind

Stamp = tuple[object, ...]
_WRITE = """
    UPDATE tenants_tunnelpeer AS t SET endpoint = n.endpoint, handshake_at = n.handshake_at,
        received_bytes = n.received, sent_bytes = n.sent, blocked_packets = n.blocked, is_up = n.is_up,
        changed_at = n.changed_at, seen_at = %s
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::boolean[], %s::timestamptz[])
        AS n(id, public_key, endpoint, handshake_at, received, sent, blocked, is_up, changed_at)
    WHERE t.id = n.id AND t.released_at IS NULL AND t.public_key = n.public_key
"""


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


def report(seen: Iterable[Seen], blocked: Mapping[str, int], *, now: datetime) -> list[Change]:
    """Keep what the hub saw of its peers; gives what is news. Rows of which nothing has changed are not written."""
    by_key = {each.public_key: each for each in seen}
    rows = TunnelPeer.objects.filter(released_at=None, public_key__in=list(by_key)).defer("preshared_key")
    columns: list[list[object]] = [[] for _ in range(9)]
    changes = []
    for row in rows:
        found, packets = by_key[row.public_key], blocked.get(row.address, 0)
        at = row.handshake_at
        if found.handshake:
            at = min(datetime.fromtimestamp(found.handshake, UTC), now)
        before = Line(row.is_up, row.changed_at)
        line = handshakes.judged(before, at, now)
        if line is not before:
            changes.append(Change(row.schema, row.router_id, "up" if line.is_up else "down"))
        if packets > row.blocked_packets:
            changes.append(Change(row.schema, row.router_id, "blocked"))
        told = (found.endpoint, at, found.received, found.sent, packets, line.is_up, line.since)
        known = (
            row.endpoint, row.handshake_at, row.received_bytes, row.sent_bytes, row.blocked_packets, row.is_up,
            row.changed_at,
        )  # fmt: skip
        if told != known:
            for column, value in zip(columns, (row.pk, row.public_key, *told), strict=True):
                column.append(value)
    if columns[0]:
        _write(columns, now)
    return changes


def _write(columns: Sequence[list[object]], now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [now, *columns])


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
