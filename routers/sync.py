"""Lease a router, read it, plan, apply, record: the world is made to agree with the wish."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from kmikro.lib.refusal import Refusal
from routers import (
    addresses,
    adopting,
    desired,
    guard_address,
    guarding,
    inventory,
    lease,
    loginpage,
    offering,
    plan,
    planning,
    proof,
    radsec,
    risks,
    rows,
    six,
    tunnels,
)
from routers.asking import read as read
from routers.asking import serial_of as serial_of
from routers.desired import Facts, Wish
from routers.device import Device, Target, Trapped, Unreachable
from routers.menus import ALWAYS
from routers.models import Router, SyncRun, Watch
from routers.rows import Found, Original
from tenants import routes
from tenants.tunnels import guarded_pool, source_to

KEPT = timedelta(days=90)  # what runs did


@dataclass(frozen=True, slots=True)
class Job:
    """All that a worker needs of the database to talk to a router; no transaction is held meanwhile."""

    router_id: int
    name: str
    state: str
    target: Target
    wish: Wish
    fence: int = 0  # of the lease under which this was read (routers.lease)
    watch: Watch | None = None  # None: it was never visited


@dataclass(slots=True)
class Outcome:
    """What a conversation did: steps for SyncRun, what the router is, and its login address."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    written: int = 0
    facts: Facts | None = None
    trail: list[dict[str, Any]] = field(default_factory=list)  # what the guard did, with times
    login_url: str = ""
    hotspot_address: str = ""
    more_logins: list[str] = field(default_factory=list)
    singles: list[tuple[Found, dict[str, str]]] = field(default_factory=list)  # as they were, and as written
    whole: bool = False  # it went to its end, so what was told may be believed


def take(router_id: int, host: str, *, now: datetime) -> Job | None:
    """Lease the router and give what the conversation needs; None when it is gone or another worker has it."""
    if not lease.begin(router_id, now=now):
        return None
    router = Router.objects.select_related("template", "watch").get(pk=router_id)
    return replace(
        job_of(router, host, now=now), fence=router.lease_fence, watch=getattr(router, "watch", None)
    )


def job_of(router: Router, host: str, *, now: datetime) -> Job:
    """Target and wish of a router whose address is known."""
    address = router.address or ""
    own_port = routes.port_of(router.pk)  # behind an address that it shares
    wish = Wish(
        radius_address=source_to(address),
        radius_auth_port=own_port or settings.RADIUS_AUTH_PORT,
        radius_acct_port=own_port or settings.RADIUS_ACCT_PORT,
        radius_secret=router.radius_secret,
        coa_port=router.coa_port,
        interface=router.hotspot_interface,
        portal_host=host,
        portal_url=loginpage.portal_of(addresses.base_url(host), router.public_id),
        router_address=address,
        serial=router.serial,
        services=frozenset(router.services),
        mac_login=router.mac_login,
        mac_auth_password=router.mac_auth_password,
        mschap1=router.allow_mschap1,
        pppoe_interface=router.pppoe_interface,
        pppoe_network=router.pppoe_network,
        radsec_certificate=radsec.to_tell(router, now=now),
        radsec_port=settings.RADSEC_PORT,
    )
    wish = offering.completed(wish, router, now=now)
    return Job(router.pk, router.name, router.state, target_of(router), wish)


def target_of(router: Router) -> Target:
    """Where the router's API is, who we are there, and what it must show."""
    return Target(
        router.address or "",
        router.api_port,
        router.api_user,
        router.api_password,
        source_to(router.address or ""),
        router.api_pin,
        tunnels.allotted(router),
    )


def guard(target: Target) -> None:
    """The outbound check, at every connection: an address that was fine once may not be any more."""
    private, own = settings.ALLOW_PRIVATE_ROUTERS, settings.RADIUS_ADDRESS
    guard_address.check(
        target.address, own=own, private=private, pool=guarded_pool(), allotted=target.allotted
    )
    guard_address.check_port(target.port, private=private)


def run(device: Device, wish: Wish, outcome: Outcome, *, force: bool = False) -> None:
    """Make the router as wished; outcome tells what was done even when this raises half way."""
    facts = outcome.facts = read(device, wish.menus)
    steps = planning.steps(wish, facts, force=force)
    for again in (False, True):
        if not steps or (again and not six.goes_on(facts, steps)):
            break
        outcome.singles += singles(steps, facts)
        _carry_out(device, wish, facts, steps, outcome, force=force)
        facts = outcome.facts = read(device, wish.menus)
        steps = planning.steps(wish, facts, force=force)
    if steps:
        raise Refusal("not_kept", f"The router did not keep what was written: {plan.sentence(steps[0])}.")
    told(wish, facts, outcome)


def told(wish: Wish, facts: Facts, outcome: Outcome) -> None:
    """A conversation went to its end: what was learned of the router may be believed."""
    if desired.HOTSPOT_SERVICE in wish.services:
        outcome.login_url = desired.login_url(wish, facts)
    outcome.hotspot_address = desired.hotspot_at(wish, facts)
    outcome.more_logins = desired.more_logins(wish, facts)
    outcome.whole = True


def singles(steps: Sequence[plan.Step], facts: Facts) -> list[tuple[Found, dict[str, str]]]:
    """The rows of menus with one row that are about to be written, where such a menu comes with an offer."""
    return [
        (facts.of(step.row.path)[0], dict(step.row.values))
        for step in steps
        if isinstance(step, plan.Set)
        and not step.gives_back
        and step.row.path not in ALWAYS
        and rows.BY_PATH[step.row.path].owner is rows.Owner.SINGLE
    ]


def _carry_out(
    device: Device, wish: Wish, facts: Facts, steps: list[plan.Step], outcome: Outcome, *, force: bool
) -> None:
    """Small harmless plans are written at once; the others under guard, and the risky ones after a person's yes."""
    found = risks.weigh(steps, surroundings(device, wish, facts, steps))
    if risks.is_direct(steps, found):
        _apply_all(device, steps, outcome)
        return
    heavy = risks.needs_yes(found)
    if heavy and not force:
        raise Refusal("needs_yes", f"This needs a person's yes, so nothing was changed. {heavy[0].text}")
    change = guarded(device, wish, facts, steps, outcome)
    try:
        result = guarding.push(device, change)
    except guarding.Waits as waits:
        raise Refusal("waits", waits.text) from None
    if result.end is guarding.End.UNKNOWN:
        raise Unreachable(
            f"{result.trouble} What was changed is unknown; the router takes it back by itself."
        )
    if result.end is guarding.End.TAKEN_BACK:
        raise Refusal("taken_back", f"The change was taken back. {result.trouble}")


def guarded(
    device: Device, wish: Wish, facts: Facts, steps: list[plan.Step], outcome: Outcome
) -> guarding.Push:
    """The change that makes a router as wished, with its notes going into the outcome."""
    notes = plan.notes(steps)
    outcome.steps = outcome.steps + notes

    def note(what: str, ok: bool = True) -> None:
        outcome.trail.append({"at": datetime.now(UTC).isoformat(), "what": what[:300], "ok": ok})

    def wrote(number: int) -> None:
        notes[number]["done"] = True
        outcome.written += 1

    label = f"a change of {len(steps)} steps"
    prove = proof.prover(device.target, wish, facts)
    return guarding.prepared(steps, facts, label, prove, note=note, wrote=wrote)


def surroundings(device: Device, wish: Wish, facts: Facts, steps: list[plan.Step]) -> risks.Surroundings:
    """What the risks of a plan are weighed against; people online are counted only where it can matter."""
    online = {}
    for menu in risks.shaken(steps):
        try:
            online[menu] = len(device.read(menu, fields=(".id",)))
        except Trapped:  # the package is not installed: nobody is in there
            continue
    return risks.Surroundings(
        our_address=wish.radius_address,
        api_port=device.target.port,
        router_address=wish.router_address,
        tables=facts.tables,
        online=online,
        other_pools=wish.other_pools,
    )


def release(device: Device, outcome: Outcome, originals: Sequence[Original] = ()) -> None:
    """Take everything of ours off the router, and give back what we took over as it was.

    The API user stays, only its owner may remove users.
    """
    facts = outcome.facts = read(device)
    _apply_all(device, planning.to_nothing(facts, originals), outcome)


def _apply_all(device: Device, steps: list[plan.Step], outcome: Outcome) -> None:
    notes = plan.notes(steps)
    outcome.steps = outcome.steps + notes
    for step, note in zip(steps, notes, strict=True):
        guarding.apply(device, step)
        note["done"] = True
        outcome.written += 1


def record(
    router_id: int, reason: str, outcome: Outcome, trouble: str, *, started: datetime, now: datetime
) -> None:
    """Keep what a run did; runs that found nothing to do are kept only when a person asked or it failed."""
    SyncRun.objects.create(
        router_id=router_id,
        reason=reason,
        state=SyncRun.State.FAILED if trouble else SyncRun.State.DONE,
        started_at=started,
        ended_at=now,
        steps=outcome.steps,
        written=outcome.written,
        trouble=trouble[:300],
    )


def forget(*, now: datetime) -> int:
    """Drop runs that were kept long enough."""
    return SyncRun.objects.filter(started_at__lt=now - KEPT).delete()[0]


def learn(router: Router, outcome: Outcome, *, now: datetime) -> None:
    """Keep what the conversation told about the router."""
    adopting.keep_singles(router.pk, outcome.singles, now=now)  # even when the conversation broke
    if outcome.facts is None or not outcome.whole:
        return
    before = (router.login_url, router.hotspot_address, router.more_logins, router.version, router.serial)
    if outcome.login_url:
        router.login_url = outcome.login_url[:200]
    router.hotspot_address = outcome.hotspot_address or None
    router.more_logins = [each[:200] for each in outcome.more_logins]
    router.version = outcome.facts.version[:40]
    router.serial = router.serial or outcome.facts.serial[:40]
    if (
        router.login_url,
        router.hotspot_address,
        router.more_logins,
        router.version,
        router.serial,
    ) != before:
        router.save(update_fields=["login_url", "hotspot_address", "more_logins", "version", "serial"])
    adopting.learned(router, outcome.facts, now=now)
    watch = getattr(router, "watch", None)  # a router that was never visited has none
    if outcome.written or not inventory.known(router.pk, since=watch.changed_at if watch else None):
        inventory.keep(router.pk, outcome.facts, whole=False, now=now)
