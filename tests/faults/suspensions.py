"""Run as a program: suspends ten people at once, again and again, while they sign in at every worker.

Prints for each suspension how long after its commit a login was asked that was still answered with an Accept.
"""

import itertools
import json
import sys
import threading
import time

import django

django.setup()

from subscribers.models import Plan, Service  # noqa: E402 - after setup
from tenants import scope  # noqa: E402
from tests.factories import make_plan, make_service  # noqa: E402
from tests.faults.load import ACCEPT, REJECT, Caller, Login  # noqa: E402
from tests.waiting import until  # noqa: E402

PEOPLE = [f"restless-{number}" for number in range(10)]
AFTER = 1.5  # seconds for which they go on trying


def plant(schema: str) -> None:
    with scope.inside(schema):
        Service.objects.filter(label__in=PEOPLE).delete()
        plan = Plan.objects.filter(name="Restless").first()
        plan = plan or make_plan(name="Restless", validity_seconds=None, devices=9)
        for name in PEOPLE:
            make_service(code=name, label=name, kind="account", secret="as-ever", plan=plan)


def turn(schema: str, status: str) -> float:
    """All of them in one commit; when it was over."""
    with scope.inside(schema):
        Service.objects.filter(label__in=PEOPLE).update(status=status)
    return time.monotonic()


def sign_in(address: str, secret: str, auth: int) -> list[Caller]:
    """Several ports, so that the kernel spreads them over all workers."""
    made = [
        Caller(address, secret, auth, ((name, "as-ever") for name in itertools.cycle(PEOPLE)), pace=60, tries=1,
               patience=2.5, window=250)
        for _ in range(6)
    ]  # fmt: skip
    for each in made:
        each.start()
    return made


def main(schema: str, address: str, secret: str, auth: str, rounds: str) -> None:
    plant(schema)
    stale: list[float] = []
    asked = never = 0
    for _ in range(int(rounds)):
        turn(schema, "active")
        made = sign_in(address, secret, int(auth))
        until(lambda made=made: sum(each.code == ACCEPT for one in made for each in one.logins) > 60, 20)
        committed = turn(schema, "suspended")
        threading.Event().wait(AFTER)
        logins: list[Login] = [login for each in made for login in each.stop()]
        asked += len(logins)
        for name in PEOPLE:
            mine = [each for each in logins if each.name == name]
            let_in = [each.at - each.seconds - committed for each in mine if each.code == ACCEPT]
            stale.append(max(0.0, *let_in))
            refused = [each for each in mine if each.code == REJECT and each.at - each.seconds > committed]
            never += not refused
    print(json.dumps({"stale": stale, "asked": asked, "never": never}))


if __name__ == "__main__":
    main(*sys.argv[1:])
