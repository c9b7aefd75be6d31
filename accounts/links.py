"""Signed links to one person in one schema: password reset and the first sign-in, each good once."""

import hashlib
import hmac
from datetime import datetime, timedelta
from enum import StrEnum

from django.core.signing import BadSignature, Signer
from django.db import connection

from accounts.models import User

LIFETIME = timedelta(minutes=30)


class Purpose(StrEnum):
    RESET = "reset"
    FIRST_SIGN_IN = "first"


def _signer(purpose: Purpose) -> Signer:
    # The schema is part of the salt: a link of one ISP means nothing at another.
    schema = str(getattr(connection, "schema_name", "public"))
    return Signer(salt=f"accounts.links.{purpose}.{schema}")


def _state(user: User) -> str:
    """Changes with password, sign-in and sign-out everywhere, so that a used link is spent."""
    seen = user.last_login.isoformat() if user.last_login else ""
    parts = (str(user.pk), user.password, user.email, seen, str(user.session_epoch))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def make(purpose: Purpose, user: User, *, now: datetime) -> str:
    """The token of a link that lives half an hour and works once."""
    return _signer(purpose).sign_object({"u": user.pk, "s": _state(user), "t": int(now.timestamp())})


def read(purpose: Purpose, token: str, *, now: datetime) -> User | None:
    """Whose link it is, or None when it is forged, spent, too old or another ISP's."""
    try:
        body = _signer(purpose).unsign_object(token)
        pk, state, made = int(body["u"]), str(body["s"]), int(body["t"])
    except (BadSignature, KeyError, TypeError, ValueError):
        return None
    if not 0 <= now.timestamp() - made <= LIFETIME.total_seconds():
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    return user if user and hmac.compare_digest(_state(user), state) else None
