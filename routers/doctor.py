"""Why does a router not work with us? One step after the other, each with the fix; the first that fails is named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from kmikro.lib.refusal import Refusal
from routers import device, echo, facts, faults, live, rights, rows, script, sync, talk
from routers.device import Device, DeviceError, LoginRefused
from routers.sync import Job

OK, BAD, SKIP = "ok", "bad", "off"
CLOCK_OFF = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at: state is ok, bad or off (nothing to look at)."""

    state: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whose session should be on the router; empty when the router itself is the patient."""

    mac: str = ""
    address: str = ""


def examine(job: Job, hotspot_interface: str, *, person: Person, now: datetime) -> Iterator[Step]:
    """The steps as they are done; after a failed connection there are no more."""
    target = job.target
    try:
        sync.guard(target)
    except Refusal as refusal:
        yield Step(BAD, "Address", refusal.text)
        return
    yield Step(OK, "Address", f"{target.address}, port {target.port}: an address that we may talk to.")
    try:
        with device.opened(target) as said:
            yield Step(OK, "Connection", "The router answers and speaks the RouterOS API.")
            yield Step(OK, "Sign-in", f"Our user {target.user} signs in.")
            yield from _inside(said, job, hotspot_interface, person, now)
    except LoginRefused as error:
        yield Step(OK, "Connection", "The router answers and speaks the RouterOS API.")
        yield Step(BAD, "Sign-in", faults.in_words(error, target))
        return
    except DeviceError as error:
        yield Step(BAD, "Connection", faults.in_words(error, target))
        return
    yield _echo(job)


def _inside(said: Device, job: Job, interface: str, person: Person, now: datetime) -> Iterator[Step]:
    yield _identity(said, job)
    yield _rights(said, job)
    yield _clock(said, now)
    yield _names(said)
    yield _radius(said, job)
    if "hotspot" in job.wish.services:
        yield from _hotspot(said, interface)
    if job.wish.pppoe_interface:
        yield _pppoe(said, job.wish.pppoe_interface)
    if person.mac:
        yield _present(said, person)


def _identity(said: Device, job: Job) -> Step:
    serial, known = sync.serial_of(said), job.wish.serial
    if serial and known and serial != known:
        text = f"Another router answers here: serial number {serial} instead of {known}. Make a new command and paste it there, or correct the address."
        return Step(BAD, "Identity", text)
    return Step(
        OK, "Identity", "It is the router that we know." if known else "It has no serial number to compare."
    )


def _rights(said: Device, job: Job) -> Step:
    have = talk.rights_of(said, job.target.user)
    if have is None:
        return Step(SKIP, "Rights", "The router does not show the rights of our user.")
    lacking = rights.missing(script.POLICY.split(","), have)
    if lacking:
        return Step(BAD, "Rights", rights.sentence(job.target.user, lacking))
    return Step(OK, "Rights", "Our user may do what it needs.")


def _clock(said: Device, now: datetime) -> Step:
    row = _first(talk.optional(said, "/system/clock"))
    try:
        there = datetime.fromisoformat(
            f"{facts.date_of(row.get('date', ''))}T{row.get('time', '')}{_offset(row)}"
        )
    except ValueError:
        return Step(SKIP, "Clock", "The router's clock is written in a way that cannot be compared.")
    off = abs(there - now)
    if off > CLOCK_OFF:
        text = f"Its clock says {there:%Y-%m-%d %H:%M}. Certificates and schedules go wrong: set an NTP server under System, NTP Client."
        return Step(BAD, "Clock", text)
    return Step(OK, "Clock", "Its clock is right.")


def _offset(row: Mapping[str, str]) -> str:
    return row.get("gmt-offset", "+00:00")[:6]


def _names(said: Device) -> Step:
    row = _first(talk.optional(said, "/ip/dns"))
    if row.get("servers") or row.get("dynamic-servers"):
        return Step(OK, "Names", "It knows a DNS server.")
    return Step(BAD, "Names", "It knows no DNS server, so phones find no page. Set one under IP, DNS.")


def _radius(said: Device, job: Job) -> Step:
    ours = [
        row
        for row in said.read("/radius", fields=("comment", "address", "secret", "disabled"))
        if row.get("comment", "").startswith(f"{rows.MARK}:")
    ]
    if not ours:
        return Step(BAD, "RADIUS", "Our RADIUS server is not set on the router. Press Compare now.")
    row = ours[0]
    if row.get("disabled") == "true":
        return Step(BAD, "RADIUS", "Our RADIUS server is switched off on the router. Press Compare now.")
    if row.get("secret") not in (None, "*****", job.wish.radius_secret) and not job.wish.radsec_certificate:
        return Step(BAD, "RADIUS", "The router has another RADIUS secret than we have. Press Compare now.")
    return Step(OK, "RADIUS", f"It asks {job.wish.radius_address} who may come in.")


def _hotspot(said: Device, interface: str) -> Iterator[Step]:
    found = [row for row in said.read("/ip/hotspot") if row.get("interface") == interface]
    if not found:
        text = f"There is no hotspot on {interface}. Press Compare now, or change the interface of the router here."
        yield Step(BAD, "Hotspot", text)
        return
    row = found[0]
    if row.get("disabled") == "true" or row.get("invalid") == "true":
        text = f"The hotspot on {interface} is off or cannot run. Look whether the interface is a bridge port, and press Compare now."
        yield Step(BAD, "Hotspot", text)
        return
    yield Step(OK, "Hotspot", f"It runs on {interface}.")
    garden = said.read("/ip/hotspot/walled-garden/ip", fields=("comment", "disabled"))
    ours = [row for row in garden if row.get("comment", "").startswith(f"{rows.MARK}:")]
    if not ours or all(row.get("disabled") == "true" for row in ours):
        text = "People who are not signed in cannot reach the sign-in page: our walled garden entry is missing. Press Compare now."
        yield Step(BAD, "Walled garden", text)
        return
    yield Step(OK, "Walled garden", "The sign-in page can be reached before signing in.")


def _pppoe(said: Device, interface: str) -> Step:
    found = talk.optional(said, "/interface/pppoe-server/server")
    if any(row.get("interface") == interface and row.get("disabled") != "true" for row in found):
        return Step(OK, "PPPoE", f"The PPPoE server runs on {interface}.")
    return Step(BAD, "PPPoE", f"No PPPoE server runs on {interface}. Press Compare now.")


def _present(said: Device, person: Person) -> Step:
    reading = live.read(said, mac=person.mac, address=person.address)
    if reading.found:
        return Step(OK, "Session on the router", "The router has the session and counts its traffic.")
    text = "The router does not have this session any more. The person has to sign in again."
    return Step(BAD, "Session on the router", text)


def _echo(job: Job) -> Step:
    target = job.target
    try:
        heard = echo.heard(target.address, job.wish.coa_port, job.wish.radius_secret, source=target.source)
    except OSError:
        heard = False
    if heard:
        return Step(OK, "RADIUS test", "The router heard our RADIUS server and both hold one secret.")
    return Step(BAD, "RADIUS test", faults.not_heard(target, job.wish.coa_port))


def verdict(steps: list[Step]) -> Step:
    """The first step that failed, or that all is well."""
    bad = next((step for step in steps if step.state == BAD), None)
    return bad or Step(
        OK, "All is well", "Every step worked. If a person still cannot connect, look at the login log."
    )


def _first(found: list[dict[str, str]]) -> Mapping[str, str]:
    return found[0] if found else {}
