"""Is a router up, how busy is it; one missed answer is no outage."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from accounts import journal
from routers import progress, rows
from routers.device import Device
from routers.models import Router

MOST_PORTS = 64
MISSES = 2  # in a row before a router counts as down


@dataclass(frozen=True, slots=True)
class Sample:
    """What a router told: percent, bytes, time since boot, and its ports as letters (u up, d down), cages first."""

    version: str
    cpu_load: int | None
    free_memory: int | None
    total_memory: int | None
    uptime: timedelta | None
    ports: str


def measure(device: Device) -> Sample:
    """Ask a router for its resources."""
    fields = ("version", "cpu-load", "free-memory", "total-memory", "uptime")
    found = device.read("/system/resource", fields=fields)
    values = found[0] if found else {}
    uptime = rows.milliseconds(values.get("uptime", ""))
    return Sample(
        version=values.get("version", "")[:40],
        cpu_load=_number(values.get("cpu-load"), 100),
        free_memory=_number(values.get("free-memory"), 2**50),
        total_memory=_number(values.get("total-memory"), 2**50),
        uptime=None if uptime is None else timedelta(milliseconds=min(uptime, 10**12)),
        ports=ports_of(device.read("/interface/ethernet", fields=("name", "default-name", "running"))),
    )


def ports_of(interfaces: list[dict[str, str]]) -> str:
    """A letter per physical port in the order of a front: cages before sockets."""
    cages, sockets = "", ""
    for row in interfaces[:MOST_PORTS]:
        letter = "u" if row.get("running") == "true" else "d"
        if (row.get("default-name") or row.get("name", "")).startswith(("sfp", "qsfp")):
            cages += letter
        else:
            sockets += letter
    return cages + sockets


def _number(text: str | None, largest: int) -> int | None:
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    return min(int(text), largest)


def answered(router_id: int, sample: Sample, *, now: datetime) -> None:
    """Note a sample; a router that was down is up again."""
    router = Router.objects.filter(pk=router_id).first()
    if router is None:
        return
    was_up = router.is_up
    router.is_up, router.misses, router.checked_at = True, 0, now
    router.cpu_load, router.free_memory, router.total_memory = (
        sample.cpu_load,
        sample.free_memory,
        sample.total_memory,
    )
    upgraded = bool(sample.version) and progress.signs(sample.version) != progress.signs(router.version)
    router.version = sample.version or router.version
    router.ports = sample.ports
    router.up_since = now - sample.uptime if sample.uptime is not None else router.up_since or now
    fields = [
        "is_up", "misses", "checked_at", "cpu_load", "free_memory", "total_memory", "version", "up_since", "ports"
    ]  # fmt: skip
    if not was_up and router.trouble:
        router.trouble = ""
        fields.append("trouble")
    router.save(update_fields=fields)
    if upgraded:
        progress.register(router, now=now)
    if not was_up and router.is_ready:
        journal.record(journal.SYSTEM, "router.up", router, now=now)


def missed(router_id: int, trouble: str, *, now: datetime) -> None:
    """Note a check without an answer; after MISSES in a row the router is down."""
    Router.objects.filter(pk=router_id).update(misses=F("misses") + 1)
    router = Router.objects.filter(pk=router_id, misses__gte=MISSES).first()
    if router is None:
        return
    was_up, router.is_up, router.trouble = router.is_up, False, trouble[:300]
    router.save(update_fields=["is_up", "trouble"])
    if was_up:
        journal.record(journal.SYSTEM, "router.down", router, now=now, trouble=trouble[:200])
