"""What is known of a service in few octets: a worker remembers a million of them."""

from __future__ import annotations

import marshal
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any, NamedTuple

from radius.known import Facts, Live, PlanFacts

_FIELDS = tuple(each.name for each in fields(Facts))
_values = attrgetter(*_FIELDS)
_PLAN, _LIVE = _FIELDS.index("plan"), _FIELDS.index("live")


class Found(NamedTuple):
    """What the database says of a service."""

    facts: Facts
    lookup: str  # the digest under which a change of it is told
    ended: tuple[Live, ...] = ()  # sessions that ended a moment ago
    macs: tuple[str, ...] = ()  # devices on its list
    device: str = ""  # the one of them that was asked for, when it was not the name


def pack(found: Found) -> bytes:
    """Octets for `unpack`, with no more of the plan than its id."""
    row: list[Any] = list(_values(found.facts))
    row[_PLAN] = found.facts.plan.plan_id
    row[_LIVE] = _flat(found.facts.live)
    return marshal.dumps((row, _flat(found.ended), found.macs))


class Packed(NamedTuple):
    """A service as it was packed, without its plan."""

    row: list[Any]
    ended: tuple[tuple[Any, ...], ...]
    macs: tuple[str, ...]

    @property
    def plan_id(self) -> int:
        return int(self.row[_PLAN])

    def facts(self, plan: PlanFacts) -> Facts:
        """What was packed, with its plan; call it once."""
        row = self.row
        row[_PLAN] = plan
        row[_LIVE] = tuple([Live(*each) for each in row[_LIVE]])
        facts = Facts(*row)
        facts.macs = frozenset(self.macs) if plan.lock == "list" else frozenset()
        return facts


def unpack(octets: bytes) -> Packed:
    return Packed(*marshal.loads(octets))


def lives(flat: tuple[tuple[Any, ...], ...]) -> tuple[Live, ...]:
    return tuple([Live(*each) for each in flat])


def as_device(facts: Facts, mac: str) -> Facts:
    """The same service for a device on its list: the device itself is the credential."""
    return replace(facts, device=mac, secret=None, nt_hash=None)


def _flat(sessions: tuple[Live, ...]) -> tuple[tuple[Any, ...], ...]:
    return tuple([(each.session_id, each.mac, each.router_id, each.started_at) for each in sessions])
