"""Run as a program: how many journal rows wait, and sessions and usage of one account of the planted ISP."""

import json
import sys

import django

django.setup()

from radius.models import Session  # noqa: E402 - after setup
from subscribers.models import Service  # noqa: E402
from tenants import scope  # noqa: E402
from tenants.models import RadiusRecord  # noqa: E402


def main(schema: str, name: str) -> None:
    waiting = RadiusRecord.objects.filter(kind="acct").count()
    bad = RadiusRecord.objects.filter(kind="bad").count()
    with scope.inside(schema):
        names = list(Session.objects.filter(username=name).values_list("acct_session_id", flat=True))
        used = Service.objects.get(label=name).download_bytes
    print(json.dumps({"waiting": waiting, "bad": bad, "sessions": names, "used": used}))


if __name__ == "__main__":
    main(*sys.argv[1:])
