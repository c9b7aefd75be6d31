"""Enrolment without a download: the block that a person pastes, and the line that it prints, taken in."""

import hashlib
import hmac
from datetime import datetime

from django.conf import settings

from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from routers import enrolment, guard_address, pasted, radsec, script, script_paste, tunnels
from routers.models import Router
from routers.script_looks import Looks
from tenants import routes

_WAITS = (Router.State.WAITING, Router.State.FETCHED)


def block(router: Router, *, six: bool, now: datetime) -> str:
    """The text to paste, with the secrets of the router in it; empty when there is no live command."""
    if not _is_live(router, now):
        return ""
    own_port = routes.port_of(router.pk)
    access = script.Enrolment(
        url="",
        server=settings.RADIUS_ADDRESS,
        user=router.api_user,
        password=router.api_password,
        coa_port=router.coa_port,
        interface=router.hotspot_interface,
        six=six,
        more=tunnels.without(six=six),
    )
    return script_paste.block(
        script_paste.Block(
            access=access,
            looks=Looks(enrolment.intent_of(router), six=six),
            stamp=pasted.stamp(router.public_id, code_of(router)),
            radius_secret=router.radius_secret,
            radius_auth_port=own_port or settings.RADIUS_AUTH_PORT,
            radius_acct_port=own_port or settings.RADIUS_ACCT_PORT,
            services=",".join(router.services),
        )
    )


def code_of(router: Router) -> str:
    """What tells the block of the live command from older ones; nobody can make the token from it."""
    return hmac.new(router.enrolment_sealed.encode(), b"block", hashlib.sha256).hexdigest()[:16]


def take(router: Router, text: str, address: str, *, by: Actor, now: datetime) -> None:
    """The router is at that address and printed that line; the caller then asks for its enrolment."""
    router = Router.objects.select_for_update().get(pk=router.pk)  # two tabs: the second finds it done
    if not _is_live(router, now):
        raise Refusal(
            "expired", "The block was used or has expired. Make a new one and paste it.", field=pasted.FIELD
        )
    line = pasted.read(text)
    if line.router != router.public_id:
        raise Refusal("other_router", "This line is of the block for another router.", field=pasted.FIELD)
    if not hmac.compare_digest(line.block, code_of(router)):
        raise Refusal(
            "old_line",
            "This line is of an older block. Paste the block of this page once more.",
            field=pasted.FIELD,
        )
    address = address.strip()
    try:
        tunnels.directly(router, address, now=now)
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.text, field="address") from None
    try:
        guard_address.check_port(line.port, private=settings.ALLOW_PRIVATE_ROUTERS)
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.text, field=pasted.FIELD) from None
    router.fetched_at = router.fetched_at or now
    router.version, router.serial, router.board = line.version, line.serial, ""
    router.preflight = []  # it looked for itself, and its terminal showed what it saw
    radsec.arrived(router, "", now=now)
    enrolment.arrived(router, port=line.port, pin=line.pin, by=by, now=now)


def _is_live(router: Router, now: datetime) -> bool:
    until = router.enrolment_expires_at
    return router.state in _WAITS and bool(router.enrolment_sealed) and until is not None and until > now
