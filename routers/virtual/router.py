"""One virtual router: all parts put together, switched on and off, kept over restarts in a file."""

import json
import os
import secrets
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Self

from routers.virtual import actions, firewall, pagefolders, safemode, views
from routers.virtual.console import Console
from routers.virtual.device import Device, Sent
from routers.virtual.doors import ApiDoor
from routers.virtual.factory import furnish
from routers.virtual.faults import Faults
from routers.virtual.hotspot import Hotspot, Outcome
from routers.virtual.incoming import Incoming
from routers.virtual.meters import Meters
from routers.virtual.nas import Nas, Secret
from routers.virtual.people import Codes, People
from routers.virtual.scheduler import Scheduler
from routers.virtual.session import ApiSession
from routers.virtual.sessions import Phone, Session
from routers.virtual.terminal import Terminal
from routers.virtual.traps import Trap
from routers.virtual.tree import Tree
from routers.virtual.upkeep import DOWN, Upkeep
from routers.virtual.web import Web

TICK = 0.1
SAVE_EVERY = 1.0


class VirtualRouter:
    """A MikroTik on a loopback address; ports of 0 are chosen by the system."""

    def __init__(
        self,
        address: str = "127.0.0.10",
        api_port: int = 0,
        http_port: int = 0,
        version: str = "7.20.8 (stable)",
        identity: str = "MikroTik",
        admin_password: str = "admin",
        state: str | Path | None = None,
        users: int = 0,
        codes: Codes | None = None,
        speed: float = 1.0,
        http_address: str = "",
    ) -> None:
        self.device = Device(address, version, speed)
        self.state = Path(state) if state else None
        if not self._load():
            furnish(self.device, identity, admin_password)
            self.device.serial = "HE" + secrets.token_hex(5).upper()
        self.device.boots += 1
        self.nas = Nas(self.device)
        self.hotspot = Hotspot(self.device, self.nas)
        self.incoming = Incoming(self.device, self.hotspot)
        self.door = ApiDoor(self.device, api_port)
        self.secure_door = ApiDoor(self.device, 8729, "api-ssl")
        for door in (self.door, self.secure_door):
            door.on_end.append(self._ended)
        self.web = Web(self.device, self.hotspot, http_port, http_address or address)
        self.scheduler = Scheduler(self.device)
        self.people = People(self.hotspot, users, codes)
        actions.install(self.device, self.hotspot, self.nas, self.incoming)
        views.install(self.device, self.hotspot, (self.door, self.secure_door))
        self.meters = Meters(self.device, self.hotspot)
        self.device.views.update(self.meters.views())
        self.upkeep = Upkeep(self.device, self.hotspot, self._restart)
        self.has_power = True
        self.device.on_change.append(partial(pagefolders.follow, self.device))
        self._stopping = threading.Event()
        self._ticker: threading.Thread | None = None
        self._saved = -1

    def start(self) -> Self:
        """Power on: open the doors, account for the boot, begin to live."""
        self.device.clock.lost = self.device.faults.clock_1970
        self.device.log("system,info", "router rebooted")
        try:
            self.door.start()
            self.secure_door.follow("/ip/service")
            self.web.start()
        except OSError:
            self._shut_doors()
            raise
        self.incoming.follow("/radius/incoming")
        self.nas.start()
        self.device.sstp.redial()
        self._ticker = threading.Thread(target=self._live, daemon=True, name="router")
        self._ticker.start()
        return self

    def stop(self) -> None:
        """Power off in good order: sessions end with their Stop, Accounting-Off follows, state is kept."""
        self._stopping.set()
        if self._ticker is not None:
            self._ticker.join(5)
        self.hotspot.end_all()
        self.nas.stop()
        self.incoming.stop()
        self._shut_doors()
        self.web.stop()
        self.save()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *why: object) -> None:
        self.stop()

    @property
    def address(self) -> str:
        """Where the router listens."""
        return self.device.address

    @property
    def api_port(self) -> int:
        """The port of the API service."""
        return self.door.port

    @property
    def secure_port(self) -> int:
        """The port of the API service by TLS."""
        return self.secure_door.port

    @property
    def http_port(self) -> int:
        """The port of the hotspot pages."""
        return self.web.port

    @property
    def faults(self) -> Faults:
        """Switch faults on and off here."""
        return self.device.faults

    @property
    def tree(self) -> Tree:
        """The configuration."""
        return self.device.tree

    @property
    def commands(self) -> list[Sent]:
        """What API clients asked for, in order."""
        return self.device.sent

    @property
    def sessions(self) -> list[Session]:
        """Sessions that run now."""
        return list(self.hotspot.sessions)

    def paste(self, text: str, user: str = "admin") -> str:
        """Run text as if pasted into a terminal; gives what it printed, an error ends it and comes last."""
        console = Console(self.device, self.device.caller(user, "console"))
        try:
            return console.execute(text)
        except Trap as trap:
            self.device.log("script,error", f"script error: {trap.message}")
            return "\n".join([*console.output, trap.message])

    def terminal(self, user: str = "admin") -> Terminal:
        """Open a terminal, into which lines are pasted as a person pastes them."""
        return Terminal(self.device, self.device.caller(user, "console"))

    def join(self, mac: str, name: str = "") -> Phone:
        """A phone joins the Wi-Fi."""
        return self.hotspot.join(mac, name)

    def login(self, phone: Phone, username: str, password: str, *, chap: bool = False) -> Outcome:
        """A phone logs in with PAP, or with CHAP as the login page would do it."""
        if not chap:
            return self.hotspot.login(phone, username, Secret(password), "http-pap")
        return self.hotspot.login(phone, username, Secret.answer(password), "http-chap")

    def logout(self, phone: Phone) -> bool:
        """A phone logs out; False when it was not online."""
        return self.hotspot.logout(phone)

    def wait(self, condition: Callable[[], bool], seconds: float = 5.0) -> bool:
        """Wait until a condition holds; for tests and rehearsals."""
        waiting = threading.Event()
        for _ in range(int(seconds / 0.02)):
            if condition():
                return True
            waiting.wait(0.02)
        return condition()

    def lose_power(self) -> None:
        """Power fails and comes back at once: no goodbye to anybody, safe mode is forgotten, what was written stays."""
        self._forget()
        for session in [*self.door.sessions, *self.secure_door.sessions]:
            session.close()
        self._boot()

    def power_off(self) -> None:
        """Power fails and stays away: no goodbye to anybody, and nothing answers until power_on."""
        self.has_power = False
        self._forget()
        self._shut_doors()
        self.incoming.stop()
        self.web.stop()

    def power_on(self) -> None:
        """Power is back: doors open where they were, and RADIUS is told that sessions from before are over."""
        self._boot()
        self.has_power = True
        self.door.start()
        self.secure_door.follow("/ip/service")
        self.web.start()
        self.incoming.follow("/radius/incoming")
        self.nas.boot()

    def _forget(self) -> None:
        self.device.safe_mode = None
        self.hotspot.sessions.clear()
        self.nas.forget()

    def _boot(self) -> None:
        self.device.boots += 1
        self.device.clock.restart()
        self.scheduler.boot()
        self.device.log("system,info", "router rebooted without proper shutdown, probably power outage")

    def save(self) -> None:
        """Write the state file, whole or not at all."""
        if self.state is None:
            return
        with self.device.lock:
            changes = self.tree.changes
            data = {"boots": self.device.boots, "serial": self.device.serial, "tree": self.tree.snapshot()}
        text = json.dumps(data, indent=1)
        fresh = self.state.with_name(self.state.name + ".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # it holds passwords
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
        fresh.replace(self.state)
        self._saved = changes

    def _load(self) -> bool:
        if self.state is None or not self.state.exists():
            return False
        data = json.loads(self.state.read_text(encoding="utf-8", errors="surrogateescape"))
        self.device.tree.restore(data["tree"])
        self.device.boots, self.device.serial = int(data["boots"]), str(data["serial"])
        return True

    def _live(self) -> None:
        since_save = 0.0
        while not self._stopping.wait(TICK):
            if not self.has_power:
                continue
            self.device.clock.lost = self.device.faults.clock_1970
            self.hotspot.tick()
            self.scheduler.tick()
            safemode.tick(self.device)
            self.people.step(self.device.clock.seconds())
            since_save += TICK
            if since_save >= SAVE_EVERY and self.tree.changes != self._saved:
                since_save = 0.0
                self.save()

    def _shut_doors(self) -> None:
        self.door.stop()
        self.secure_door.stop()

    def _restart(self) -> None:
        """Everything running is lost, doors are closed for a moment, and RAM files are gone."""
        self.hotspot.end_all()
        self._shut_doors()
        self.nas.restart()
        self.device.clock.restart()
        self.scheduler.boot()
        with self.device.lock:
            self.device.boots += 1
            if self.tree.find("/file", name="flash") is not None:
                for row in [r for r in self.tree.rows("/file") if not r["name"].startswith("flash")]:
                    self.tree.remove("/file", row)
        if not self._stopping.wait(DOWN):
            self.door.start()
            self.secure_door.follow("/ip/service")
            self.device.log("system,info", "router rebooted")

    def _ended(self, session: ApiSession) -> None:
        verdict = firewall.verdict(self.device, session.peer, "tcp", session.port, new=False)
        safemode.ended(self.device, session, heard=verdict == "accept")
