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
    way = tunnels.into_block(router, six=six, now=now)
    own_port = routes.port_of(router.pk)
    access = script.Enrolment(
        url="",
        server=way.server if way else settings.RADIUS_ADDRESS,
        user=router.api_user,
        password=router.api_password,
        coa_port=router.coa_port,
        interface=router.hotspot_interface,
        six=six,
        more=way.lines if way else tunnels.without(six=six),
    )
    return script_paste.block(
        script_paste.Block(
            access=access,
            looks=Looks(enrolment.intent_of(router), six=six, link=way.interface if way else ""),
            stamp=pasted.stamp(router.public_id, code_of(router, by_tunnel=way is not None)),
            radius_secret=router.radius_secret,
            radius_auth_port=own_port or settings.RADIUS_AUTH_PORT,
            radius_acct_port=own_port or settings.RADIUS_ACCT_PORT,
            services=",".join(router.services),
        )
    )


def brings_tunnel(router: Router, *, six: bool, now: datetime) -> bool:
    """Whether the block opens a tunnel, so that nobody has to know the router's address."""
    return _is_live(router, now) and tunnels.opens(router, six=six, now=now) is not None


def code_of(router: Router, *, by_tunnel: bool = False) -> str:
    """What tells the block of the live command from older ones, and one that brings a tunnel from one that does not.

    Nobody can make the token from it.
    """
    kind = b"block-tunnel" if by_tunnel else b"block"
    return hmac.new(router.enrolment_sealed.encode(), kind, hashlib.sha256).hexdigest()[:16]


def take(router: Router, text: str, address: str, *, by: Actor, now: datetime) -> None:
    """The router is at that address, or came by the block's tunnel, and printed that line.

    The caller then asks for its enrolment.
    """
    router = Router.objects.select_for_update().get(pk=router.pk)  # two tabs: the second finds it done
    if not _is_live(router, now):
        raise Refusal(
            "expired", "The block was used or has expired. Make a new one and paste it.", field=pasted.FIELD
        )
    line = pasted.read(text)
    if line.router != router.public_id:
        raise Refusal("other_router", "This line is of the block for another router.", field=pasted.FIELD)
    by_tunnel = hmac.compare_digest(line.block, code_of(router, by_tunnel=True))
    if not by_tunnel and not hmac.compare_digest(line.block, code_of(router)):
        raise Refusal(
            "old_line",
            "This line is of an older block. Paste the block of this page once more.",
            field=pasted.FIELD,
        )
    try:
        if by_tunnel:
            tunnels.by_block(router)
        else:
            tunnels.directly(router, address.strip(), now=now)
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
