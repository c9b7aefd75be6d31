"""The SSTP hub's switchboard: whose call is whose, one for each router, and which packets pass between them and the kernel.

It knows lines (connections) by what they can do, and neither sockets nor the database.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import structlog

from kmikro.lib import mschap
from kmikro.lib.sstp import gate
from kmikro.lib.sstp.chap import Login, Person, user_of

log = structlog.get_logger("tenants.sstp_calls")
FORGOTTEN = 86_400.0  # seconds


class Line(Protocol):
    """A connection with a call on it."""

    @property
    def endpoint(self) -> str: ...

    @property
    def address(self) -> str:
        """Of the router that signed in."""
        ...

    @property
    def secret(self) -> bytes:
        """That it signed in with."""
        ...

    @property
    def heard_at(self) -> float: ...

    def pass_on(self, packet: bytes) -> bool:
        """Send it an IP packet; false when its line is full."""
        ...

    def hang_up(self, why: str) -> None: ...


@dataclass(slots=True)
class Tally:
    """What was seen of a router since the hub began."""

    endpoint: str = ""
    heard_at: float = 0.0
    received: int = 0
    sent: int = 0
    stray: int = 0
    strayed_at: float = 0.0

    def strays(self, now: float) -> int:
        """Packets to where it may not; forgotten, as by the firewall, when it has kept still for a day."""
        return self.stray if now - self.strayed_at < FORGOTTEN else 0


class Switchboard:
    """Routers that may sign in, and those that did."""

    def __init__(self, hub: str, write: Callable[[bytes], bool]) -> None:
        self._hub = gate.address_of(hub)
        self._write = write
        self._people: dict[str, Person] = {}
        self._passwords: dict[str, str] = {}
        self._lines: dict[bytes, Line] = {}
        self.tallies: dict[str, Tally] = {}
        self.dropped: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def known(self) -> int:
        return len(self._people)

    def find(self, name: str) -> Person | None:
        """Who signs in by this name."""
        return self._people.get(name)

    def admit(self, logins: Iterable[Login]) -> None:
        """These and no others may be here; a call of somebody else, or with an old password, ends now."""
        people, passwords = {}, {}
        for login in logins:
            name = user_of(login.address)
            known = self._people.get(name)
            if known is None or self._passwords[name] != login.password:
                nt = mschap.nt_hash(login.password.encode())
                assert nt is not None  # of a text there always is one
                known = Person(login.address, nt)
            people[name], passwords[name] = known, login.password
        self._people, self._passwords = people, passwords
        for line in list(self._lines.values()):
            person = people.get(user_of(line.address))
            if person is None or person.nt != line.secret:
                line.hang_up("it may not sign in any more")
        addresses = {each.address for each in people.values()}
        self.tallies = {each: tally for each, tally in self.tallies.items() if each in addresses}

    def opened(self, line: Line) -> None:
        """A call is up; one that the same router had before is not needed any more."""
        person = self._people.get(user_of(line.address))
        if person is None or person.nt != line.secret:
            line.hang_up("it may not sign in any more")
            return
        key = gate.address_of(line.address)
        before = self._lines.get(key)
        self._lines[key] = line
        if before is not None and before is not line:
            before.hang_up("the router made another call")
        self.tallies.setdefault(line.address, Tally())
        self.heard(line)
        log.info("call", address=line.address, endpoint=line.endpoint)

    def ended(self, line: Line, why: str) -> None:
        """A call that was up is over."""
        key = gate.address_of(line.address)
        if self._lines.get(key) is line:
            del self._lines[key]
        log.info("call-over", address=line.address, endpoint=line.endpoint, why=why)

    def heard(self, line: Line) -> None:
        """Something came from it."""
        tally = self.tallies.get(line.address)
        if tally is not None:
            tally.endpoint, tally.heard_at = line.endpoint, line.heard_at

    def arrived(self, line: Line, packets: Iterable[bytes]) -> None:
        """IP packets of a router: what may pass goes to the kernel."""
        tally = self.tallies.get(line.address)
        if tally is None or self._lines.get(own := gate.address_of(line.address)) is not line:
            return
        for packet in packets:
            tally.received += len(packet)
            passed, why = gate.from_router(packet, own, self._hub)
            if why:
                tally.stray, tally.strayed_at = tally.strays(line.heard_at) + 1, line.heard_at
                self.dropped[why] += 1
            elif not self._write(passed):
                self.dropped["unwritten"] += 1

    def leaving(self, packet: bytes) -> None:
        """A packet of the kernel for a router."""
        line = self._lines.get(gate.to_router(packet, self._hub))
        if line is None:
            self.dropped["unsent"] += 1
        elif line.pass_on(packet):
            tally = self.tallies.get(line.address)
            if tally is not None:
                tally.sent += len(packet)
        else:
            self.dropped["congested"] += 1
