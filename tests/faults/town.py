"""Run as a program: gives the planted ISP many routers and many accounts."""

import json
import sys
from datetime import UTC, datetime

import django

django.setup()

from django.db import transaction  # noqa: E402 - after setup

from subscribers.models import Plan, Service  # noqa: E402
from tenants import routes, scope  # noqa: E402
from tests.factories import make_plan, make_service  # noqa: E402

PASSWORD = "everybody-has-one"  # of this test's people, who exist in no other place


def main(schema: str, routers: str, people: str) -> None:
    now = datetime.now(UTC)
    known = {f"127.0.{80 + number // 250}.{number % 250 + 1}": number for number in range(int(routers))}
    names = [f"town-{number}" for number in range(int(people))]
    with scope.inside(schema), transaction.atomic():
        for address, number in known.items():
            routes.register_nas(
                1_000 + number,
                address=address,
                secret=f"a-secret-of-router-number-{number:04d}",
                coa_port=3799,
                require_message_auth=True,
                now=now,
            )
        there = set(Service.objects.filter(label__startswith="town-").values_list("label", flat=True))
        plan = Plan.objects.filter(name="Town").first() or make_plan(name="Town", validity_seconds=None)
        for name in names:
            if name not in there:
                make_service(code=name, label=name, kind="account", secret=PASSWORD, plan=plan, access="ppp")
    found = {address: f"a-secret-of-router-number-{number:04d}" for address, number in known.items()}
    print(json.dumps({"routers": found, "names": names, "password": PASSWORD}))


if __name__ == "__main__":
    main(*sys.argv[1:])
