"""Virtual users who live a little: log in with codes, stay, log out, come back."""

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from routers.virtual.hotspot import Hotspot
from routers.virtual.nas import Secret
from routers.virtual.sessions import Phone

Codes = Callable[[], Sequence[str]]
_NAMES = [
    "Amina",
    "Baraka",
    "Chao",
    "Diego",
    "Elif",
    "Farah",
    "Grace",
    "Hasan",
    "Imani",
    "Juma",
    "Kamau",
    "Leila",
    "Musa",
    "Neema",
    "Omar",
    "Paula",
]
STAY = (300.0, 3_600.0)
AWAY = (20.0, 240.0)
REST_AFTER_REFUSAL = 60.0


@dataclass
class _Plan:
    """What a phone does next, in session time."""

    at: float = 0.0
    code: str = ""


class People:
    """N phones on the network; with codes they come and go by themselves."""

    def __init__(self, hotspot: Hotspot, count: int, codes: Codes | None) -> None:
        self.hotspot = hotspot
        self.codes = codes
        self.random = random.Random(count)
        self.plans: dict[str, _Plan] = {}
        self.refused: set[str] = set()
        self._busy = threading.Lock()
        for number in range(count):
            name = _NAMES[number % len(_NAMES)] + (
                "" if number < len(_NAMES) else f" {number // len(_NAMES) + 1}"
            )
            phone = hotspot.join(f"02:AA:00:00:{number >> 8:02X}:{number & 255:02X}", name, moving=True)
            phone.appetite = (self.random.randrange(8_000, 60_000), self.random.randrange(60_000, 600_000))
            self.plans[phone.mac] = _Plan(at=self.random.uniform(0, 15))

    def step(self, now: float) -> None:
        """One look at everybody; at most one step at a time runs, a slow server delays people, not the router."""
        if self.codes is None or all(plan.at > now for plan in self.plans.values()):
            return
        if self.hotspot.server() is None or not self._busy.acquire(blocking=False):
            return
        threading.Thread(target=self._step, args=(now,), daemon=True, name="people").start()

    def _step(self, now: float) -> None:
        try:
            for mac, plan in self.plans.items():
                if plan.at <= now:
                    self._act(self.hotspot.phones[mac], plan, now)
        finally:
            self._busy.release()

    def _act(self, phone: Phone, plan: _Plan, now: float) -> None:
        if self.hotspot.session_of(phone) is not None:
            self.hotspot.logout(phone)
            plan.at = now + self.random.uniform(*AWAY)
            return
        code = self._code(plan)
        if not code:
            plan.at = now + REST_AFTER_REFUSAL
            return
        outcome = self.hotspot.login(phone, code, Secret(code), "http-pap")
        if outcome.ok:
            plan.code = code
            plan.at = now + self.random.uniform(*STAY)
            return
        if outcome.error not in ("RADIUS server is not responding", "no hotspot is running on this router"):
            self.refused.add(code)
            plan.code = ""
        plan.at = now + REST_AFTER_REFUSAL

    def _code(self, plan: _Plan) -> str:
        known = list(self.codes()) if self.codes is not None else []
        if plan.code and plan.code in known:
            return plan.code
        taken = {p.code for p in self.plans.values()} | self.refused
        return next((code for code in known if code not in taken), "")


def codes_from(path: Path) -> Codes:
    """Codes of a file, one a line, read again each time so that new ones are found."""

    def read() -> list[str]:
        if not path.exists():
            return []
        return [line.strip() for line in path.read_text(errors="replace").splitlines() if line.strip()]

    return read
