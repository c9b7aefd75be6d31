"""A phone's session: what it may use, what it used, when it is over; session time comes as an argument."""

from dataclasses import dataclass, field

from routers.virtual.packets import (
    CLASS,
    IDLE_TIMEOUT,
    INTERIM_INTERVAL,
    MIKROTIK,
    PORT_LIMIT,
    RATE_LIMIT,
    RECV_GIGAWORDS,
    RECV_LIMIT,
    SESSION_TIMEOUT,
    TOTAL_GIGAWORDS,
    TOTAL_LIMIT,
    XMIT_GIGAWORDS,
    XMIT_LIMIT,
    Packet,
)
from routers.virtual.values import RATE_LIMIT as RATE_GRAMMAR
from routers.virtual.values import parse_rate

USER_REQUEST, LOST_CARRIER, IDLE, SESSION_ENDED, ADMIN_RESET, NAS_REQUEST, NAS_REBOOT = 1, 2, 4, 5, 6, 10, 11


class BadRate(Exception):
    """A rate limit that is not written as RouterOS wants it."""


@dataclass
class Phone:
    """A device on the hotspot's network."""

    mac: str
    ip: str
    name: str
    seen: float = 0.0
    moving: bool = False
    appetite: tuple[int, int] = (60_000, 600_000)
    chap: tuple[int, bytes] | None = None


@dataclass
class Limits:
    """What RADIUS or a local user grants; None is no limit. Times in seconds, sizes in bytes."""

    seconds: int | None = None
    idle: int | None = None
    interim: int | None = None
    upload: int | None = None
    download: int | None = None
    total: int | None = None
    rate: str = ""
    devices: int | None = None

    def learn(self, packet: Packet) -> None:
        """Take over what an Accept or a CoA says; what it does not mention stays."""
        rate = packet.text(RATE_LIMIT, MIKROTIK)
        if rate is not None:
            if rate and not RATE_GRAMMAR.fullmatch(rate):
                raise BadRate(rate)
            self.rate = rate
        self.seconds = _some(packet.number(SESSION_TIMEOUT), self.seconds)
        self.idle = _some(packet.number(IDLE_TIMEOUT), self.idle)
        self.interim = _some(packet.number(INTERIM_INTERVAL), self.interim)
        self.devices = _some(packet.number(PORT_LIMIT), self.devices)
        self.upload = _some(_wide(packet, RECV_LIMIT, RECV_GIGAWORDS), self.upload)
        self.download = _some(_wide(packet, XMIT_LIMIT, XMIT_GIGAWORDS), self.download)
        self.total = _some(_wide(packet, TOTAL_LIMIT, TOTAL_GIGAWORDS), self.total)


def _some(fresh: int | None, old: int | None) -> int | None:
    return old if fresh is None else fresh


def _wide(packet: Packet, low: int, high: int) -> int | None:
    octets, gigawords = packet.number(low, MIKROTIK), packet.number(high, MIKROTIK)
    if octets is None and gigawords is None:
        return None
    return ((gigawords or 0) << 32) + (octets or 0)


@dataclass
class Session:
    """One login of one phone."""

    id: str
    phone: Phone
    user: str
    server: str
    login_by: str
    started: float
    limits: Limits
    radius: bool = True
    classes: tuple[bytes, ...] = ()
    upload: int = 0
    download: int = 0
    upload_packets: int = 0
    download_packets: int = 0
    last_traffic: float = 0.0
    reported: float = 0.0
    over: bool = False
    notes: dict[str, str] = field(default_factory=dict)

    def move(self, upload: int, download: int, now: float) -> None:
        """Bytes pass; packets are counted as of ordinary size."""
        if upload <= 0 and download <= 0:
            return
        self.upload += upload
        self.download += download
        self.upload_packets += upload // 400 + 1
        self.download_packets += download // 1_200 + 1
        self.last_traffic = now

    def speed(self) -> tuple[int, int]:
        """Allowed bytes per second up and down, 0 is unlimited."""
        if not self.limits.rate:
            return 0, 0
        up, down = parse_rate(self.limits.rate)
        return up // 8, down // 8

    def uptime(self, now: float) -> int:
        """Whole seconds since login."""
        return max(0, int(now - self.started))

    def end_cause(self, now: float) -> int | None:
        """Why the session must end now, if it must."""
        limits = self.limits
        if limits.seconds is not None and now - self.started >= limits.seconds:
            return SESSION_ENDED
        if limits.idle and now - self.last_traffic >= limits.idle:
            return IDLE
        used = ((limits.upload, self.upload), (limits.download, self.download))
        if any(limit and spent >= limit for limit, spent in used):
            return NAS_REQUEST
        if limits.total and self.upload + self.download >= limits.total:
            return NAS_REQUEST
        return None

    def interim_due(self, now: float) -> bool:
        """Is it time for an interim record?"""
        return bool(self.limits.interim) and now - self.reported >= (self.limits.interim or 0)


def classes_of(packet: Packet) -> tuple[bytes, ...]:
    """Class attributes, to be returned in accounting untouched."""
    return tuple(a.value for a in packet.attributes if a.kind == CLASS and not a.vendor)
