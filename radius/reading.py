"""A checked packet as a question: attributes to the fields of an event, oddities named and never raised."""

from __future__ import annotations

from radius.attributes import number
from radius.credentials import Chap, MsChap
from radius.events import AccessRequest, AccountingRecord, Kind, Nas, Source
from radius.octets import spell
from radius.packet import VENDOR_SPECIFIC, Packet, vendor_attributes
from radius.seal import Seal
from radius.shape import Shape
from radius.usual import access_request as usual_request
from radius.usual import mac_of

_SINGLE = {
    number(name): name
    for name in (
        *("User-Name", "User-Password", "CHAP-Password", "NAS-IP-Address", "NAS-Port", "Service-Type"),
        *("Framed-IP-Address", "State", "Called-Station-Id", "Calling-Station-Id", "NAS-Identifier"),
        *("Acct-Status-Type", "Acct-Delay-Time", "Acct-Input-Octets", "Acct-Output-Octets"),
        *("Acct-Session-Id", "Acct-Session-Time", "Acct-Input-Packets", "Acct-Output-Packets"),
        *("Acct-Terminate-Cause", "Acct-Input-Gigawords", "Acct-Output-Gigawords", "Event-Timestamp"),
        *("CHAP-Challenge", "NAS-Port-Type", "NAS-Port-Id"),
    )
}
_KNOWN = frozenset(_SINGLE)
_CLASS, _PROXY_STATE, _EAP_MESSAGE = number("Class"), number("Proxy-State"), number("EAP-Message")
_MICROSOFT = 311
_MS_CHAP = {number(name): name for name in ("MS-CHAP-Challenge", "MS-CHAP-Response", "MS-CHAP2-Response")}
_PASSWORDS = ("User-Password", "CHAP-Password", "MS-CHAP-Response", "MS-CHAP2-Response")
_KINDS = {1: Kind.START, 2: Kind.STOP, 3: Kind.INTERIM, 7: Kind.ON, 8: Kind.OFF}
_CAUSES = (
    *("", "User-Request", "Lost-Carrier", "Lost-Service", "Idle-Timeout", "Session-Timeout", "Admin-Reset"),
    *("Admin-Reboot", "Port-Error", "NAS-Error", "NAS-Request", "NAS-Reboot", "Port-Unneeded"),
    *("Port-Preempted", "Port-Suspended", "Service-Unavailable", "Callback", "User-Error", "Host-Request"),
)
_NEAR = 3600.0  # seconds around the time of receipt in which a router's clock is believed
_LONGEST_DELAY = 86_400
_LONGEST_SESSION = 10 * 366 * 86_400
_LINE_RATE = 100_000_000_000 / 8 * 1.2  # octets per second no access router forwards for one person


class _Names:
    """What the places of one shape are called, when every name comes once and nothing is to be looked into."""

    __slots__ = ("classes", "names", "proxy_states")

    def __init__(self, kinds: tuple[int, ...]) -> None:
        self.names = tuple(_SINGLE.get(kind, "") for kind in kinds)
        self.classes = tuple(at for at, kind in enumerate(kinds) if kind == _CLASS)
        self.proxy_states = tuple(at for at, kind in enumerate(kinds) if kind == _PROXY_STATE)


def _names(shape: Shape) -> _Names | bool:
    names = [name for kind in shape.kinds if (name := _SINGLE.get(kind))]
    return (
        len(set(names)) == len(names)
        and not {_EAP_MESSAGE, VENDOR_SPECIFIC} & {*shape.kinds}
        and _Names(shape.kinds)
    )


class _Fields:
    """The attributes of one packet, each singleton once, with what was odd about them."""

    __slots__ = ("classes", "eap", "oddities", "proxy_states", "single")

    def __init__(self, packet: Packet) -> None:
        self.single: dict[str, bytes] = {}
        self.oddities: list[str] = []
        self.proxy_states: list[bytes] = []
        self.classes: list[bytes] = []
        self.eap: bytes | None = None
        shape, values = packet.shape, packet.values
        if shape is not None:
            if shape.record is None:
                shape.record = _names(shape)
            if known := shape.record:
                self.single = dict(zip(known.names, values, strict=True))
                self.classes = [values[at] for at in known.classes]
                self.proxy_states = [values[at] for at in known.proxy_states]
                return
        for kind, value in packet.attributes:
            if name := _SINGLE.get(kind):
                self._put(name, value)
            elif kind == _PROXY_STATE:
                self.proxy_states.append(value)
            elif kind == _CLASS:
                self.classes.append(value)
            elif kind == _EAP_MESSAGE:
                self.eap = (self.eap or b"") + value
            elif kind == VENDOR_SPECIFIC:
                for vendor, inner, octets in vendor_attributes(value):
                    if vendor == _MICROSOFT and inner in _MS_CHAP:
                        self._put(_MS_CHAP[inner], octets)

    def _put(self, name: str, value: bytes) -> None:
        if name in self.single:
            self.oddities.append(f"duplicate:{name}")
        else:
            self.single[name] = value

    def octets(self, name: str) -> bytes:
        return self.single.get(name, b"")

    def text(self, name: str) -> str:
        value = self.single.get(name)
        return spell(value) if value else ""

    def whole(self, name: str) -> int | None:
        value = self.single.get(name)
        if value is None:
            return None
        if len(value) != 4:
            self.oddities.append(f"malformed:{name}")
            return None
        return int.from_bytes(value, "big")

    def address(self, name: str) -> str:
        value = self.single.get(name)
        if value is None:
            return ""
        if len(value) != 4:
            self.oddities.append(f"malformed:{name}")
            return ""
        return ".".join(map(str, value))

    def mac(self) -> str:
        return mac_of(self.single.get("Calling-Station-Id", b""))


def _password(fields: _Fields, packet: Packet, seal: Seal) -> bytes | None:
    hidden = fields.single.get("User-Password")
    if hidden is None:
        return None
    password = seal.reveal(hidden, packet.authenticator)
    if password is None:
        fields.oddities.append("malformed:User-Password")
    return password


def _chap(fields: _Fields, packet: Packet) -> Chap | None:
    value = fields.single.get("CHAP-Password")
    if value is None:
        return None
    if len(value) != 17:
        fields.oddities.append("malformed:CHAP-Password")
        return None
    challenge = fields.single.get("CHAP-Challenge") or packet.authenticator
    return Chap(value[0], value[1:], challenge)


def _ms_chap(fields: _Fields) -> MsChap | None:
    """An answer of exactly the lengths of RFC 2548, sections 2.1.3 and 2.3.2; LM answers are no answers."""
    challenge = fields.octets("MS-CHAP-Challenge")
    second, first = fields.single.get("MS-CHAP2-Response"), fields.single.get("MS-CHAP-Response")
    value, version, length = (second, 2, 16) if second is not None else (first, 1, 8)
    if value is None:
        return None
    if len(value) != 50 or len(challenge) != length:
        fields.oddities.append("malformed:MS-CHAP")
        return None
    if version == 1 and value[1] != 1:
        fields.oddities.append("unsupported:LM")
        return None
    return MsChap(version, value[0], challenge, value[26:], value[2:18] if version == 2 else b"")


def access_request(packet: Packet, nas: Nas, source: Source, seal: Seal) -> AccessRequest:
    """What a router asks when somebody wants in (RFC 2865, section 4.1)."""
    usual = usual_request(packet, nas, source, seal, _KNOWN)
    return usual if usual is not None else read_access(packet, nas, source, seal)


def read_access(packet: Packet, nas: Nas, source: Source, seal: Seal) -> AccessRequest:
    """The long way, which looks for all that may be odd."""
    fields = _Fields(packet)
    password, chap, ms_chap = _password(fields, packet, seal), _chap(fields, packet), _ms_chap(fields)
    single = fields.single
    if len(single.keys() & _PASSWORDS) + (fields.eap is not None) > 1:
        fields.oddities.append("both_passwords")
    elif fields.eap is not None and not nas.allow_eap:
        fields.oddities.append("unsupported:EAP")
    if "User-Name" not in single:
        fields.oddities.append("missing:User-Name")
    if "NAS-Identifier" not in single and "NAS-IP-Address" not in single:
        fields.oddities.append("missing:NAS-Identifier")
    fields.address("NAS-IP-Address")
    fields.whole("NAS-Port")
    return AccessRequest(
        nas=nas,
        identifier=packet.identifier,
        authenticator=packet.authenticator,
        source=source,
        username=fields.octets("User-Name"),
        password=password,
        chap=chap,
        mac=fields.mac(),
        framed_ip=fields.address("Framed-IP-Address"),
        called=fields.text("Called-Station-Id"),
        nas_identifier=fields.text("NAS-Identifier"),
        nas_port_id=fields.text("NAS-Port-Id"),
        nas_port_type=fields.whole("NAS-Port-Type"),
        session_id=fields.text("Acct-Session-Id"),
        service_type=fields.whole("Service-Type"),
        state=fields.single.get("State"),
        proxy_states=tuple(fields.proxy_states),
        has_message_auth=packet.seal_at is not None,
        oddities=tuple(fields.oddities),
        ms_chap=ms_chap,
        eap=fields.eap,
    )


def _event_time(fields: _Fields, received_at: float) -> tuple[float, int]:
    """When it happened (RFC 2866, 5.2; RFC 2869, 5.3): the router's own time only while it is plausible."""
    delay = fields.whole("Acct-Delay-Time") or 0
    if delay > _LONGEST_DELAY:
        fields.oddities.append("absurd_delay")
    happened = received_at - min(delay, _LONGEST_DELAY)
    stamp = fields.whole("Event-Timestamp")
    if stamp is not None:
        if abs(stamp - happened) <= _NEAR:
            return float(stamp), delay
        fields.oddities.append("event_time_ignored")
    return happened, delay


def accounting_record(packet: Packet, nas: Nas, source: Source, received_at: float) -> AccountingRecord:
    """What a router tells of a session, gigawords folded in (RFC 2866; RFC 2869, section 5.1)."""
    fields = _Fields(packet)
    status = fields.whole("Acct-Status-Type")
    kind = _KINDS.get(status or 0, Kind.OTHER)
    if status is None:
        fields.oddities.append("missing:Acct-Status-Type")
    session_id = fields.text("Acct-Session-Id")
    if not session_id and kind not in (Kind.ON, Kind.OFF):
        fields.oddities.append("missing:Acct-Session-Id")
    event_at, delay = _event_time(fields, received_at)
    seconds = fields.whole("Acct-Session-Time") or 0
    upload = (fields.whole("Acct-Input-Gigawords") or 0) << 32 | (fields.whole("Acct-Input-Octets") or 0)
    download = (fields.whole("Acct-Output-Gigawords") or 0) << 32 | (fields.whole("Acct-Output-Octets") or 0)
    if seconds > _LONGEST_SESSION:
        fields.oddities.append("absurd_session_time")
    elif max(upload, download) > max(seconds, 60) * _LINE_RATE:
        fields.oddities.append("absurd_counters")
    cause = fields.whole("Acct-Terminate-Cause") or 0
    single = fields.single
    gigawords: bool | None = "Acct-Input-Gigawords" in single or "Acct-Output-Gigawords" in single
    if not gigawords and "Acct-Input-Octets" not in single and "Acct-Output-Octets" not in single:
        gigawords = None
    return AccountingRecord(
        nas.schema,
        nas.router_id,
        nas.address,
        packet.identifier,
        packet.authenticator,
        source,
        kind,
        session_id,
        fields.octets("User-Name"),
        fields.mac(),
        fields.address("Framed-IP-Address"),
        fields.text("Called-Station-Id"),
        upload,
        download,
        fields.whole("Acct-Input-Packets") or 0,
        fields.whole("Acct-Output-Packets") or 0,
        seconds,
        _CAUSES[cause] if cause < len(_CAUSES) else str(cause),
        event_at,
        received_at,
        fields.classes[0] if fields.classes else b"",
        delay,
        tuple(fields.oddities),
        tuple(fields.proxy_states),
        fields.text("NAS-Port-Id"),
        gigawords,
    )
