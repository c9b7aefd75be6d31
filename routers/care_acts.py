"""What an order does on one router: each act opens its own talk and holds no transaction meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from routers import (
    backups,
    desired,
    enrolment,
    exports,
    faults,
    firmware,
    restoring,
    rights,
    talk,
    talks,
    tasks,
)
from routers.care import BUSY, RESTARTING
from routers.device import Device, Target, Trapped
from routers.models import CareRun, Router, RouterBackup, RouterFirmware, SyncRun
from subscribers.models import Site
from tenants.tasks import unit

PAUSES = {RESTARTING: 15, BUSY: 5}  # seconds between two looks
MOST_TRIES = 24  # looks
REASON = "Asked for, several routers"
T = TypeVar("T")
# A backup too: two that write the router's own file at once would keep one of them with the password of the other.
LEASED = frozenset({CareRun.Kind.BACKUP, CareRun.Kind.UPGRADE, CareRun.Kind.REBOOT, CareRun.Kind.RESTORE})
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Work:
    """One item as the worker sees it."""

    schema: str
    kind: str
    router_id: int
    target: Target
    details: dict[str, Any]
    by: Actor
    phase: str = ""
    before: str = ""
    tries: int = 0
    steps: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ended:
    """How an act ended; phase is set when it goes on after a pause."""

    is_fine: bool
    trouble: str = ""
    phase: str = ""
    before: str = ""
    steps: list[dict[str, str]] = field(default_factory=list)


def do(work: Work, clock: Clock) -> Ended:
    """The act of an order on one router; what the router refuses becomes a sentence."""
    if work.kind not in LEASED or work.phase == RESTARTING:
        return _acted(work, clock)
    ended = Ended(False, "Another worker took the router over.", steps=work.steps)
    with talks.leased(work.schema, work.router_id) as job:
        ended = _busy(work) if job is None else _acted(work, clock)
    return ended


def _acted(work: Work, clock: Clock) -> Ended:
    try:
        return ACTS[work.kind](work, clock)
    except Refusal as refusal:
        return Ended(False, refusal.text, steps=work.steps)


def _busy(work: Work) -> Ended:
    """Another worker talks to the router: a look every minute must not end an order over many routers."""
    if work.phase == BUSY and work.tries >= MOST_TRIES:
        return Ended(False, "Another worker talks to the router all the time. Order it again later.")
    return Ended(True, phase=BUSY, steps=work.steps)


def _step(work: Work, title: str, text: str, state: str = "ok") -> None:
    work.steps.append({"state": state, "title": title, "text": text[:300]})


def _talk(work: Work, ask: Callable[[Device], T], needs: tuple[str, ...] = ()) -> T:
    said = talk.with_router(work.target, ask, needs=needs)
    if said.value is None:
        raise Refusal("router", said.trouble)
    return said.value


def backup(work: Work, clock: Clock) -> Ended:
    """Take a backup and keep it when it is a new version."""
    kept, is_new = _keep(work, "Asked for" if work.by.id else "Every night", clock)
    text = (
        f"{kept.lines} lines, {kept.added} new and {kept.removed} gone." if is_new else "Nothing has changed."
    )
    _step(work, "Backup", f"{text} {kept.copy_note}".strip())
    return Ended(True, steps=work.steps)


def _keep(work: Work, reason: str, clock: Clock) -> tuple[RouterBackup, bool]:
    taken = _talk(work, lambda device: backups.take(device, work.target.user))
    with unit(work.schema):
        return backups.keep(work.router_id, taken, reason, now=clock())


def check(work: Work, clock: Clock) -> Ended:
    """Ask the router how it is."""
    began = clock()
    tasks.check(work.schema, work.router_id)
    with unit(work.schema):
        router = Router.objects.get(pk=work.router_id)
    if router.checked_at is None or router.checked_at < began:
        return Ended(False, router.trouble or "It was not asked: another worker talks to it. Try again.")
    _step(work, "Answered", f"RouterOS {router.version}, CPU {router.cpu_load or 0} %.")
    return Ended(True, steps=work.steps)


def compare(work: Work, clock: Clock) -> Ended:
    """Compare with what the router should be."""
    began = clock()
    tasks.sync(work.schema, work.router_id, REASON)
    with unit(work.schema):
        run = SyncRun.objects.filter(router_id=work.router_id, started_at__gte=began).order_by("-pk").first()
    if run is None:
        return Ended(False, "Another worker talks to the router now; the comparison follows by itself.")
    if run.trouble:
        return Ended(False, run.trouble)
    _step(work, "Compared", f"{run.written} changes." if run.written else "All is as it should be.")
    return Ended(True, steps=work.steps)


def report(work: Work, clock: Clock) -> Ended:
    """Look for a new RouterOS."""
    told = _learn(work, clock)
    if not told.latest:
        return Ended(
            False, f"The router could not ask its update channel: {told.status or 'no reason given'}."
        )
    _step(
        work, "RouterOS", f"{told.latest} is there." if told.is_behind else f"{told.installed} is the newest."
    )
    return Ended(True, steps=work.steps)


def _learn(work: Work, clock: Clock) -> firmware.Report:
    told = _talk(work, firmware.check, ("write",))
    values = {
        name: exports.printable(getattr(told, name))
        for name in ("channel", "installed", "latest", "status", "board_firmware", "board_upgrade")
    }
    with unit(work.schema):
        RouterFirmware.objects.update_or_create(
            router_id=work.router_id, defaults={**values, "is_behind": told.is_behind, "checked_at": clock()}
        )
    return told


def upgrade(work: Work, clock: Clock) -> Ended:
    """Look before, back up, install; after the restart, look again."""
    if work.phase == RESTARTING:
        return _came_back(work, clock)
    told = _learn(work, clock)
    if not told.latest:
        return Ended(
            False, f"The router could not ask its update channel: {told.status or 'no reason given'}."
        )
    if not told.is_behind:
        _step(work, "RouterOS", f"{told.installed} is the newest; nothing was done.")
        return Ended(True, steps=work.steps)
    _look_before(work, rights.UPDATE)
    kept, _ = _keep(work, "Before an upgrade", clock)
    _step(work, "Backup", f"{kept.lines} lines are kept.")
    _talk(work, firmware.install, rights.UPDATE)
    _step(work, "Install", f"{told.installed} to {told.latest}; the router restarts.")
    return Ended(True, phase=RESTARTING, before=told.installed, steps=work.steps)


def _look_before(work: Work, needs: tuple[str, ...]) -> None:
    for each in _talk(work, lambda device: firmware.preflight(device, work.target.user, needs)):
        _step(work, each.title, each.text, "ok" if each.is_fine else "bad")
        if not each.is_fine:
            raise Refusal("preflight", each.text)


def reboot(work: Work, clock: Clock) -> Ended:
    """Restart, then wait for the router."""
    if work.phase == RESTARTING:
        return _came_back(work, clock)
    _version, uptime = _talk(work, firmware.state_of)
    _talk(work, firmware.restart, rights.RESTART)
    _step(work, "Restart", "The router restarts.")
    return Ended(True, phase=RESTARTING, before=f"up {uptime}", steps=work.steps)


def _came_back(work: Work, clock: Clock) -> Ended:
    """Is it back, and is it what it should be? Not yet is asked again."""
    said = talk.with_router(work.target, firmware.state_of)
    last = work.tries >= MOST_TRIES
    if said.value is None:
        if not last:
            return Ended(True, phase=RESTARTING, before=work.before, steps=work.steps)
        return Ended(False, f"It did not come back after its restart. {said.trouble}", steps=work.steps)
    version, uptime = said.value
    if work.kind == CareRun.Kind.REBOOT:
        is_done, still = uptime < int(work.before.removeprefix("up ")), "It did not restart."
    else:
        is_done = desired.version_of(version) > desired.version_of(work.before)
        still = f"It still runs {version}. Look at its log and its disk."
    if not is_done:
        if not last:
            return Ended(True, phase=RESTARTING, before=work.before, steps=work.steps)
        return Ended(False, still, steps=work.steps)
    _step(work, "Back", f"RouterOS {version} runs.")
    tasks.check(work.schema, work.router_id)
    return Ended(True, steps=work.steps)


def move(work: Work, clock: Clock) -> Ended:
    """Another site; nothing is said to the router."""
    with unit(work.schema):
        router = Router.objects.get(pk=work.router_id)
        site = Site.objects.filter(pk=work.details.get("site", 0)).first()
        if site is None:
            return Ended(False, "The site is gone.")
        enrolment.change(
            router, name=router.name, site=site, interface=router.hotspot_interface, by=work.by, now=clock()
        )
    _step(work, "Moved", site.name)
    return Ended(True, steps=work.steps)


def planned(device: Device, saved: dict[str, exports.Rows], paths: tuple[str, ...]) -> list[restoring.Step]:
    """What a restore would do to the router as it is now."""
    present, absent = backups.read(device, paths)
    steps = restoring.plan(saved, present, paths)
    unreadable = [path for path in paths if path in absent or path not in present]
    return [step for step in steps if step.path not in unreadable] + [
        restoring.Step(path, "skip", f"{path}: this router does not have it or does not show it.", {})
        for path in unreadable
        if saved.get(path)
    ]


def restore(work: Work, clock: Clock) -> Ended:
    """Add the missing rows of a backup, if the plan is still the one that was agreed to."""
    with unit(work.schema):
        backup = RouterBackup.objects.filter(pk=work.details.get("backup", 0)).first()
        saved = backups.rows_of(backup) if backup else {}
    paths = tuple(path for path in restoring.KEYS if path in work.details.get("paths", ()))
    kept, _ = _keep(work, "Before a restore", clock)
    _step(work, "Backup", f"{kept.lines} lines are kept.")
    failed = _talk(work, lambda device: _add_all(work, device, saved, paths))
    return Ended(not failed, failed, steps=work.steps)


def _add_all(work: Work, device: Device, saved: dict[str, exports.Rows], paths: tuple[str, ...]) -> str:
    steps = planned(device, saved, paths)
    if restoring.digest(steps) != work.details.get("plan"):
        return "The router has changed since you saw the plan. Nothing was written; look at the plan again."
    for step in steps:
        if step.do != "add":
            continue
        try:
            device.add(step.path, step.values)
        except Trapped as trap:
            _step(work, step.path, f"{step.text} {trap.message}", "bad")
            return f"{faults.in_words(trap, work.target)} Rows added until then stay."
        _step(work, step.path, step.text.replace("will be added", "added"))
    left = [step for step in planned(device, saved, paths) if step.do == "add"]
    return f"The router did not keep what was written: {left[0].text}" if left else ""


ACTS: dict[str, Callable[[Work, Clock], Ended]] = {
    CareRun.Kind.BACKUP: backup,
    CareRun.Kind.CHECK: check,
    CareRun.Kind.SYNC: compare,
    CareRun.Kind.FIRMWARE: report,
    CareRun.Kind.UPGRADE: upgrade,
    CareRun.Kind.REBOOT: reboot,
    CareRun.Kind.SITE: move,
    CareRun.Kind.RESTORE: restore,
}
