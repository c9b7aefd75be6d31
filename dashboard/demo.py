"""What the demo ISP holds: people, plans, voucher batches, a token and a router that waits for its command."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts import invitations, journal, tokens
from accounts.models import User
from accounts.roles import Role
from billing import vouchers
from billing.models import Batch, Voucher
from routers import enrolment
from routers.models import Router
from subscribers import plans
from subscribers.models import Plan
from tenants import addresses
from tenants.tasks import tenant_task

SLUG = "demo"
NAME = "Savanna Net"
HOUR, GIGABYTE, MEGABIT = 3600, 10**9, 10**6
PEOPLE = {
    Role.OWNER: "Achieng Odhiambo",
    Role.MANAGER: "Kevin Maina",
    Role.SUPPORT: "Ruth Wanjala",
    Role.TECHNICIAN: "Tom Ouma",
    Role.CASHIER: "Njeri Kamau",
    Role.RESELLER: "Peter Otieno",
}
PLANS = (
    plans.Terms("Hour", 2_000, "KES", 5 * MEGABIT, 2 * MEGABIT, validity_seconds=HOUR),
    plans.Terms("Day", 8_000, "KES", 5 * MEGABIT, 2 * MEGABIT, validity_days=1),
    plans.Terms(
        "Week 10 GB", 35_000, "KES", 10 * MEGABIT, 5 * MEGABIT, validity_days=7,
        data_limit_bytes=10 * GIGABYTE, devices=2,
    ),
)  # fmt: skip
BATCHES = (("Day", 48, "Counter at the mall"), ("Week 10 GB", 24, "Guests of the virtual router"))
ROUTER, SITE, INTERFACE = "Kitengela Mall", "Kitengela", "bridge-lan"
FRESH = timedelta(minutes=15)  # a command with less time left than this is made anew


def email(role: Role) -> str:
    return f"{role.value}@savanna.example"


def password(role: Role) -> str:
    """Known to everybody: the demo belongs on a laptop."""
    return f"demo-{role.value}-2026"


def files() -> dict[str, Path]:
    """Where the seed leaves its secrets: the virtual router reads two of them."""
    state = Path(settings.STATE_DIR)
    return {"demo": state / "demo.json", "paste": state / "vrouter/paste", "codes": state / "vrouter/codes"}


def keep(path: Path, text: str) -> None:
    """Write for the owner's eyes only, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


@tenant_task()
def furnish(moment: str) -> dict[str, Any]:
    """Bring the demo ISP to what it should hold; a second time changes nothing. Called in-process."""
    now = datetime.fromisoformat(moment)
    owner = User.objects.get(email__iexact=email(Role.OWNER))
    _hire(owner, now)
    _stock(now)
    _mark_codes()
    _expect_router(now)
    return {
        "isp": NAME,
        "host": addresses.host(SLUG),
        "url": addresses.url(SLUG),
        "sign_ins": [{"role": role.value, "email": email(role), "password": password(role)} for role in Role],
        "api_token": _token(journal.person(owner), now),
        "codes_file": str(files()["codes"]),
        "paste_file": str(files()["paste"]),
    }


def _hire(owner: User, now: datetime) -> None:
    here = set(User.objects.values_list("email", flat=True))
    for role, name in PEOPLE.items():
        if email(role) in here:
            continue
        _invitation, token = invitations.invite(
            email=email(role), name=name, role=role, by=owner, actor=journal.person(owner), now=now
        )
        invitations.join(token, name=name, password=password(role), address=None, now=now)


def _stock(now: datetime) -> None:
    for terms in PLANS:
        if not Plan.objects.filter(name=terms.name).exists():
            plans.create(terms, by=journal.SYSTEM, now=now)
    for plan, count, note in BATCHES:
        if not Batch.objects.filter(note=note).exists():
            found = Plan.objects.get(name=plan)
            batch = vouchers.ask_batch(found, count, note, by=journal.SYSTEM, now=now)
            vouchers.make_batch(batch, now=now)


def _mark_codes() -> None:
    """Codes that still work, for the users of the virtual router."""
    live = Voucher.objects.filter(batch__note=BATCHES[1][2], voided_at=None).order_by("serial")
    keep(files()["codes"], "".join(f"{voucher.code}\n" for voucher in live))


def _expect_router(now: datetime) -> None:
    """The command for the virtual router, until it has been pasted."""
    router = Router.objects.filter(name=ROUTER).first()
    paste = files()["paste"]
    if router is None:
        site = enrolment.place(SITE, now=now)
        router = enrolment.begin(name=ROUTER, site=site, interface=INTERFACE, by=journal.SYSTEM, now=now)
    elif router.state not in {Router.State.WAITING, Router.State.FETCHED}:
        paste.unlink(missing_ok=True)
        return
    elif router.enrolment_expires_at is None or router.enrolment_expires_at < now + FRESH:
        router = enrolment.renew(router, by=journal.SYSTEM, now=now)
    line = enrolment.command(router, addresses.host(SLUG), check_certificate=settings.SECURE)
    if line:
        keep(paste, line + "\n")


def _token(by: journal.Actor, now: datetime) -> str:
    """The kept API token while it works, else a new one with every scope."""
    path = files()["demo"]
    try:
        known = str(json.loads(path.read_text())["api_token"])
    except (OSError, ValueError, KeyError, TypeError):
        known = ""
    if known and tokens.find(known, now=now):
        return known
    _row, secret = tokens.mint(
        name="Demo", scopes=tokens.SCOPES, expires_at=now + timedelta(days=365), by=by, now=now
    )
    return secret
