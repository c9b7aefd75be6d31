"""Run as a program: the sessions of the planted ISP whose id begins so, and whether the journal is folded."""

import json
import sys
from datetime import UTC, datetime

import django

django.setup()

from radius.models import Session  # noqa: E402 - after setup
from tenants import scope  # noqa: E402
from tenants.models import RadiusRecord  # noqa: E402


def main(schema: str, mark: str) -> None:
    waiting = RadiusRecord.objects.filter(kind="acct").count()
    now = datetime.now(UTC)
    with scope.inside(schema):
        rows = [
            {
                "name": each.acct_session_id,
                "down": each.download_bytes,
                "seconds": each.seconds,
                "ended": each.ended_at is not None,
                "lasted": round((each.ended_at - each.started_at).total_seconds()) if each.ended_at else None,
                "cause": each.end_cause,
                "age": (now - each.started_at).total_seconds(),
                "flags": flags(each),
            }
            for each in Session.objects.filter(acct_session_id__startswith=mark).order_by("started_at", "pk")
        ]
    print(json.dumps({"waiting": waiting, "sessions": rows}))


def flags(session: Session) -> str:
    return json.dumps(session.fold, default=str)


if __name__ == "__main__":
    main(*sys.argv[1:])
