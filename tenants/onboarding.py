"""Opening a workspace: asked for on the public host, made by a worker, seen step by step, cleaned up on failure."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, connection, transaction

from accounts import journal, links, people
from accounts.models import User
from accounts.roles import Role
from kmikro.lib.refusal import Refusal
from tenants import addresses, keyring, schemas, scope, workspace
from tenants.models import Domain, Isp

log = structlog.get_logger("tenants.onboarding")

TRIAL = timedelta(days=21)
TICKET_LIVES = timedelta(hours=1)  # after the opening: long enough to see the end, short enough to be lost
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]\Z")
_RESERVED = """about abuse account accounts admin administrator api app apps assets auth autodiscover billing blog cdn
    core dashboard dev docs download email example ftp grafana help hostmaster imap internal invoice k-mikro
    kmikro legal live localhost login logs mail media metrics mikro monitor mx news noc ns ns1 ns2 oauth
    pay payment payments platform pop portal postmaster privacy public radius register root router routers
    sales security shop sign-in sign-up signin signup smtp ssh ssl staff staging static stats status store
    support sys system team terms test tunnel vpn webhook webhooks webmail whois wpad www"""
RESERVED = frozenset(_RESERVED.split())
LOCK = 0x0915  # first half of the advisory lock, the second is the ISP
Settle = Callable[[Isp, User], None]
FAILED_TEXT = "The workspace could not be made. Nothing was kept; press Try again."


def check_slug(slug: str) -> None:
    """Refuse an address that is badly formed, reserved or taken."""
    if not SLUG.match(slug) or "--" in slug:
        raise Refusal(
            "bad_slug",
            "Use 3 to 40 letters, digits and single hyphens, beginning and ending with a letter or digit.",
            field="slug",
        )
    if slug in RESERVED or slug.startswith("xn--"):
        raise Refusal("reserved_slug", "This address is reserved. Choose another one.", field="slug")
    if Isp.objects.filter(slug__iexact=slug).exists():
        raise Refusal("slug_taken", "This address is taken. Choose another one.", field="slug")


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode(errors="surrogateescape")).hexdigest()


def ask(
    *,
    name: str,
    slug: str,
    owner_name: str,
    email: str,
    password: str,
    country: str,
    currency: str,
    time_zone: str,
    now: datetime,
    language: str = "en",
) -> tuple[Isp, str]:
    """Write down that a workspace is wanted; returns it and the ticket with which its making can be watched."""
    check_slug(slug)
    workspace.check_language(language)
    people.check_password(password, User(email=email, name=owner_name))
    ticket = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            isp = Isp.objects.create(
                schema_name=schemas.new_name(),
                name=name.strip(),
                slug=slug,
                country=country,
                currency=currency,
                time_zone=time_zone,
                language=language,
                made_at=now,
                trial_ends_at=now + TRIAL,
                owner_name=owner_name.strip(),
                owner_email=email.strip().lower(),
                owner_password=make_password(password),
                ticket_digest=_digest(ticket),
                state_text="Waiting for a free worker",
            )
    except IntegrityError:
        raise Refusal("slug_taken", "This address is taken. Choose another one.", field="slug") from None
    return isp, ticket


def watched(ticket: str, *, now: datetime) -> Isp | None:
    """The workspace that a ticket watches; an hour after the opening the ticket means nothing."""
    isp = Isp.objects.filter(ticket_digest=_digest(ticket)).first()
    if isp is None or not hmac.compare_digest(isp.ticket_digest, _digest(ticket)):
        return None
    return None if isp.opened_at and now - isp.opened_at > TICKET_LIVES else isp


def first_sign_in(isp: Isp, *, now: datetime) -> str:
    """The token that signs the owner in once, at the workspace's own host; empty when they already came."""
    with scope.inside(isp.schema_name):
        owner = User.objects.filter(role=Role.OWNER, is_active=True, last_login=None).first()
        return links.make(links.Purpose.FIRST_SIGN_IN, owner, now=now) if owner else ""


def _note(isp: Isp, progress: int, text: str) -> None:
    isp.progress, isp.state_text = progress, text
    Isp.objects.filter(pk=isp.pk).update(progress=progress, state_text=text)


def _lock(isp_id: int) -> bool:
    """One worker at a time makes a workspace; the lock goes with the session, so a killed worker frees it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, isp_id])
        return bool(cursor.fetchone()[0])


def _unlock(isp_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, isp_id])


def open_isp(isp_id: int, *, settle: Settle, clock: Callable[[], datetime]) -> Isp:
    """Make the schema, the owner and the host name; `settle` adds, inside the schema, what higher floors know.

    Doing it twice is doing it once. A failure leaves no schema, and state FAILED with a sentence.
    """
    if not _lock(isp_id):
        watched_elsewhere: Isp = Isp.objects.get(pk=isp_id)
        return watched_elsewhere
    try:
        isp: Isp = Isp.objects.get(pk=isp_id)
        if isp.state == Isp.State.ACTIVE:
            return isp
        try:
            _make(isp, settle, clock)
        except Exception:
            log.exception("opening-failed", isp=isp_id)
            schemas.drop(isp.schema_name)
            isp.state, isp.state_text, isp.progress = Isp.State.FAILED, FAILED_TEXT, 0
            isp.save(update_fields=["state", "state_text", "progress"])
        return isp
    finally:
        _unlock(isp_id)


def _make(isp: Isp, settle: Settle, clock: Callable[[], datetime]) -> None:
    isp.state = Isp.State.MAKING
    isp.save(update_fields=["state"])
    _note(isp, 10, "Making your own database schema")
    schemas.drop(isp.schema_name)  # what a killed worker may have left
    schemas.make(isp.schema_name, clock())
    keyring.ensure_keys([isp.schema_name], now=clock())
    _note(isp, 70, "Creating your account")
    with transaction.atomic():
        with scope.inside(isp.schema_name):
            owner = User.objects.create(
                email=isp.owner_email,
                name=isp.owner_name,
                role=Role.OWNER,
                password=isp.owner_password,
                joined_at=clock(),
            )
            journal.record(journal.SYSTEM, "workspace.opened", owner, now=clock(), slug=isp.slug)
            settle(isp, owner)
        Domain.objects.update_or_create(
            domain=addresses.host(isp.slug), defaults={"tenant": isp, "is_primary": True}
        )
        isp.state, isp.opened_at, isp.owner_password = Isp.State.ACTIVE, clock(), ""
        isp.progress, isp.state_text = 100, "Ready"
        isp.save(update_fields=["state", "opened_at", "owner_password", "progress", "state_text"])


def retry(isp: Isp) -> bool:
    """Take a failed workspace back to waiting; False when it did not fail."""
    return bool(
        Isp.objects.filter(pk=isp.pk, state=Isp.State.FAILED).update(
            state=Isp.State.WAITING, progress=0, state_text="Waiting for a free worker"
        )
    )
