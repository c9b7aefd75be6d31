"""Starting and ending sessions, the same way on both kinds of host."""

from datetime import UTC, datetime

import structlog
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest

from accounts import journal, limits
from accounts.models import User
from dashboard import access, lasting
from dashboard.middleware import EPOCH
from kmikro.lib.refusal import Refusal

log = structlog.get_logger("dashboard.entry")
WRONG = "This email and password do not fit. Nothing else is wrong."


def check(request: HttpRequest, email: str, password: str, kind: str) -> User:
    """The person with these credentials; the same sentence, cost and limits whether they exist or not."""
    network = limits.network(access.address(request))
    limits.hit("sign-in-network", network)
    limits.hit("sign-in", email, network)
    user = authenticate(request, email=email, password=password)
    if not isinstance(user, User) or user.kind != kind:
        log.info("sign-in-refused", address=access.address(request))
        raise Refusal("wrong_credentials", WRONG)
    limits.forget("sign-in", email, network)
    return user


def begin(request: HttpRequest, user: User, verb: str = "person.signed_in") -> None:
    """Sign in with a new session id, bound to the person's present epoch, and note it."""
    login(request, user, backend="accounts.backend.EmailBackend")
    now = datetime.now(UTC)
    request.session[EPOCH] = user.session_epoch
    lasting.begin(request.session, int(now.timestamp()))
    who = journal.person(user, access.address(request))
    journal.record(who, verb, user, now=now)


def end(request: HttpRequest) -> None:
    """Sign this browser out."""
    if isinstance(request.user, User) and request.user.is_authenticated:
        journal.record(access.actor(request), "person.signed_out", request.user, now=datetime.now(UTC))
    logout(request)
