"""An Accept and a change in the words of RouterOS. The one place that knows that `rx` is the subscriber's upload."""

from __future__ import annotations

from kmikro.lib import prefixes
from radius.credentials import Link, Proof
from radius.events import Accept
from radius.terms import PLAIN, Addresses, Extras

Attribute = tuple[str, int | str | bytes]

_LONGEST = 0x7FFF_FFFF  # seconds; larger ones are read as negative by some releases
_INTERIM = range(60, 601)
_USUAL_PRIORITY = 8


def rate(bps: int) -> str:
    """A speed as RouterOS writes it, k being 1,000 and M 1,000,000; 0 is unlimited."""
    if bps and bps % 1_000_000 == 0:
        return f"{bps // 1_000_000}M"
    if bps and bps % 1_000 == 0:
        return f"{bps // 1_000}k"
    return str(max(bps, 0))


def _pair(upload_bps: int, download_bps: int) -> str:
    return f"{rate(upload_bps)}/{rate(download_bps)}"


def rate_limit(*, upload_bps: int, download_bps: int, extras: Extras = PLAIN) -> str:
    """`rx/tx`, seen from the router: what it receives from the subscriber is the subscriber's upload.

    With burst, priority or a guarantee it goes on `burst threshold seconds priority minimum`; a burst under the
    speed itself, or of a speed that has no limit, is none. (RouterOS 7 manual, RADIUS, Mikrotik-Rate-Limit.)
    """
    limit, told = _pair(upload_bps, download_bps), extras
    up = told.burst_upload_bps if 0 < upload_bps < told.burst_upload_bps else 0
    down = told.burst_download_bps if 0 < download_bps < told.burst_download_bps else 0
    least = _pair(told.guaranteed_upload_bps, told.guaranteed_download_bps) if _guaranteed(told) else ""
    if not (up or down or least or told.priority != _USUAL_PRIORITY):
        return limit
    seconds = max(told.burst_seconds, 1) if up or down else 0
    threshold = _pair(
        (told.burst_threshold_upload_bps or upload_bps) if up else 0,
        (told.burst_threshold_download_bps or download_bps) if down else 0,
    )
    parts = [limit, _pair(up, down), threshold, f"{seconds}/{seconds}"]
    if least or told.priority != _USUAL_PRIORITY:
        parts.append(str(told.priority))
    return " ".join([*parts, least] if least else parts)


def _guaranteed(told: Extras) -> bool:
    return bool(told.guaranteed_upload_bps or told.guaranteed_download_bps)


def plan_attributes(
    *, upload_bps: int, download_bps: int, interim_seconds: int, extras: Extras = PLAIN
) -> list[Attribute]:
    """What every subscriber of a plan is told alike; encoded once and kept as a template.

    At a router's own login there is no accounting.
    """
    attributes: list[Attribute] = []
    if not extras.group:
        attributes.append(("Acct-Interim-Interval", min(max(interim_seconds, _INTERIM[0]), _INTERIM[-1])))
    if upload_bps or download_bps:
        limit = rate_limit(upload_bps=upload_bps, download_bps=download_bps, extras=extras)
        attributes.append(("Mikrotik-Rate-Limit", limit))
    attributes += _idle(extras)
    named = (("Mikrotik-Address-List", extras.address_list), ("Framed-Pool", extras.pool))
    attributes += [(name, value) for name, value in (*named, ("Mikrotik-Group", extras.group)) if value]
    return attributes


def change_attributes(*, upload_bps: int, download_bps: int, extras: Extras = PLAIN) -> list[Attribute]:
    """What a live session is told when its speed changed (CoA).

    Unlike an Accept it says 'unlimited' too (`0/0`): silence would leave the old limit. A CoA cannot move a
    session to another pool, address or list (`radius.standing` ends it then), and what the limits of time and data
    mean in one is not documented.
    """
    limit = rate_limit(upload_bps=upload_bps, download_bps=download_bps, extras=extras)
    return [("Mikrotik-Rate-Limit", limit), *_idle(extras)]


def _idle(extras: Extras) -> list[Attribute]:
    return [("Idle-Timeout", min(extras.idle_seconds, _LONGEST))] if extras.idle_seconds else []


def personal_attributes(accept: Accept) -> list[Attribute]:
    """What only this subscriber is told now. A limit of 0 means 'none' to RouterOS, so it is never sent."""
    attributes: list[Attribute] = []
    if accept.session_timeout is not None:
        if accept.session_timeout < 1:
            raise ValueError("A session without time left is refused, not accepted.")
        attributes.append(("Session-Timeout", min(accept.session_timeout, _LONGEST)))
    attributes += _octets_left("Mikrotik-Total-Limit", accept.data_left)
    if accept.upload_left is not None or accept.download_left is not None:
        attributes += _octets_left(
            "Mikrotik-Recv-Limit", accept.upload_left
        )  # the router receives the upload
        attributes += _octets_left("Mikrotik-Xmit-Limit", accept.download_left)
    if accept.devices:
        attributes.append(("Port-Limit", accept.devices))
    if accept.class_:
        attributes.append(("Class", accept.class_))
    return attributes


def _octets_left(name: str, left: int | None) -> list[Attribute]:
    if left is None:
        return []
    if left < 1:
        raise ValueError("A session without data left is refused, not accepted.")
    gigawords, octets = divmod(left, 1 << 32)
    if gigawords and not octets:  # so that neither half alone can be read as 'no limit'
        gigawords, octets = gigawords - 1, 0xFFFF_FFFF
    attributes: list[Attribute] = [(name, octets)]
    if gigawords:
        attributes.append((f"{name}-Gigawords", min(gigawords, 0xFFFF_FFFF)))
    return attributes


def address_attributes(addresses: Addresses) -> list[Attribute]:
    """What a service is given for itself: Framed-IP-Address, and prefixes of IPv6 for PPP."""
    if not addresses:
        return []
    framed_ip, framed_prefix, delegated_prefix = addresses
    attributes: list[Attribute] = [("Framed-IP-Address", framed_ip)] if framed_ip else []
    if framed_prefix:
        attributes.append(("Framed-IPv6-Prefix", prefixes.octets(framed_prefix)))
    if delegated_prefix:
        attributes.append(("Delegated-IPv6-Prefix", prefixes.octets(delegated_prefix)))
    return attributes


def attributes(accept: Accept) -> list[Attribute]:
    """All that is said in an Accept, for the record of the attempt."""
    plan = plan_attributes(
        upload_bps=accept.upload_bps,
        download_bps=accept.download_bps,
        interim_seconds=accept.interim_seconds,
        extras=accept.extras,
    )
    hidden = hidden_attributes(accept.proof, accept.link)
    return [*plan, *personal_attributes(accept), *address_attributes(accept.addresses), *hidden]


def hidden_attributes(proof: Proof | None, link: Link | None) -> list[Attribute]:
    """What an MS-CHAP answer or a tunnel adds, by name alone: the values are nobody's business but the client's."""
    names = ["MS-CHAP2-Success"] if proof and proof.success else []
    names += ["MS-MPPE-Send-Key", "MS-MPPE-Recv-Key"] if link or (proof and proof.keys) else []
    names += ["MS-CHAP-MPPE-Keys"] if proof and proof.v1_keys else []
    return [(name, "not kept") for name in names]
