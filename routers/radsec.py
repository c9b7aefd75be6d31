"""A router's certificate for RADIUS over TLS: due, fetched once, arrived, or withdrawn (RFC 6614)."""

import re
from datetime import datetime, timedelta

from django.conf import settings

from accounts import journal
from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from routers import rows, script
from routers.models import Router
from tenants import authority
from tenants.authority import Held

NAME = re.compile(rf"{rows.MARK}-radsec-([0-9]{{1,6}})")
EARLY = timedelta(
    hours=1
)  # before its end a certificate is given up; routers are compared every five minutes
SPENT = Refusal("spent", "This command was used or has expired. Make a new one on the router's page.")


def is_wanted(router: Router) -> bool:
    """Whether this router shall speak RadSec; never where this installation does not serve it, or in a tunnel."""
    return bool(settings.RADSEC and router.wants_radsec and router.path != Router.Path.TUNNEL)


def next_one(router: Router) -> script.Certificate:
    """How the next certificate of the router will be called there."""
    number = len(authority.held(router.pk)) + 1
    return script.Certificate(f"{rows.MARK}-radsec-{number}", authority.name_in_it(router.pk))


def command_of(router: Router, url: str) -> str:
    """The script that brings a certificate to a ready router; refuses when none is due."""
    if not router.radsec_due or not router.is_ready:
        raise SPENT
    return script.renewal(url, next_one(router))


def in_use(router: Router, held: list[Held]) -> Held | None:
    """The certificate that the router was told to use, out of all that it was given."""
    match = NAME.fullmatch(router.radsec_certificate)
    number = int(match[1]) if match else 0
    return next((each for each in held if each.number == number), None)


def is_good(certificate: Held | None, now: datetime) -> bool:
    """Whether RADIUS can go on by TLS with it: there is one, and it is neither revoked nor about to end."""
    return certificate is not None and certificate.revoked_at is None and certificate.ends_at - now > EARLY


def to_tell(router: Router, *, now: datetime) -> str:
    """Name of the certificate that the router shall use; empty for UDP: one that has ended would shut everybody out."""
    if not is_wanted(router) or not router.radsec_certificate:
        return ""
    used = in_use(router, authority.held(router.pk))
    return router.radsec_certificate if is_good(used, now) else ""


def hand_out(router: Router, *, address: str, now: datetime) -> str:
    """Certificate, key and root as PEM, once for a command and only to the address that the router has."""
    if router.caller != address or not is_wanted(router):
        raise SPENT
    if not Router.objects.filter(pk=router.pk, radsec_due=True).update(radsec_due=False):
        raise SPENT  # it was fetched, perhaps by another request at this very moment
    router.radsec_due = False
    made = authority.issue(router.pk, now=now)
    journal.record(journal.SYSTEM, "router.certificate", router, now=now, serial=made.serial)
    return made.certificate + made.key + made.root


def arrived(router: Router, name: str, *, now: datetime) -> bool:
    """While it enrols: the router says under which name it has its certificate; older ones end. The caller saves.

    True when RADIUS goes by TLS from now on; without a certificate it goes by UDP.
    """
    held = authority.held(router.pk)
    newest = held[-1] if held else None
    match = NAME.fullmatch(name)
    fits = newest is not None and match is not None and int(match[1]) == newest.number
    router.radsec_due = False
    if not fits or newest is None or newest.revoked_at is not None or not is_wanted(router):
        router.radsec_certificate = ""
        return False
    router.radsec_certificate = name
    authority.revoke(router.pk, now=now, but=newest.serial)
    return True


def ask_new(router: Router, *, by: Actor, now: datetime) -> None:
    """Let the next command bring another certificate; the caller gives the router a token. Refuses without RadSec."""
    if router.path == Router.Path.TUNNEL:
        raise Refusal("no_radsec", "This router's RADIUS goes through its tunnel, which encrypts it already.")
    if not settings.RADSEC:
        raise Refusal("no_radsec", "This installation does not serve RADIUS over TLS (KMIKRO_RADSEC).")
    if not router.wants_radsec:
        raise Refusal("no_radsec", "Switch RADIUS over TLS on under RADIUS sign-in first.")
    if not router.is_ready:
        raise Refusal("not_ready", "Finish setting the router up first; its command brings the certificate.")
    router.radsec_due = True
    router.save(update_fields=["radsec_due"])
    journal.record(by, "router.certificate-ask", router, now=now)


def renewed(router: Router, name: str, *, now: datetime) -> None:
    """A ready router has imported its new certificate; the older ones stay good until they are revoked."""
    held = authority.held(router.pk)
    match = NAME.fullmatch(name)
    newest = held[-1] if held else None
    if not router.is_ready or match is None or newest is None or int(match[1]) != newest.number:
        raise SPENT
    if newest.revoked_at is not None:
        raise Refusal("revoked", "This certificate was revoked. Make a new command on the router's page.")
    router.radsec_certificate = name
    router.enrolment_sealed, router.enrolment_expires_at = "", None
    router.save(update_fields=["radsec_certificate", "enrolment_sealed", "enrolment_expires_at"])
    journal.record(journal.SYSTEM, "router.certificate-here", router, now=now, serial=newest.serial)


def revoke(router: Router, certificate: Held, *, by: Actor, now: datetime) -> bool:
    """Let a certificate open nothing any more; True when the router used it and goes back to UDP."""
    if not authority.revoke_one(router.pk, certificate.id, now=now):
        raise Refusal("revoked", "This certificate is revoked already.")
    journal.record(by, "router.certificate-revoke", router, now=now, serial=certificate.serial)
    used = in_use(router, [certificate]) is not None
    if used:
        router.radsec_certificate = ""
        router.save(update_fields=["radsec_certificate"])
    return used
