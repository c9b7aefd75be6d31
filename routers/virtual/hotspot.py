"""The hotspot: who is on the network, who may pass, when a session ends; pages are served elsewhere."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from routers.virtual import nas as radius
from routers.virtual import packets
from routers.virtual.device import Device
from routers.virtual.locals import limits_of, proves, seconds
from routers.virtual.nas import Nas, Secret
from routers.virtual.packets import Attribute, Packet
from routers.virtual.sessions import (
    NAS_REBOOT,
    USER_REQUEST,
    BadRate,
    Limits,
    Phone,
    Session,
    classes_of,
)
from routers.virtual.tree import Row
from routers.virtual.values import parse_time

WRONG = "invalid username or password"
SILENT = "RADIUS server is not responding"
NO_HOTSPOT = "no hotspot is running on this router"


@dataclass(frozen=True)
class Outcome:
    """What came of a login: the session, or the text the user reads."""

    session: Session | None
    error: str = ""

    @property
    def ok(self) -> bool:
        """Is the phone online now?"""
        return self.session is not None


@dataclass
class Cookie:
    """A remembered login; `token` is in the browser."""

    id: str
    user: str
    mac: str
    token: str
    secret: Secret
    until: float


class Hotspot:
    """Phones, sessions and cookies of one router."""

    def __init__(self, device: Device, nas: Nas) -> None:
        self.device = device
        self.nas = nas
        self.phones: dict[str, Phone] = {}
        self.sessions: list[Session] = []
        self.cookies: list[Cookie] = []
        self.logoff_url: Callable[[], str] = lambda: ""
        self._count = 0
        self._last = device.clock.seconds()

    def server(self) -> Row | None:
        """The running hotspot server; the virtual network has one bridge, so the first one counts."""
        with self.device.lock:
            return next(
                (dict(r) for r in self.device.tree.rows("/ip/hotspot") if r.get("disabled") != "true"), None
            )

    def profile(self) -> Row:
        """The profile of the running server, the default one when none runs."""
        server = self.server()
        name = server.get("profile", "default") if server else "default"
        return dict(self.device.tree.find("/ip/hotspot/profile", name=name) or {})

    def join(self, mac: str, name: str = "", *, moving: bool = False) -> Phone:
        """A phone appears on the network and gets the next address."""
        mac = mac.upper().replace("-", ":")
        with self.device.lock:
            phone = self.phones.get(mac)
            if phone is None:
                taken = {p.ip for p in self.phones.values()}
                ip = next(
                    a for n in range(10, 60_000) if (a := f"10.5.{50 + n // 250}.{n % 250 + 2}") not in taken
                )
                phone = Phone(mac, ip, name or f"phone {len(self.phones) + 1}", moving=moving)
                self.phones[mac] = phone
            phone.seen = self.device.clock.seconds()
        if "mac" in self.profile().get("login-by", "").split(",") and self.session_of(phone) is None:
            self.login_by_mac(phone)
        return phone

    def session_of(self, phone: Phone) -> Session | None:
        """The running session of a phone."""
        return next((s for s in self.sessions if s.phone is phone), None)

    def binding(self, phone: Phone) -> str:
        """regular, bypassed or blocked by /ip/hotspot/ip-binding; the first match counts."""
        for row in self.device.tree.rows("/ip/hotspot/ip-binding"):
            fits = row.get("mac-address", phone.mac) == phone.mac and row.get("address", phone.ip) == phone.ip
            if fits and row.get("disabled") != "true":
                return row.get("type", "regular")
        return "regular"

    def login_by_mac(self, phone: Phone) -> Outcome:
        """MAC authentication as the host appears."""
        profile = self.profile()
        whole = profile.get("mac-auth-mode") == "mac-as-username-and-password"
        password = phone.mac if whole else profile.get("mac-auth-password", "")
        return self.login(phone, phone.mac, Secret(password), "mac")

    def login(
        self, phone: Phone, user: str, secret: Secret, by: str, extra: Sequence[Attribute] = ()
    ) -> Outcome:
        """Let a phone in after asking local users, then RADIUS."""
        running = self.session_of(phone)
        if running is not None:
            return Outcome(running)
        server = self.server()
        if server is None:
            return Outcome(None, NO_HOTSPOT)
        if self.binding(phone) == "blocked" or not user:
            return Outcome(None, WRONG)
        with self.device.lock:
            self._count += 1
            session_id = f"80{self.device.boots % 16:x}{self._count % 0x100000:05x}"
        session = Session(session_id, phone, user, server["name"], by, 0.0, Limits())
        local = self.device.tree.find("/ip/hotspot/user", name=user)
        if local is not None and local.get("disabled") != "true":
            error = self._ask_local(session, local, secret)
        elif self.profile().get("use-radius") == "true":
            error = self._ask_radius(session, server, secret, extra)
        else:
            error = WRONG
        if not error:
            error = self._open(session)
        topics = "hotspot,info,debug"
        self.device.log(
            topics, f"{user} ({phone.ip}): " + (f"login failed: {error}" if error else "logged in")
        )
        return Outcome(None, error) if error else Outcome(session)

    def end(self, session: Session, cause: int, *, forget: bool = False) -> None:
        """End a session and account for it; `forget` also drops its cookies."""
        with self.device.lock:
            if session.over:
                return
            session.over = True
            self.sessions.remove(session)
            if forget:
                self.cookies = [c for c in self.cookies if c.mac != session.phone.mac]
        if self._accounts(session):
            self.nas.report(radius.STOP, session, self._about(session), cause)
        self.device.log(
            "hotspot,info,debug", f"{session.user} ({session.phone.ip}): logged out: cause {cause}"
        )

    def end_all(self) -> None:
        """The router goes down in an orderly way."""
        for session in list(self.sessions):
            self.end(session, NAS_REBOOT)

    def tick(self) -> None:
        """Let traffic pass, send interim records, end what is at its limit."""
        now = self.device.clock.seconds()
        passed, self._last = now - self._last, now
        for session in list(self.sessions):
            if session.phone.moving:
                self._move(session, passed, now)
            cause = session.end_cause(now)
            if cause is not None:
                self.end(session, cause)
            elif session.interim_due(now) and self._accounts(session):
                self.nas.report(radius.INTERIM, session, self._about(session))

    def _move(self, session: Session, passed: float, now: float) -> None:
        up, down = session.phone.appetite
        most_up, most_down = session.speed()
        up, down = min(up, most_up or up), min(down, most_down or down)
        session.move(int(up * passed), int(down * passed), now)

    def remember(self, session: Session, secret: Secret) -> str:
        """A browser cookie that logs the same phone in again; gives its token."""
        lifetime = (parse_time(self.profile().get("http-cookie-lifetime", "3d")) or 0) / 1_000
        until = self.device.clock.seconds() + lifetime
        with self.device.lock:
            self._count += 1
            token = secrets.token_hex(12)
            cookie = Cookie(f"*{self._count:X}", session.user, session.phone.mac, token, secret, until)
            self.cookies.append(cookie)
        return token

    def recall(self, phone: Phone, token: str) -> Outcome | None:
        """Log in by a remembered cookie, if it is still good."""
        now = self.device.clock.seconds()
        known = next(
            (c for c in self.cookies if c.mac == phone.mac and c.token == token and c.until > now), None
        )
        return None if known is None else self.login(phone, known.user, known.secret, "cookie")

    def _ask_local(self, session: Session, row: Row, secret: Secret) -> str:
        session.radius = False
        if not proves(secret, row.get("password", "")):
            return WRONG
        profile = self.device.tree.find("/ip/hotspot/user/profile", name=row.get("profile", "default")) or {}
        session.limits = limits_of(row, profile)
        return ""

    def _ask_radius(self, session: Session, server: Row, secret: Secret, extra: Sequence[Attribute]) -> str:
        logoff = packets.text(packets.LOGOFF_URL, self.logoff_url(), packets.WISPR)
        answer = self.nas.ask(self._about(session), secret, [logoff, *extra])
        if answer is None:
            return SILENT
        if answer.code != packets.ACCESS_ACCEPT:
            return answer.text(packets.REPLY_MESSAGE) or WRONG
        return self._grant(session, answer)

    def _grant(self, session: Session, answer: Packet) -> str:
        group = answer.text(packets.GROUP, packets.MIKROTIK)
        if group and self.device.tree.find("/ip/hotspot/user/profile", name=group) is None:
            return f"unknown user profile {group}"
        try:
            session.limits.learn(answer)
        except BadRate as bad:
            return f"RADIUS server sent a bad rate limit: {bad}"
        received = self.profile().get("radius-interim-update", "received")
        if received != "received":
            session.limits = replace(session.limits, interim=seconds(received))
        session.classes = classes_of(answer)
        return ""

    def _open(self, session: Session) -> str:
        with self.device.lock:
            shared = (self.device.tree.find("/ip/hotspot/user/profile", name="default") or {}).get(
                "shared-users"
            )
            most = session.limits.devices or (None if shared in (None, "unlimited") else int(shared))
            if most is not None and sum(s.user == session.user for s in self.sessions) >= most:
                return f"no more sessions are allowed for user {session.user}"
            session.started = session.last_traffic = self.device.clock.seconds()
            self.sessions.append(session)
        if self._accounts(session):
            self.nas.report(radius.START, session, self._about(session))
        return ""

    def _accounts(self, session: Session) -> bool:
        profile = self.profile()
        return session.radius and profile.get("radius-accounting") == "true"

    def _about(self, session: Session) -> list[Attribute]:
        server = self.server() or {}
        return [
            packets.number(packets.NAS_PORT_TYPE, self.nas.port_type(self.profile())),
            packets.text(packets.CALLING_STATION, session.phone.mac),
            packets.text(packets.CALLED_STATION, session.server),
            packets.text(packets.NAS_PORT_ID, server.get("interface", "bridge-lan")),
            packets.text(packets.USER_NAME, session.user),
            packets.number(packets.NAS_PORT, int(session.id, 16)),
            packets.text(packets.ACCT_SESSION_ID, session.id),
            packets.ip(packets.FRAMED_IP, session.phone.ip),
            packets.ip(packets.HOST_IP, session.phone.ip, packets.MIKROTIK),
        ]

    def logout(self, phone: Phone) -> bool:
        """The user says goodbye."""
        session = self.session_of(phone)
        if session is not None:
            self.end(session, USER_REQUEST)
        return session is not None
