"""From 'add' to 'the router has reported': tokens, what the router says of itself, change and removal."""

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts import journal
from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from routers import addresses, radsec, rotation, script, script_six, tunnels
from routers import preflight as checks
from routers.models import Router
from routers.radsec import SPENT
from subscribers.models import Site
from tenants import routes

LIFETIME = timedelta(minutes=30)
LARGEST_REPORT = 8 * 1024
PIN = re.compile(r"[0-9a-f]{64}")
INTERFACE = re.compile(r"[\w.@+<> -]{1,40}")
_LENGTHS = {"version": 40, "board": 60, "serial": 40, "identity": 80}


def begin(*, name: str, site: Site, interface: str, by: Actor, now: datetime) -> Router:
    """Make a router that waits for its command; every secret is made here."""
    name = name.strip()
    if not name:
        raise Refusal("no_name", "Give the router a name.", field="name")
    made: dict[str, Any] = {
        "api_password": secrets.token_urlsafe(24),
        "radius_secret": rotation.mint(),
        "made_at": now,
    }
    made |= {"public_id": secrets.token_hex(5), "coa_port": settings.COA_PORT}
    router = Router(name=name, site=site, hotspot_interface=checked_interface(interface), **made)
    _save(router)
    journal.record(by, "router.add", router, now=now, site=site.name)
    issue_token(router, now)
    return router


def place(name: str, *, now: datetime) -> Site:
    """The site of that name, made when it is new."""
    name = name.strip()[:80]
    if not name:
        raise Refusal("no_site", "Choose a site or type the name of a new one.", field="new_site")
    site = Site.objects.filter(name__iexact=name).first()
    return site or Site.objects.create(name=name, made_at=now)


def renew(router: Router, *, by: Actor, now: datetime) -> Router:
    """A new command; the hardware behind it may be another one, so what we knew of the old one is forgotten."""
    router.state = Router.State.WAITING
    router.trouble = ""
    router.serial = router.api_pin = ""
    router.api_password = secrets.token_urlsafe(24)  # blocks that were shown before hold the old one
    router.preflight = []
    router.address = router.called_from = None
    router.fetched_at = router.reached_at = router.api_user_at = router.radius_tested_at = router.ready_at = (
        None
    )
    router.save()
    journal.record(by, "router.new-command", router, now=now)
    issue_token(router, now)
    return router


def command(router: Router, host: str, *, check_certificate: bool = True, six: bool = False) -> str:
    """The line to paste, on RouterOS 7 or 6.49; empty when there is no live token."""
    if not router.enrolment_sealed:
        return ""
    url = addresses.enrolment_url(host, router.enrolment_sealed)
    if six:
        return script_six.one_line(url)
    checks_it = check_certificate or not url.startswith("https:")
    file = script.FILE if checks_it else script.LOOSE
    return script.one_line(url, check_certificate=check_certificate, file=file)


def find(token: str, *, schema: str, now: datetime) -> Router:
    """The router that a live token enrols; refuses a spent one."""
    number = routes.find_enrolment(token, schema=schema, now=now)
    router = Router.objects.filter(pk=number, leaving_at=None).first() if number else None
    if router is None or not hmac.compare_digest(router.enrolment_sealed.encode(), token.encode()):
        raise SPENT
    return router


def fetch(
    router: Router,
    *,
    token: str,
    host: str,
    address: str,
    now: datetime,
    check_certificate: bool = True,
    six: bool = False,
) -> str:
    """The script for the router that calls from address; the first caller is the only one."""
    try:
        if router.state not in {Router.State.WAITING, Router.State.FETCHED}:
            raise SPENT  # the token is for a certificate
        if router.state == Router.State.FETCHED and router.caller != address:
            raise SPENT
        url = addresses.enrolment_url(host, token)
        check = script.check_word(url, check_certificate)
        way = tunnels.choose(router, address, url=url, check=check, six=six, now=now)
    except Refusal as refusal:
        if refusal is not SPENT:
            _trouble(router, f"The router calls from {address}. {refusal.text}")
        raise
    router.state = Router.State.FETCHED
    router.called_from = address
    router.fetched_at = now
    router.trouble = ""
    router.radsec_due = radsec.is_wanted(router) and not six  # nobody could say whether 6 speaks it
    router.save(
        update_fields=["state", "path", "address", "called_from", "fetched_at", "trouble", "radsec_due"]
    )
    return script.enrolment(
        script.Enrolment(
            url=url,
            server=way.server,
            user=router.api_user,
            password=router.api_password,
            coa_port=router.coa_port,
            interface=router.hotspot_interface,
            certificate=radsec.next_one(router) if router.radsec_due else None,
            check_certificate=check_certificate,
            six=six,
            more=way.lines,
            link=way.interface,
        )
    )


def preflight(router: Router, body: bytes, *, address: str) -> str:
    """Judge what the router told before anything was changed on it; gives `go`, or why not for its terminal."""
    if router.state != Router.State.FETCHED or router.caller != address:
        raise SPENT
    found = checks.checks(
        checks.read(body),
        intent_of(router),
    )
    stops = checks.stops(found)
    router.preflight = [asdict(check) for check in found]
    router.trouble = stops[0].text[:300] if stops else ""
    router.save(update_fields=["preflight", "trouble"])
    return f"{stops[0].title}: {stops[0].text}" if stops else "go"


def intent_of(router: Router) -> checks.Intent:
    """What we are about to do on the router."""
    return checks.Intent(
        interface=router.hotspot_interface,
        services=frozenset(router.services),
        user=router.api_user,
        pppoe_interface=router.pppoe_interface,
        pppoe_network=router.pppoe_network,
        tunnel=tunnels.inside(router),
        by_sstp=_by_sstp(router),
    )


def _by_sstp(router: Router) -> bool:
    mine = tunnels.of(router)
    return mine is not None and mine.kind == tunnels.Kind.SSTP


def read_report(body: bytes) -> dict[str, str]:
    """Lines of name=value as the script sends them; what cannot be decoded stays visible as �."""
    text = body[:LARGEST_REPORT].decode("utf-8", "replace").replace("\0", "")
    pairs = (line.partition("=") for line in text.splitlines())
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}


def report(router: Router, facts: Mapping[str, str], *, address: str, now: datetime) -> bool:
    """Take in what the router is; True when it is fit to be enrolled (the caller then asks for it)."""
    if router.state != Router.State.FETCHED or router.caller != address:
        raise SPENT
    for name, length in _LENGTHS.items():
        setattr(router, name, facts.get(name, "")[:length])
    if facts.get("problem") == "version":
        router.trouble = checks.wrong_version(router.version)
        router.save()
        return False
    if facts.get("problem") == "tunnel":
        mine = tunnels.of(router)
        router.trouble = tunnels.not_up(mine.kind if mine else "")
        router.save()
        return False
    if facts.get("problem") == "certificate":
        router.trouble = checks.NO_CERTIFICATE
        router.save()
        return False
    tunnels.demand_key(router)
    port = facts.get("port", "")
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        raise Refusal("bad_report", "The report names no API port.")
    pin = facts.get("pin", "").lower()
    radsec.arrived(router, facts.get("radsec", ""), now=now)
    arrived(router, port=int(port), pin=pin if PIN.fullmatch(pin) else "", by=journal.SYSTEM, now=now)
    return True


def arrived(router: Router, *, port: int, pin: str, by: Actor, now: datetime) -> None:
    """The router is there, with what it says of itself already in it; the same command does nothing any more."""
    router.api_port, router.api_pin = port, pin
    router.state = Router.State.REACHED
    router.reached_at = now
    router.trouble = ""
    router.enrolment_sealed = ""
    router.enrolment_expires_at = None
    router.save()
    journal.record(by, "router.report", router, now=now, board=router.board, version=router.version)


def change(router: Router, *, name: str, site: Site, interface: str, by: Actor, now: datetime) -> bool:
    """Rename, move or serve another interface; True when the router has to be told."""
    interface = checked_interface(interface)
    moved = interface != router.hotspot_interface
    router.name, router.site, router.hotspot_interface = name.strip(), site, interface
    _save(router)
    journal.record(by, "router.change", router, now=now, site=site.name, interface=interface)
    return moved and router.address is not None


def remove(router: Router, *, release: bool, by: Actor, now: datetime) -> bool:
    """Forget a router; True when our rows have to be taken off it first (the caller then asks for it).

    From this moment its RADIUS packets are dropped in either case.
    """
    routes.forget_router(router.pk)
    journal.record(by, "router.remove", router, now=now, release=release, address=router.address)
    if release and router.address and router.api_user_at:
        router.leaving_at = now
        router.name = f"{router.name[:40]} (leaving {router.public_id})"
        router.is_up = False
        router.save()
        return True
    forget(Router.objects.filter(pk=router.pk), now=now)
    return False


def forget(rows: QuerySet[Router], *, now: datetime) -> None:
    """Their rows go, and their tunnels with them."""
    for router in rows:
        tunnels.release(router.pk, now=now)
        router.delete()


def expire(*, now: datetime) -> int:
    """Forget tokens whose half hour is over; gives how many."""
    return Router.objects.filter(enrolment_expires_at__lte=now).update(
        enrolment_sealed="", enrolment_expires_at=None
    )


def checked_interface(text: str) -> str:
    """An interface name as RouterOS shows it; refuses what cannot be one."""
    text = text.strip()
    if not INTERFACE.fullmatch(text):
        raise Refusal(
            "bad_interface",
            "Type the interface as WinBox shows it, for example bridge-lan.",
            field="interface",
        )
    return text


def issue_token(router: Router, now: datetime) -> None:
    """Give the router a live token for its next command."""
    token = rotation.mint()
    router.enrolment_sealed = token
    router.enrolment_expires_at = now + LIFETIME
    router.save(update_fields=["enrolment_sealed", "enrolment_expires_at"])
    routes.register_enrolment(router.pk, token=token, expires_at=router.enrolment_expires_at)


def _save(router: Router) -> None:
    try:
        with transaction.atomic():
            router.save()
    except IntegrityError:
        raise Refusal(
            "name_taken", "Another router has this name. Choose a different one.", field="name"
        ) from None


def _trouble(router: Router, text: str) -> None:
    router.trouble = text[:300]
    router.save(update_fields=["trouble"])
