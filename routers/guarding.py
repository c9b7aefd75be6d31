"""Changing a router so that a bad change takes itself back: safe mode, a timer on the router, and proof by a new login.

The order is what makes it safe. First the timer is set: a script on the router that takes exactly this change back after
two minutes, or at once when the power fails. Then safe mode is taken where the router has it: a lost connection undoes
everything but files, and the timer, which is older, sees to those. Only then is anything written. What is kept is proven
first, over a connection of its own.
Removing the timer is the one moment that decides: before it the router goes back by itself, after it the change stays.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from routers import asking, device, plan, reverse, rows
from routers.desired import Facts, version_of
from routers.device import BadReply, Device, DeviceError, Target, Trapped, Unreachable
from routers.reverse import BOOT_JOB, JOB, Undo
from routers.rows import Found

TIMER = 120  # seconds until the router goes back by itself
HAS_SAFE_MODE = (7, 18)
TRIES = 2  # new connections after one was lost, before the router is left to its timer
_TIMERS = "/system/scheduler"
Note = Callable[..., None]  # note("what happened", ok=True)


class End(StrEnum):
    """How a guarded change ended, as far as we know."""

    KEPT = "kept"
    PROVING = "proving"  # proven by us; a person has the last word, and the timer runs
    TAKEN_BACK = "taken_back"
    UNKNOWN = "unknown"  # nobody answers; the router's timer takes it back


class Waits(Exception):
    """The change cannot begin now; why is 'holder' or 'timer'."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why = why
        self.text = text


@dataclass(frozen=True, slots=True)
class Result:
    """The end with its reason in words; empty when all went well."""

    end: End
    trouble: str = ""


@dataclass(slots=True)
class Push:
    """One change on its way: what is written, how it is taken back, and how it is proven."""

    steps: Sequence[plan.Step]
    undos: Sequence[Undo]
    folder: str
    serial: str
    version: str
    label: str  # names it in the router's log
    prove: Callable[[], str]  # looks over a new connection; gives what is wrong, or nothing
    note: Note = lambda what, ok=True: None
    wrote: Callable[[int], None] = lambda number: None  # called after each step
    by_hand: bool = False
    held: bool = False
    script: str = ""  # what the router's timer runs; empty for one that is only settled


def prepared(
    steps: Sequence[plan.Step], facts: Facts, label: str, prove: Callable[[], str], **more: Any
) -> Push:
    """A change whose way back is known from what the router told just now; Refusal when there is none."""
    folder = rows.folder_on(facts.flash)
    undos = reverse.undos(steps, _all(facts), folder)
    script = reverse.text(undos, folder, label)
    return Push(steps, undos, folder, facts.serial, facts.version, label, prove, script=script, **more)


def push(talk: Device, change: Push) -> Result:
    """Apply, prove, keep or take back. Raises Waits when it must not begin."""
    if JOB in armed(talk):
        raise Waits("timer", "An earlier change has not ended: the router takes it back within two minutes.")
    disarm(talk)  # half of a timer is left from before anything was written
    try:
        _arm(talk, change)
        _take(talk, change)
    except Trapped as trap:
        return _back(talk, change, f"The router would not set the timer: {trap.message}.")
    except (Unreachable, BadReply) as error:
        return recover(talk.target, change, str(error))
    try:
        for number, step in enumerate(change.steps):
            apply(talk, step)
            change.wrote(number)
    except Trapped as trap:
        return _back(talk, change, f"The router refused a step: {trap.message}.")
    except (Unreachable, BadReply) as error:
        return recover(talk.target, change, str(error))
    count = len(change.steps)
    change.note("1 step is written." if count == 1 else f"{count} steps are written.")
    trouble = change.prove()
    if trouble:
        change.note(trouble, ok=False)
        return _back(talk, change, trouble)
    change.note("A new login works, and RADIUS is heard as before.")
    try:
        _release(talk, change)
        if change.by_hand:
            return Result(End.PROVING)
        if not disarm(talk):
            return reconcile(talk, change, "The router's timer was faster.")
    except DeviceError as error:
        return recover(talk.target, change, str(error))
    change.note("The timer is removed: the change stays.")
    return Result(End.KEPT)


def apply(talk: Device, step: plan.Step) -> None:
    """Say one step."""
    match step:
        case plan.Add(row=row):
            talk.add(row.path, step.words)
        case plan.Set(id=number, row=row, changed=changed):
            talk.set(row.path, number, changed)
        case plan.Remove(id=number, path=path):
            talk.remove(path, number)


def armed(talk: Device) -> dict[str, str]:
    """Our entries that wait on the router, name and id."""
    found = talk.read(_TIMERS, f"name={JOB}", f"name={BOOT_JOB}", "#|", fields=(".id", "name"))
    return {row["name"]: row[".id"] for row in found if ".id" in row and "name" in row}


def disarm(talk: Device) -> bool:
    """Remove the timer; the one for two minutes is the last word. False when it had fired already."""
    found = armed(talk)
    for name in (BOOT_JOB, JOB):
        if name in found:
            try:
                talk.remove(_TIMERS, found[name])
            except Trapped:  # it fired between the look and the word
                return False
    return JOB in found


def _take(talk: Device, change: Push) -> None:
    if version_of(change.version)[:2] < HAS_SAFE_MODE or len(change.steps) > 95:
        change.note("No safe mode for this one: the timer alone guards it.")
        return
    try:
        talk.do("/safe-mode/take", {})
    except Trapped as trap:
        state = next(iter(talk.read("/safe-mode")), {})
        if state.get("enabled") == "true":
            disarm(talk)
            holder = state.get("user") or state.get("owner") or "somebody"
            raise Waits("holder", f"The change waits: {holder} works on the router in safe mode.") from None
        change.note(f"Safe mode cannot be had ({trap.message}): the timer alone guards this one.")
        return
    change.held = True
    change.note("Safe mode is taken.")


def _arm(talk: Device, change: Push) -> None:
    """Two entries: after two minutes by the uptime, which no clock can spoil, and at the next start."""
    policy = reverse.rights(change.undos)
    about = f"{rows.MARK}: takes a change back by itself"
    common = {"on-event": change.script, "policy": policy, "comment": about}
    talk.add(_TIMERS, {"name": BOOT_JOB, "start-time": "startup", "interval": "0s", **common})
    talk.add(_TIMERS, {"name": JOB, "interval": f"{TIMER}s", **common})
    change.note(f"The router takes this back by itself after {TIMER} seconds, unless we say otherwise.")


def _release(talk: Device, change: Push) -> None:
    """Never said unless we hold it: any session's word would keep what somebody else is trying out."""
    if change.held:
        talk.do("/safe-mode/release", {})
        change.held = False


def _back(talk: Device, change: Push, trouble: str) -> Result:
    """Take back over the conversation that is open, by safe mode first: it also brings back order and ids."""
    try:
        if change.held:
            try:
                talk.do("/safe-mode/unroll", {})
            except Trapped:  # left by itself, after too many steps
                change.note("Safe mode was left by the router; the steps are reversed one by one.")
            change.held = False
        if settle(talk, change):
            return Result(End.TAKEN_BACK, trouble)
    except DeviceError as error:
        return recover(talk.target, change, f"{trouble} {error}")
    return Result(End.UNKNOWN, f"{trouble} The rows are not as they were.")


def settle(talk: Device, change: Push) -> bool:
    """Reverse what is left of a change, then remove the timer; whether the rows are as they were."""
    for _ in range(2):
        left = reverse.steps(change.undos, _touched(talk, change), change.folder)
        if not left:
            break
        for step in left:
            apply(talk, step)
    left = reverse.steps(change.undos, _touched(talk, change), change.folder)
    if left:  # the timer stays and tries as well
        change.note(f"Not as it was: {plan.sentence(left[0])}", ok=False)
        return False
    disarm(talk)
    change.note("Taken back: the rows are as they were.")
    return True


def recover(target: Target, change: Push, trouble: str) -> Result:
    """After a lost connection: look again over a new one. What was done is unknown until it was read."""
    change.note(f"The connection was lost: {trouble} What was done is unknown.", ok=False)
    for _ in range(TRIES):
        try:
            with device.opened(target) as again:
                return reconcile(again, change, trouble)
        except (DeviceError, Waits) as error:
            trouble = str(error)
    change.note("The router does not answer. It takes the change back by itself.", ok=False)
    return Result(End.UNKNOWN, trouble)


def reconcile(talk: Device, change: Push, trouble: str) -> Result:
    """What became of a change that nobody answered for: kept as a whole, or taken back as a whole."""
    if not _same_router(talk, change):
        return Result(End.UNKNOWN, "Another router answers at its address.")
    if JOB not in armed(talk) and not _missing(talk, change):
        change.note("It was kept: only the answer was lost.")
        return Result(End.KEPT)
    if settle(talk, change):
        return Result(End.TAKEN_BACK, trouble)
    return Result(End.UNKNOWN, trouble)


def _same_router(talk: Device, change: Push) -> bool:
    serial = asking.serial_of(talk)
    return not change.serial or not serial or serial == change.serial


def _missing(talk: Device, change: Push) -> bool:
    """Whether any step of the plan is not to be seen on the router."""
    found = _touched(talk, change)
    ids = {(row.path, row.id): row for row in found}
    for step in change.steps:
        if isinstance(step, plan.Remove):
            if (step.path, step.id) in ids:
                return True
            continue
        there = next(iter(reverse.marked(step.row.path, step.row.key, found, change.folder)), None)
        if isinstance(step, plan.Set) and step.gives_back:  # it is no row of ours then
            there = ids.get((step.row.path, step.id))
        values = step.row.values if isinstance(step, plan.Add) else step.changed
        if there is None or any(
            not rows.same(there.path, n, v, there.values.get(n)) for n, v in values.items()
        ):
            return True
    return False


def _touched(talk: Device, change: Push) -> list[Found]:
    paths = sorted({plan.path_of(step) for step in change.steps})
    return [row for path in paths for row in _menu(talk, path, change.folder)]


def _menu(talk: Device, path: str, folder: str) -> list[Found]:
    """A menu as it is; of files only ours, which are asked for with their contents."""
    if path != "/file":
        return [Found(path, row.get(".id", ""), row) for row in talk.read(path)]
    return [row for row in asking.files(talk) if row.values.get("name", "").startswith(f"{folder}/")]


def _all(facts: Facts) -> list[Found]:
    return [row for menu in rows.MENUS for row in facts.of(menu.path)]
