"""An Accept in the words of RouterOS. The one place that knows that `rx` is the subscriber's upload."""

from __future__ import annotations

from radius.credentials import Link, Proof
from radius.events import Accept

Attribute = tuple[str, int | str | bytes]

_LONGEST = 0x7FFF_FFFF  # seconds; larger ones are read as negative by some releases
_INTERIM = range(60, 601)


def rate(bps: int) -> str:
    """A speed as RouterOS writes it, k being 1,000 and M 1,000,000; 0 is unlimited."""
    if bps and bps % 1_000_000 == 0:
        return f"{bps // 1_000_000}M"
    if bps and bps % 1_000 == 0:
        return f"{bps // 1_000}k"
    return str(max(bps, 0))


def rate_limit(*, upload_bps: int, download_bps: int) -> str:
    """`rx/tx`, seen from the router: what it receives from the subscriber is the subscriber's upload."""
    return f"{rate(upload_bps)}/{rate(download_bps)}"


def plan_attributes(*, upload_bps: int, download_bps: int, interim_seconds: int) -> list[Attribute]:
    """What every subscriber of a plan is told alike; encoded once and kept as a template."""
    interim = min(max(interim_seconds, _INTERIM[0]), _INTERIM[-1])
    attributes: list[Attribute] = [("Acct-Interim-Interval", interim)]
    if upload_bps or download_bps:
        limit = rate_limit(upload_bps=upload_bps, download_bps=download_bps)
        attributes.append(("Mikrotik-Rate-Limit", limit))
    return attributes


def change_attributes(*, upload_bps: int, download_bps: int) -> list[Attribute]:
    """What a live session is told when its plan's speed changed (CoA).

    Unlike an Accept it says 'unlimited' too (`0/0`): silence would leave the old limit. A CoA cannot move a
    session to another address or list, and what the limits of time and data mean in one is not documented.
    """
    return [("Mikrotik-Rate-Limit", rate_limit(upload_bps=upload_bps, download_bps=download_bps))]


def personal_attributes(accept: Accept) -> list[Attribute]:
    """What only this subscriber is told now. A limit of 0 means 'none' to RouterOS, so it is never sent."""
    attributes: list[Attribute] = []
    if accept.session_timeout is not None:
        if accept.session_timeout < 1:
            raise ValueError("A session without time left is refused, not accepted.")
        attributes.append(("Session-Timeout", min(accept.session_timeout, _LONGEST)))
    if accept.data_left is not None:
        if accept.data_left < 1:
            raise ValueError("A session without data left is refused, not accepted.")
        gigawords, octets = divmod(accept.data_left, 1 << 32)
        if gigawords and not octets:  # so that neither half alone can be read as 'no limit'
            gigawords, octets = gigawords - 1, 0xFFFF_FFFF
        attributes.append(("Mikrotik-Total-Limit", octets))
        if gigawords:
            attributes.append(("Mikrotik-Total-Limit-Gigawords", min(gigawords, 0xFFFF_FFFF)))
    if accept.devices:
        attributes.append(("Port-Limit", accept.devices))
    attributes.append(("Class", accept.class_))
    return attributes


def attributes(accept: Accept) -> list[Attribute]:
    """All that is said in an Accept, for the record of the attempt."""
    plan = plan_attributes(
        upload_bps=accept.upload_bps,
        download_bps=accept.download_bps,
        interim_seconds=accept.interim_seconds,
    )
    return plan + personal_attributes(accept) + hidden_attributes(accept.proof, accept.link)


def hidden_attributes(proof: Proof | None, link: Link | None) -> list[Attribute]:
    """What an MS-CHAP answer or a tunnel adds, by name alone: the values are nobody's business but the client's."""
    names = ["MS-CHAP2-Success"] if proof and proof.success else []
    names += ["MS-MPPE-Send-Key", "MS-MPPE-Recv-Key"] if link or (proof and proof.keys) else []
    names += ["MS-CHAP-MPPE-Keys"] if proof and proof.v1_keys else []
    return [(name, "not kept") for name in names]
