"""Run as a program: a session that shall end, wished for while the broker may be away, and the sweep a minute later."""

import json
import sys
from datetime import UTC, datetime, timedelta

import django

django.setup()

from accounts.journal import SYSTEM  # noqa: E402 - after setup
from kmikro.celery import app  # noqa: E402
from radius import disconnect, limits  # noqa: E402
from radius.models import Session  # noqa: E402
from subscribers.models import Service  # noqa: E402
from tenants import scope  # noqa: E402
from tests.factories import make_session  # noqa: E402

NAME = "wished-away"


def main(what: str, schema: str) -> None:
    now = datetime.now(UTC)
    with scope.inside(schema):
        if what == "plant":
            Session.objects.filter(acct_session_id=NAME).delete()
            make_session(service=Service.objects.get(label="calm"), acct_session_id=NAME, started_at=now)
        session = Session.objects.get(acct_session_id=NAME)
        if what == "ask":
            disconnect.ask(session, by=SYSTEM, now=now)
        if what == "repeat":
            limits.repeat(now + timedelta(seconds=61))
        session.refresh_from_db()
        state = session.disconnect_state
    print(json.dumps({"state": state, "queued": _queued() if what != "plant" else 0}))


def _queued() -> int:
    """Wishes that lie with the broker; none when it cannot be reached."""
    try:
        with app.connection_for_read(connect_timeout=1) as line:
            queue = line.default_channel
            names = [each.name for each in app.amqp.queues.values()]
            return sum(queue.client.llen(name) for name in names)
    except OSError:
        return 0
    except Exception as error:  # kombu wraps what the client of Valkey raises
        if "refused" in str(error).lower() or "connect" in str(error).lower():
            return 0
        raise


if __name__ == "__main__":
    main(*sys.argv[1:])
