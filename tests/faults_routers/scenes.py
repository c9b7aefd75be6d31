"""What breaks during a push, by name."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from unittest import mock

from routers import allowed, device, plan, rows
from routers.rows import Kind, Menu, Owner, Row
from tests.faults_routers.site import Outcome, Plain, Site, plan_left

FILTER = "/ip/firewall/filter"
Break = Callable[[Site, int], None]


@dataclass(frozen=True)
class Scene:
    """`breaks` sets a trap for the n-th command of the next push; `of` says how many commands are tried."""

    name: str
    says: str
    breaks: Break
    every: bool = True  # at every command of a push; else at a few of them


def _cut(site: Site, number: int) -> None:
    site.router.faults.cut_at_command = number


def _lost(site: Site, number: int) -> None:
    site.router.faults.lose_at_command = number


def _at(site: Site, number: int, trigger: Callable[[], None]) -> None:
    site.sent.left, site.sent.trigger = number, trigger


def _gone(site: Site, number: int) -> None:
    """The connection ends and nobody gets through for a while; safe mode undoes at once."""

    def trigger() -> None:
        site.router.faults.refuse_login = True
        raise EOFError

    _at(site, number, trigger)


def _half_open(site: Site, number: int) -> None:
    site.router.faults.half_open = True
    _gone(site, number)


def _power(site: Site, number: int) -> None:
    def trigger() -> None:
        site.router.lose_power()
        raise EOFError

    _at(site, number, trigger)


def _slow(site: Site, number: int) -> None:
    _at(site, number, lambda: setattr(site.router.faults, "slow_bytes", 0.2))


def _garbage(site: Site, number: int) -> None:
    _at(site, number, lambda: setattr(site.router.faults, "garbage", True))


def _other(site: Site, number: int) -> None:
    """Another router answers at the address from here on."""
    _at(site, number, lambda: setattr(site.router.device, "serial", "HE0THER00001"))


def _full(site: Site, number: int) -> None:
    """Others hold all sessions that the service allows."""

    def trigger() -> None:
        row = site.router.tree.find("/ip/service", name="api")
        assert row is not None
        row["max-sessions"] = str(len(site.router.door.sessions))

    _at(site, number, trigger)


def _deaf(site: Site, number: int) -> None:
    _at(site, number, lambda: setattr(site.router.faults, "drop_coa", True))


SCENES = (
    Scene("cut", "the connection ends, the command was done", _cut),
    Scene("lost", "the connection ends, the command never arrived", _lost),
    Scene("gone", "the connection ends and no login works for a while", _gone),
    Scene("half-open", "the same, and the router does not notice", _half_open),
    Scene("power", "power fails and comes back", _power),
    Scene("slow", "one octet after the other", _slow, every=False),
    Scene("garbage", "octets that are no sentence", _garbage, every=False),
    Scene("other", "another serial number answers", _other, every=False),
    Scene("full", "no session is left for the proof", _full, every=False),
    Scene("deaf", "RADIUS is not heard any more", _deaf, every=False),
)


def commands(site: Site) -> int:
    """How many commands a clean push says."""
    count = len(site.sent)
    assert site.made(site.second) == ""
    count = len(site.sent) - count
    assert site.made(site.first) == ""
    return count


def play(site: Site, scene: Scene, number: int) -> Outcome:
    """One push with its fault; the site is as in the beginning afterwards."""
    serial = site.router.device.serial
    before, after = site.plain(), _after(site)
    began = site.router.device.clock.uptime()
    scene.breaks(site, number)
    said = site.push(site.second)
    site.router.faults.cut_at_command = site.router.faults.lose_at_command = 0
    began = min(began, site.router.device.clock.uptime())  # uptime begins anew with the power
    row = site.router.tree.find("/ip/service", name="api")
    assert row is not None
    row["max-sessions"] = "20"
    site.router.device.serial = serial
    site.heal()
    found = site.judge(said, before, after, began)
    _noticed_late(site, found, before, after)
    left = plan_left(site, site.second)
    found.next_plan = "empty" if not left else "whole"
    trouble = site.made(site.second)
    if trouble or site.plain() != after:
        found.next_plan = f"wrong: {trouble or 'other rows'}"
    assert site.unowned() == site.foreign, "rows of others were touched"
    assert site.made(site.first) == ""
    return found


def _noticed_late(site: Site, found: Outcome, before: Plain, after: Plain) -> None:
    """A session that the router believes to be there holds safe mode; it ends after minutes, and undoes once more."""
    if site.router.device.safe_mode is None:
        return
    site.router.device.clock.advance(600)
    site.router.wait(lambda: site.router.device.safe_mode is None, 5)
    began = site.router.device.clock.uptime()
    late = site.judge(found.said, before, after, began)  # the timer came back with it
    found.mixed, found.locked_out = found.mixed or late.mixed, found.locked_out or late.locked_out


_known: dict[int, dict[str, list[tuple[tuple[str, str], ...]]]] = {}


def _after(site: Site) -> dict[str, list[tuple[tuple[str, str], ...]]]:
    """The rows when all went well; looked at once."""
    if id(site) not in _known:
        assert site.made(site.second) == ""
        _known[id(site)] = site.plain()
        assert site.made(site.first) == ""
    return _known[id(site)]


@contextmanager
def firewall_written() -> Iterator[None]:
    """As if a template wrote firewall rules, careless ones too."""
    if FILTER in rows.BY_PATH:
        yield
        return
    menu = Menu(FILTER, Owner.COMMENT, {"disabled": Kind.BOOL}, {"disabled": "false"})
    with ExitStack() as stack:
        stack.enter_context(mock.patch.dict(rows.BY_PATH, {FILTER: menu}))
        stack.enter_context(mock.patch.dict(plan._PLACE, {FILTER: 99}))
        verbs = {f"{FILTER}/{verb}" for verb in ("add", "set", "remove")}
        stack.enter_context(mock.patch.object(allowed, "WRITES", allowed.WRITES | verbs))
        yield


# Each shuts us out; those before the rule for what is established hit the open conversation too.
LOCKOUTS = (
    {},
    {"protocol": "tcp"},
    {"protocol": "tcp", "dst-port": "1-65535"},
    {"src-address": "127.0.0.0/8"},
    {"in-interface": "ether1"},
    {"action": "reject"},
    {"action": "tarpit", "protocol": "tcp"},
    {"connection-state": "new"},
)


def shut_out(site: Site, values: dict[str, str], *, first: bool) -> Outcome:
    """Push a rule that cuts our access."""
    place = site.router.tree.rows(FILTER)[0][".id"] if first else ""
    rule = {"chain": "input", "action": "drop", "comment": "kmikro:push.42", **values}
    before, began = site.plain(), site.router.device.clock.uptime()
    said = site.cut_off(plan.Add(Row(FILTER, "push.42", rule), place))
    assert said != "kept", rule
    found = site.judge(said, before, before, began)
    _noticed_late(site, found, before, before)
    assert site.made(site.first) == ""
    return found


def held_by_another(site: Site) -> Outcome:
    """Somebody works on the router in safe mode."""
    with device.opened(site.target) as other:
        other.do("/safe-mode/take", {})
        before, began = site.plain(), site.router.device.clock.uptime()
        said = site.push(site.second)
        assert "works on the router in safe mode" in said, said
        assert site.router.device.safe_mode is not None, "somebody else's safe mode was released"
        return site.judge(said, before, before, began)


def crowded(site: Site) -> Outcome:
    """All 20 sessions of the API are taken."""
    with ExitStack() as stack:
        for _ in range(20):
            wire = stack.enter_context(socket.create_connection((site.target.address, site.target.port)))
            wire.settimeout(5)
        site.router.wait(lambda: len(site.router.door.sessions) == 20)
        before, began = site.plain(), site.router.device.clock.uptime()
        said = site.push(site.second)
        assert said, "there was a session left"
    site.router.wait(lambda: not site.router.door.sessions)
    return site.judge(said, before, before, began)
