"""Safe mode: changes are undone when the session that took it ends, until it is released.

As on routers it is a help and no promise: after 100 changes it is left without a word, files are never undone, a power
cut forgets it, and `release` is obeyed whoever says it.
"""

from dataclasses import dataclass
from typing import Any

from routers.virtual.device import Call, Caller, Device, Held, Reply
from routers.virtual.traps import Trap
from routers.virtual.tree import Row

MOST_ACTIONS = 100
HALF_OPEN = 540.0  # seconds until a router notices that the other end of a connection is gone
_FOLLOWED = ("/ip/service", "/ip/address", "/radius/incoming", "/system/scheduler")


@dataclass
class SafeMode:
    """The commands of /safe-mode."""

    device: Device

    def take(self, caller: Caller, call: Call) -> Reply:
        """From here on changes are undone unless released."""
        with self.device.lock:
            if self.device.safe_mode is not None:
                raise Trap("failure: safe mode is already taken")
            self.device.safe_mode = Held(caller.session, caller.user, self.device.tree.snapshot())
        return Reply()

    def release(self, caller: Caller, call: Call) -> Reply:
        """Keep what was done, by whomever."""
        with self.device.lock:
            if self.device.safe_mode is None:
                raise Trap("failure: safe mode is not taken")
            self.device.safe_mode = None
        return Reply()

    def unroll(self, caller: Caller, call: Call) -> Reply:
        """Undo what was done; only the holder can."""
        held = self.device.safe_mode
        if held is None or held.session is not caller.session:
            raise Trap("failure: safe mode is not taken by this session")
        undo(self.device)
        return Reply()

    def toggle(self, caller: Caller, call: Call) -> Reply:
        """Take it or release it."""
        act = self.take if self.device.safe_mode is None else self.release
        return act(caller, call)


def shown(device: Device) -> Row:
    """What /safe-mode/print says."""
    held = device.safe_mode
    if held is None:
        return {"enabled": "false"}
    return {"enabled": "true", "user": held.user, "current": "false", "owner": held.user}


def count(device: Device) -> None:
    """A change was made; one too many and safe mode is over, without a word and without undoing."""
    held = device.safe_mode
    if held is not None:
        held.actions += 1
        if held.actions > MOST_ACTIONS:
            device.safe_mode = None


def ended(device: Device, session: object, *, heard: bool = True) -> None:
    """A session is over: what it did in safe mode is undone, at once or when the router notices.

    heard: whether the goodbye got through; a rule that drops our packets drops that one too.
    """
    held = device.safe_mode
    if held is None or held.session is not session:
        return
    if device.faults.half_open or not heard:
        held.until = device.clock.uptime() + HALF_OPEN
    else:
        undo(device)


def tick(device: Device) -> None:
    """Notice connections whose other end was gone long ago."""
    held = device.safe_mode
    if held is not None and held.until is not None and device.clock.uptime() >= held.until:
        undo(device)


def undo(device: Device) -> None:
    """Put the configuration back to when safe mode was taken; files stay as they are."""
    held, device.safe_mode = device.safe_mode, None
    if held is None:
        return
    tables: dict[str, Any] = {path: table for path, table in held.before["tables"].items() if path != "/file"}
    with device.lock:
        device.tree.restore({"tables": tables, "singles": held.before["singles"]})
    for path in _FOLLOWED:
        device.changed(path)
