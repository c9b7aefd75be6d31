"""What is answered first when more is asked than can be answered: conversations that are half done."""

from __future__ import annotations

from radius.sockets import Datagram

LATE = 0.3  # seconds that a datagram may have waited before order matters
_STATE = 24


def in_order(batch: list[Datagram], now: float) -> list[Datagram]:
    """A batch as it came, or, when its oldest has waited, those that carry State first (RFC 5080, section 2.2.3).

    Who is in the middle of a conversation has cost both sides work already. `now` in unix seconds.
    """
    if len(batch) > 1 and now - batch[0].received_at > LATE:
        batch.sort(key=_begins)
    return batch


def _begins(datagram: Datagram) -> bool:
    """Does no State say that this goes on with something? Octets of strangers are walked without belief."""
    octets, at = datagram.octets, 20
    while at + 1 < len(octets):
        if octets[at] == _STATE:
            return False
        if octets[at + 1] < 2:
            break
        at += octets[at + 1]
    return True
