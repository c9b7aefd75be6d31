"""An Access-Request of a shape in which nothing can be odd, read by its places alone.

`radius.reading` says what a request means; here is the short way to the same for the shapes routers send all day. A
shape that may carry anything odd, another password than PAP, CHAP or MS-CHAPv2, or a Proxy-State takes the long way.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from operator import itemgetter
from typing import Any

from kmikro.lib import macs
from radius.attributes import number
from radius.credentials import Chap, MsChap
from radius.events import AccessRequest, Nas, Source
from radius.octets import spell
from radius.packet import VENDOR_SPECIFIC, Packet
from radius.seal import LONGEST_PAP, Seal
from radius.shape import Shape

_USER, _PAP, _CHAP, _STATE = map(number, ("User-Name", "User-Password", "CHAP-Password", "State"))
_READ = (
    *(_USER, _PAP, _CHAP, number("CHAP-Challenge"), number("Calling-Station-Id")),
    *map(
        number, ("Framed-IP-Address", "Called-Station-Id", "NAS-Identifier", "NAS-Port-Id", "NAS-Port-Type")
    ),
    *(number("Acct-Session-Id"), number("Service-Type"), _STATE),
)
_NUMBERS = frozenset(
    map(number, ("NAS-IP-Address", "NAS-Port", "Framed-IP-Address", "NAS-Port-Type", "Service-Type"))
)
_ROUTER = frozenset(map(number, ("NAS-IP-Address", "NAS-Identifier")))
_UNUSUAL = frozenset(map(number, ("Proxy-State", "EAP-Message")))
_MICROSOFT = b"\x00\x00\x01\x37"
# Microsoft's challenge of 16 octets and answer of 50 (RFC 2548, section 2.3), each alone in its Vendor-Specific.
_ASKED, _ASKED_SIZE = _MICROSOFT + bytes((number("MS-CHAP-Challenge"), 18)), 22
_ANSWERED, _ANSWERED_SIZE = _MICROSOFT + bytes((number("MS-CHAP2-Response"), 52)), 56
_USUAL_MAC = re.compile(rb"[0-9A-F]{2}:[0-9A-F]{2}:[0-9A-F]{2}:[0-9A-F]{2}:[0-9A-F]{2}:[0-9A-F]{2}")
_spell_again = lru_cache(maxsize=4096)(spell)  # what a router says of itself, it says every time


def mac_of(value: bytes) -> str:
    """AA:BB:CC:DD:EE:FF when it is a MAC in any spelling, else spelled as it was sent."""
    if _USUAL_MAC.fullmatch(value):
        return value.decode()
    return macs.normalise(value.decode("ascii", "replace")) or spell(value)


class _Places:
    """Where in a packet of one shape the values lie that we read; `vendors` are those that might be Microsoft's."""

    __slots__ = ("has_password", "pick", "vendors")

    def __init__(self, kinds: tuple[int, ...]) -> None:
        self.has_password = _PAP in kinds or _CHAP in kinds
        self.pick = itemgetter(*(kinds.index(each) if each in kinds else 0 for each in _READ))
        self.vendors = tuple(at for at, kind in enumerate(kinds) if kind == VENDOR_SPECIFIC)


def _places(shape: Shape, values: tuple[bytes, ...], known: frozenset[int]) -> _Places | bool:
    """The places, or False when the long way has to look what is odd; `known` may come once."""
    kinds, sizes = shape.kinds, dict(zip(shape.kinds, map(len, values), strict=True))
    counts = Counter(kinds)
    usual = (
        all(counts[each] < 2 for each in known)
        and not counts.keys() & _UNUSUAL
        and _USER in counts
        and bool(counts.keys() & _ROUTER)
        and counts[_PAP] + counts[_CHAP] + (counts[VENDOR_SPECIFIC] > 1) >= 1
        and counts[_PAP] + counts[_CHAP] <= 1
        and (_PAP not in sizes or sizes[_PAP] in range(16, LONGEST_PAP + 1, 16))
        and sizes.get(_CHAP, 17) == 17
        and all(sizes.get(each, 4) == 4 for each in _NUMBERS)
        and sizes.get(_STATE, 1) > 0
    )
    return usual and _Places(kinds)


def access_request(
    packet: Packet, nas: Nas, source: Source, seal: Seal, known: frozenset[int]
) -> AccessRequest | None:
    """The request; None when it is not usual. `known` are the attributes that may come once."""
    shape, values = packet.shape, packet.values
    if shape is None:
        return None
    places: Any = shape.access
    if places is None:
        places = shape.access = _places(shape, values, known)
    if not places:
        return None
    ms_chap: MsChap | None = None
    if not places.has_password:
        ms_chap = _ms_chap([values[at] for at in places.vendors])
        if ms_chap is None:
            return None
    else:
        for at in places.vendors:
            if values[at].startswith(_MICROSOFT):
                return None
    username, hidden, answer, challenge, mac, framed, called, nas_identifier, *rest = places.pick(values)
    port_id, port_type, session_id, service_type, state = rest
    octets = packet.octets
    authenticator = octets[4:20]
    return AccessRequest(
        nas,
        octets[1],
        authenticator,
        source,
        username,
        seal.reveal(hidden, authenticator) if hidden else None,
        Chap(answer[0], answer[1:], challenge or authenticator) if answer else None,
        mac_of(mac),
        ".".join(map(str, framed)) if framed else "",
        _spell_again(called),
        _spell_again(nas_identifier),
        _spell_again(port_id),
        int.from_bytes(port_type, "big") if port_type else None,
        spell(session_id),
        int.from_bytes(service_type, "big") if service_type else None,
        state or None,
        (),
        packet.seal_at is not None,
        (),
        ms_chap,
    )


def _ms_chap(vendors: list[bytes]) -> MsChap | None:
    """The answer when there is just one challenge and one answer, each laid out as usual."""
    asked = answered = None
    for value in vendors:
        if value.startswith(_ASKED) and len(value) == _ASKED_SIZE and asked is None:
            asked = value
        elif value.startswith(_ANSWERED) and len(value) == _ANSWERED_SIZE and answered is None:
            answered = value
        elif value.startswith(_MICROSOFT):
            return None
    if asked is None or answered is None:
        return None
    return MsChap(2, answered[6], asked[6:], answered[32:], answered[8:24])
