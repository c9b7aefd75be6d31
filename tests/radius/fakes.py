"""A world in memory for the RADIUS server, and people in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import partial

from kmikro.lib.validity import Validity
from radius.eap.tunnel import Tunnel
from radius.events import Accept, AccessRequest, AccountingRecord, Nas, Reject
from radius.known import Facts, PlanFacts
from radius.ports import Begins, Unavailable
from radius.terms import Fallback
from tests.radius.eap.shown import shared
from tests.radius.vectors import SECRET

ROUTER = Nas("isp_demo", 1, "127.0.0.1", SECRET)


def facts(**changes: object) -> Facts:
    """Nemo, an active account whose password is arctangent; changes may be those of the plan."""
    plan: dict[str, object] = {
        "plan_id": 3,
        "name": "Ten",
        "devices": 0,
        "download_bps": 10_000_000,
        "upload_bps": 5_000_000,
    }
    row: dict[str, object] = {
        "service_id": 5,
        "label": "nemo",
        "kind": "account",
        "secret": b"arctangent",
        "status": "active",
        "starts_from_first_use": False,
        "first_used_at": None,
        "expires_at": None,
        "time_used": 0,
        "data_used": 0,
        "live": (),
    }
    own = {each.name for each in fields(Facts)}
    plan |= {name: value for name, value in changes.items() if name not in own}
    if seconds := plan.pop("validity_seconds", None):
        plan["validity"] = Validity(seconds=int(seconds))  # type: ignore[call-overload]  # as above
    row |= {"plan": PlanFacts(**plan)}  # type: ignore[arg-type]  # rows of known names, changed by name
    row |= {name: value for name, value in changes.items() if name in own}
    return Facts(**row)  # type: ignore[arg-type]


@dataclass
class World:
    """Directory, facts, store and alerts in one; `durable` says how the store behaves."""

    routers: dict[str, Nas] = field(default_factory=lambda: {"127.0.0.1": ROUTER})
    people: dict[bytes, Facts] = field(default_factory=lambda: {b"nemo": facts()})
    durable: bool | None = True  # None: keep the callbacks until `settle`
    full: bool = False
    down: bool = False
    asked: int = 0
    attempts: list[tuple[AccessRequest, Accept | Reject]] = field(default_factory=list)
    records: list[AccountingRecord] = field(default_factory=list)
    clocks: list[int] = field(default_factory=list)
    raised_codes: list[str] = field(default_factory=list)
    mismatches: list[int] = field(default_factory=list)
    waiting: list[Callable[[bool], None]] = field(default_factory=list)
    house: dict[str, Fallback] = field(default_factory=dict)
    bound: list[tuple[int, str]] = field(default_factory=list)
    closed: bool = False
    has_certificate: bool = True

    @property
    def directory(self) -> World:
        return self

    @property
    def facts(self) -> World:
        return self

    @property
    def store(self) -> World:
        return self

    @property
    def alerts(self) -> World:
        return self

    def wifi(self) -> Callable[[], Tunnel] | None:
        return partial(Tunnel, shared()) if self.has_certificate else None

    def start(self) -> None: ...

    def close(self, timeout: float) -> None:
        self.closed = True
        self.settle(True)

    def get(self, address: str) -> Nas | None:
        return self.routers.get(address)

    def of(self, schema: str, username: bytes) -> Facts | None:
        self.asked += 1
        if self.down:
            raise Unavailable
        return self.people.get(username)

    def attempt(self, request: AccessRequest, verdict: Accept | Reject, at: float, microseconds: int) -> None:
        self.attempts.append((request, verdict))

    def record(self, record: AccountingRecord, done: Callable[[bool], None]) -> bool:
        if self.full:
            return False
        self.records.append(record)
        self._done(done)
        return True

    def instead(self, schema: str) -> dict[str, Fallback]:
        return self.house

    def start_clock(
        self,
        schema: str,
        service_id: int,
        begins: Begins | None,
        done: Callable[[bool], None],
        binds: str = "",
    ) -> bool:
        if begins is not None:
            self.clocks.append(service_id)
        if binds:
            self.bound.append((service_id, binds))
        self._done(done)
        return True

    def raised(self, nas: Nas, code: str, at: float) -> None:
        self.raised_codes.append(code)

    def mismatched(self, nas: Nas, at: float) -> None:
        self.mismatches.append(nas.router_id)

    def settle(self, ok: bool) -> None:
        waiting, self.waiting = self.waiting, []
        for done in waiting:
            done(ok)

    def _done(self, done: Callable[[bool], None]) -> None:
        if self.durable is None:
            self.waiting.append(done)
        else:
            done(self.durable)
