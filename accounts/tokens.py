"""API tokens: kmk_ and 43 url-safe characters, shown once, kept as SHA-256."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from accounts import journal
from accounts.journal import Actor
from accounts.models import ApiToken
from accounts.roles import Action
from kmikro.lib.refusal import Refusal

PREFIX = "kmk_"
LONGEST = timedelta(days=366)
USE_NOTED_EVERY = timedelta(minutes=1)  # last_used_at is written at most this often
# What no token can do: these acts need a person who is signed in.
PERSONS_ONLY = frozenset(
    {
        Action.CHANGE_TOKENS,
        Action.ACCEPT_TERMS,
        Action.CHANGE_TEAM,
        Action.CHANGE_SETTINGS,
        Action.EXCUSE_ROUTERS,
        Action.TAKE_COPIES,
    }
)
SCOPES = tuple(action for action in Action if action not in PERSONS_ONLY)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()


@transaction.atomic
def mint(
    *, name: str, scopes: Iterable[str], expires_at: datetime, by: Actor, now: datetime
) -> tuple[ApiToken, str]:
    """Make a token; the second value is the only copy of the secret."""
    wanted = sorted(set(scopes))
    if not wanted:
        raise Refusal("no_scope", "Choose at least one thing that the token may do.", field="scopes")
    if not set(wanted) <= set(SCOPES):
        raise Refusal("unknown_scope", "A token cannot have this scope.", field="scopes")
    if not now < expires_at <= now + LONGEST:
        raise Refusal("bad_expiry", "A token ends within one year.", field="expires")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        name=name,
        start=secret[:12],
        digest=digest(secret),
        scopes=wanted,
        made_by_id=by.id,
        made_at=now,
        expires_at=expires_at,
    )
    journal.record(by, "token.made", token, now=now, scopes=wanted, expires_at=expires_at.isoformat())
    return token, secret


def find(secret: str, *, now: datetime) -> ApiToken | None:
    """The live token of this ISP with this secret; notes its use once a minute."""
    if not secret.startswith(PREFIX) or len(secret) > 100:
        return None
    wanted = digest(secret)
    token = ApiToken.objects.filter(digest=wanted, revoked_at=None, expires_at__gt=now).first()
    if token is None or not hmac.compare_digest(token.digest, wanted):
        return None
    if token.last_used_at is None or now - token.last_used_at >= USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        token.last_used_at = now
    return token


@transaction.atomic
def revoke(token: ApiToken, *, by: Actor, now: datetime) -> None:
    """End a token at once; a second time changes nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        token.revoked_at = now
        journal.record(by, "token.revoked", token, now=now)
