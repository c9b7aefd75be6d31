"""A new RADIUS secret for a router: known at once, the old one good until the router has surely been told."""

import base64
import secrets
from datetime import datetime, timedelta

from accounts import journal
from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from routers.models import Router
from tenants import routes

OVERLAP = timedelta(days=1)  # routers that are off for a night are told in the morning


def mint(octets: int = 16) -> str:
    """Random letters and digits that survive being read aloud; 16 octets are 26 of them (128 bits)."""
    return base64.b32encode(secrets.token_bytes(octets)).decode().rstrip("=").lower()


def rotate(router: Router, *, by: Actor, now: datetime) -> None:
    """Give the router a new secret; the caller then asks for a comparison, which writes it to the router."""
    if not router.is_ready:
        raise Refusal("not_ready", "Finish setting the router up first; it gets a new secret there.")
    secret = mint()
    routes.rotate_secret(router.pk, secret=secret, overlap=OVERLAP, now=now)
    router.radius_secret = secret
    router.save(update_fields=["radius_secret"])
    journal.record(by, "router.new-secret", router, now=now)
