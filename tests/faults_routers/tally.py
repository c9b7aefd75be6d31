"""Counting what became of many pushes."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.faults_routers.site import DEADLINE, Outcome


@dataclass
class Tally:
    """Promises as numbers."""

    pushes: int = 0
    lockouts: int = 0
    mixed: int = 0
    wrong_plans: int = 0
    fired: int = 0
    slowest: float = 0.0
    broken: list[str] = field(default_factory=list)

    def add(self, name: str, found: Outcome) -> None:
        self.pushes += 1
        self.lockouts += found.locked_out
        self.mixed += found.mixed
        self.fired += found.fired
        wrong = found.next_plan.startswith("wrong")
        self.wrong_plans += wrong
        self.slowest = max(self.slowest, found.seconds)
        if found.locked_out or found.mixed or wrong or found.seconds > DEADLINE + 5:
            self.broken.append(f"{name}: {found}")
            print(f"BROKEN {self.broken[-1]}", flush=True)

    def lines(self) -> list[str]:
        return [
            f"lockouts: {self.lockouts} of {self.pushes}",
            f"mixed states: {self.mixed} of {self.pushes}",
            f"next plans that were not empty or whole: {self.wrong_plans} of {self.pushes}",
            f"taken back by the router's own timer: {self.fired}",
            f"longest until as before, on the router's clock: {self.slowest:.0f} s (promised: {DEADLINE:.0f} s)",
        ]
