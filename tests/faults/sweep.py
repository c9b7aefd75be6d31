"""Run as a program: the sweep of the planted ISP as it would run some seconds from now."""

import json
import sys
from datetime import datetime, timedelta, tzinfo

import django

django.setup()

from radius import tasks  # noqa: E402 - after setup


def main(schema: str, seconds: str) -> None:
    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(seconds=int(seconds))

    tasks.datetime = Later  # type: ignore[attr-defined]
    tasks.close_stale(schema)
    print(json.dumps({"swept": True}))


if __name__ == "__main__":
    main(*sys.argv[1:])
