"""How long a sign-in lasts: it ends by idleness and by age, sooner for those who may do more. Reads no clock."""

from datetime import timedelta
from typing import Any, NamedTuple

from accounts.models import User
from accounts.roles import Role

SINCE, SEEN = "since", "seen"  # in the session: unix seconds of the sign-in and of the last activity noted
NOTED_EVERY = 60  # seconds: a session is written at most this often to say that it is alive


class Span(NamedTuple):
    """After how much idleness, and after how long in any case, one has to sign in again."""

    idle: timedelta
    age: timedelta


POWERFUL = Span(idle=timedelta(minutes=30), age=timedelta(hours=12))
COUNTER = Span(idle=timedelta(hours=12), age=timedelta(days=7))
OTHERS = Span(idle=timedelta(hours=12), age=timedelta(hours=12))
SPANS = {
    Role.OWNER.value: POWERFUL,
    Role.MANAGER.value: POWERFUL,
    Role.CASHIER.value: COUNTER,
    Role.RESELLER.value: COUNTER,
}


def span_of(user: User) -> Span:
    return POWERFUL if user.kind == User.Kind.STAFF else SPANS.get(user.role, OTHERS)


def is_over(session: Any, user: User, now: int) -> bool:
    """Whether the person has to sign in again; a session without marks has just begun."""
    span = span_of(user)
    idle, age = now - session.get(SEEN, now), now - session.get(SINCE, now)
    return bool(idle >= span.idle.total_seconds() or age >= span.age.total_seconds())


def begin(session: Any, now: int) -> None:
    session[SINCE] = session[SEEN] = now


def note(session: Any, now: int, *, active: bool) -> None:
    """Write down that the person is there; what a page asks for by itself is no activity."""
    if SINCE not in session or SEEN not in session:
        begin(session, now)
    elif active and now - session[SEEN] >= NOTED_EVERY:
        session[SEEN] = now
