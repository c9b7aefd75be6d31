"""Run as a program: how many journal rows wait, and the sessions and the service's bytes of the planted ISP."""

import json
import sys

import django

django.setup()

from radius.models import Session  # noqa: E402 - after setup
from subscribers.models import Service  # noqa: E402
from tenants import scope  # noqa: E402
from tenants.models import RadiusRecord  # noqa: E402


def main(schema: str) -> None:
    waiting = RadiusRecord.objects.filter(kind="acct").count()
    bad = RadiusRecord.objects.filter(kind="bad").count()
    with scope.inside(schema):
        names = list(Session.objects.values_list("acct_session_id", flat=True))
        used = Service.objects.exclude(download_bytes=0).get().download_bytes
    print(json.dumps({"waiting": waiting, "bad": bad, "sessions": names, "used": used}))


if __name__ == "__main__":
    main(sys.argv[1])
