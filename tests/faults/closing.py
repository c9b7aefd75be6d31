"""Run as a program: the platform suspends the planted ISP while people sign in, and lifts it again."""

import json
import sys
import threading
import time
from datetime import UTC, datetime

import django

django.setup()

from django.conf import settings  # noqa: E402 - after setup

from accounts.journal import SYSTEM  # noqa: E402
from accounts.models import JournalEntry, User  # noqa: E402
from radius.models import AuthAttempt  # noqa: E402
from tenants import scope, suspending  # noqa: E402
from tenants.models import Isp  # noqa: E402
from tests.conftest import HostClient, host_of, sign_in  # noqa: E402
from tests.faults import suspensions  # noqa: E402
from tests.faults.load import ACCEPT, REJECT, Login  # noqa: E402
from tests.waiting import until  # noqa: E402

CODE = "isp_suspended"


def main(schema: str, address: str, secret: str, auth: str) -> None:
    isp = Isp.objects.get(schema_name=schema)
    suspensions.plant(schema)
    suspensions.turn(schema, "active")
    made = suspensions.sign_in(address, secret, int(auth))
    until(lambda: sum(each.code == ACCEPT for one in made for each in one.logins) > 60, 20)
    suspending.suspend_isp(isp, "Spam was sent from here", by=SYSTEM, now=datetime.now(UTC))
    committed = time.monotonic()
    try:
        threading.Event().wait(2)
        logins: list[Login] = [login for each in made for login in each.stop()]
        late = [each.at - each.seconds - committed for each in logins if each.code == ACCEPT]
        until(lambda: _noted(schema), 30, "the login log does not say why")
        found = {
            "stale": max(0.0, *late),
            "refused": sum(each.code == REJECT and each.at - each.seconds > committed for each in logins),
            **_owner(isp),
        }
    finally:
        suspending.resume_isp(isp, by=SYSTEM, now=datetime.now(UTC))
    made = suspensions.sign_in(address, secret, int(auth))
    until(lambda: any(each.code == ACCEPT for one in made for each in one.logins), 20)
    for each in made:
        each.stop()
    with scope.inside(schema):
        found["journal"] = JournalEntry.objects.filter(verb__startswith="workspace.").count()
    print(json.dumps(found))


def _noted(schema: str) -> str:
    """The sentence of a refusal in the ISP's login log."""
    with scope.inside(schema):
        said = (
            AuthAttempt.objects.filter(code=CODE, accepted=False).values_list("sentence", flat=True).first()
        )
    return said or ""


def _owner(isp: Isp) -> dict[str, str | int]:
    """What the owner can do meanwhile."""
    with scope.inside(isp.schema_name):
        owner = User.objects.get(role="owner")
    browser = sign_in(HostClient(host_of(isp)), isp, owner)
    browser.raise_request_exception = False
    page = browser.get("/subscribers/")
    return {
        "read": page.status_code,
        "told": int("Spam was sent from here" in page.content.decode()),
        "write": browser.post("/plans/new/", {"name": "Day"}).status_code,
        "host": f"{isp.slug}.{settings.BASE_DOMAIN}",
        "said": _noted(isp.schema_name),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
