"""A router that we look after, and one push to it while something breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

from kmikro.lib.refusal import Refusal
from routers import desired, device, echo, guarding, plan, proof, reverse, risks, rows, sync
from routers.desired import Wish
from routers.device import DeviceError, Target
from routers.rows import Row
from routers.virtual import VirtualRouter
from tests.waiting import until

US, PASSWORD, SECRET = "127.0.0.1", "a password of ours", "a secret of both"
DEADLINE = 120.0  # seconds of the router's clock within which a bad change is gone
Plain = dict[str, list[tuple[tuple[str, str], ...]]]
Trigger = Callable[[], None]


class Sent(list[Any]):
    """The router's command log, which lets something happen at the n-th command from now."""

    def __init__(self, have: Sequence[Any] = ()) -> None:
        super().__init__(have)
        self.left = 0
        self.trigger: Trigger = lambda: None

    def append(self, sent: Any) -> None:
        super().append(sent)
        if self.left:
            self.left -= 1
            if not self.left:
                self.trigger()


@dataclass
class Outcome:
    """What a faulted push came to."""

    said: str
    mixed: bool = False
    locked_out: bool = False
    seconds: float = 0.0  # on the router's clock, until it was as before or kept
    next_plan: str = "empty"
    fired: bool = False


class Site:
    """One virtual router with our user, and the two wishes between which it is moved."""

    def __init__(self, address: str, version: str) -> None:
        self.router = VirtualRouter(address=address, version=version)
        self.sent = Sent()
        self.router.device.sent = self.sent
        self.router.start()
        said = self.router.paste(
            f"/user group add name=kmikro policy={'read,write,api,sensitive,ftp'}\n"
            f'/user add name=kmikro group=kmikro password="{PASSWORD}" address={US}\n'
            "/ip pool add name=theirs ranges=10.77.0.2-10.77.0.9\n"
            "/radius add service=login address=10.1.1.1 secret=theirs comment=theirs\n"
        )
        assert said == "", said
        self.target = Target(address, self.router.api_port, "kmikro", PASSWORD, US)
        self.first = Wish(
            radius_address=US, radius_auth_port=1812, radius_acct_port=1813, radius_secret=SECRET, coa_port=3799,
            interface="bridge-lan", portal_host="ana.test", portal_url="http://ana.test/portal/x/",
            router_address=address, serial=self.router.device.serial,
        )  # fmt: skip
        self.second = replace(
            self.first, services=frozenset({"hotspot", "ppp"}), pppoe_interface="ether4",
            pppoe_network="10.88.0.0/24", portal_host="new.test", portal_url="http://new.test/portal/x/",
        )  # fmt: skip
        self.push(self.first)
        self.foreign = self.unowned()

    def close(self) -> None:
        self.router.stop()

    def push(self, wish: Wish) -> str:
        """Make the router as wished; what was said, or nothing."""
        outcome = sync.Outcome()
        try:
            with device.opened(self.target) as talk:
                sync.run(talk, wish, outcome, force=True)
        except (DeviceError, Refusal) as error:
            return str(error) or type(error).__name__
        return ""

    def made(self, wish: Wish) -> str:
        """Push without faults; a machine that is busy may need another try."""
        said = ""
        for _ in range(5):
            said = self.push(wish)
            if not said:
                break
            self.judge(said, {}, {}, self.router.device.clock.uptime())
        return said

    def cut_off(self, *steps: plan.Step) -> str:
        """Push steps that no wish of ours would ever hold, as a careless template might."""
        with device.opened(self.target) as talk:
            facts = sync.read(talk)
            prove = proof.prover(self.target, self.first, facts)
            change = guarding.prepared(steps, facts, "a careless change", prove)
            return str(guarding.push(talk, change).end)

    def plain(self) -> Plain:
        """Our rows as they are now, without ids."""
        shown: Plain = {}
        with self.router.device.lock:
            for menu in [*rows.BY_PATH.values()]:
                if not self.router.device.command_tree.is_folder(menu.path):
                    continue
                hidden = {".id", "last-modified", "size", "type"}
                shown[menu.path] = sorted(
                    tuple(sorted((n, v) for n, v in row.items() if n not in hidden))
                    for row in self.router.tree.rows(menu.path)
                )
        return shown

    def unowned(self) -> Plain:
        """Rows of others."""
        kept: Plain = {}
        for path, shown in self.plain().items():
            if rows.BY_PATH[path].owner is not rows.Owner.SINGLE:
                kept[path] = [row for row in shown if rows.MARK not in str(row)]
        return kept

    def armed(self) -> bool:
        return self.router.tree.find("/system/scheduler", name=reverse.JOB) is not None

    def answers(self) -> bool:
        """Does a new login work?"""
        for _ in range(3):
            try:
                with device.opened(self.target) as talk:
                    return bool(talk.read("/system/identity"))
            except DeviceError:
                continue
        return False

    def read(self) -> desired.Facts:
        """What the router tells; a machine that is busy may need another try."""
        for _ in range(4):
            try:
                with device.opened(self.target) as talk:
                    return sync.read(talk)
            except DeviceError:
                continue
        with device.opened(self.target) as talk:
            return sync.read(talk)

    def heal(self) -> None:
        """What was broken outside the router is whole again; its configuration is left alone."""
        self.sent.left = 0
        faults = self.router.faults
        for name in ("slow_bytes", "garbage", "refuse_login", "drop_coa", "half_open"):
            setattr(faults, name, type(getattr(faults, name))(0))

    def judge(self, said: str, before: Plain, after: Plain, began: float) -> Outcome:
        """Let the router's clock run on when its timer is armed; then say what became of the push."""
        clock, found = self.router.device.clock, Outcome(said)
        if self.armed():
            found.fired = True
            clock.advance(max(0.0, began + DEADLINE - clock.uptime()))
            until(lambda: not self.armed(), 10, "the router's timer did not fire")
            self.router.wait(lambda: self.plain() in (before, after))
        found.seconds = clock.uptime() - began
        found.mixed = self.plain() not in (before, after)
        found.locked_out = not self.answers()
        return found


def plan_left(site: Site, wish: Wish) -> list[plan.Step]:
    """What the next comparison would do."""
    facts = site.read()
    wanted = desired.build(wish, facts)
    found = [row for menu in rows.MENUS for row in facts.of(menu.path)]
    return plan.diff(wanted, found, folder=rows.folder_on(facts.flash), force=True)


@contextmanager
def hurried() -> Iterator[None]:
    """The product's deadlines, shorter: what counts is that they end a wait, not how long it was."""
    with mock.patch.object(device, "SECONDS", 2.0), mock.patch.object(echo, "GAP", 0.3):
        yield


__all__ = ["DEADLINE", "Outcome", "Row", "Site", "hurried", "plan_left", "risks"]
