"""A question to a router that a person waits for: asked by the web, answered by a worker, shown, and gone.

Nothing of it is in the database. The answer waits a minute in the cache, sealed under the service's key.
"""

import json
import secrets
from datetime import datetime
from typing import Any

from django.core.cache import cache

from accounts import journal, limits
from accounts.journal import Actor
from kmikro.lib import here
from kmikro.lib.refusal import Refusal
from kmikro.lib.secrets import Undecryptable, seal, unseal
from routers.models import Router

TTL = 60  # seconds an answer waits for its reader
RATE = "20 per minute"  # questions to one router
LIVE_RATE = "40 per minute"  # readings of counters for live traffic, for one router
Ask = dict[str, Any]


def begin(router: Router, what: str, subject: str, *, by: Actor, now: datetime, noted: bool = True) -> str:
    """Register a question and give its token; too many for one router are refused."""
    if router.address is None or not router.is_ready:
        raise Refusal("setup", "The router is still being set up.")
    limits.hit("router-ask" if noted else "router-live", router.pk, rule=RATE if noted else LIVE_RATE)
    token = secrets.token_urlsafe(18)
    put(token, {"router": router.pk, "what": what, "subject": subject, "steps": [], "is_done": False})
    if noted:
        journal.record(by, "router.asked", router, now=now, what=what)
    return token


def put(token: str, ask: Ask) -> None:
    """Keep the state of a question for a minute."""
    cache.set(f"ask:{token}", seal(json.dumps(ask).encode(), bound_to=_bound(token)), TTL)


def get(token: str) -> Ask | None:
    """The state of a question; None when nobody asked it or it is too old."""
    sealed = cache.get(f"ask:{token}")
    if not isinstance(sealed, str):
        return None
    try:
        ask: Ask = json.loads(unseal(sealed, bound_to=_bound(token)))
    except Undecryptable:
        return None
    return ask


def _bound(token: str) -> str:
    return f"{here.schema()}|ask|{token}"
