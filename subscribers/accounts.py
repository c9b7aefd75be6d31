"""Accounts: a service with a user name of its own and a secret that we make. Not a portal login."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.journal import Actor, record
from kmikro.lib import codes, here
from kmikro.lib.refusal import Refusal
from kmikro.lib.secrets import purpose_key
from subscribers import sale, standing, usernames
from subscribers.lifecycle import OVER
from subscribers.models import Plan, Service, Subscriber

SECRET_LENGTH = 12  # of 31 characters: 59 bits, and people can read it out on the telephone
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    return "".join(secrets.choice(_READABLE) for _ in range(SECRET_LENGTH))


def open_account(
    username: str,
    plan: Plan,
    subscriber: Subscriber | None,
    *,
    by: Actor,
    now: datetime,
    access: str = Service.Access.ANY,
    expires_at: datetime | None = None,
) -> tuple[Service, str]:
    """A new account and its secret, which is shown once. Raises Refusal when the name will not do."""
    name = usernames.checked(username)
    if plan.is_archived:
        raise Refusal("plan_archived", f"{plan.name} is archived. Restore it first.", field="plan")
    sale.check(plan, subscriber, now=now)
    secret, digest = new_secret(), lookup(name)
    try:
        with transaction.atomic():
            status = standing.for_new_service(subscriber)
            service = Service.objects.create(
                kind=Service.Kind.ACCOUNT,
                label=name,
                lookup=digest,
                secret=secret,
                subscriber=subscriber,
                plan=plan,
                status=status,
                access=access,
                made_at=now,
                expires_at=expires_at or sale.until(plan, now=now),
            )
    except IntegrityError as error:
        if "lookup" not in str(error):
            raise
        raise Refusal(
            "username_taken", f"{name} is taken. Choose another user name.", field="username"
        ) from None
    record(by, "account.open", service, now=now, plan=plan.name, access=str(access))
    return service, secret


def rotate_secret(service: Service, *, by: Actor, now: datetime) -> str:
    """Give an account a new secret, shown once; the old one opens nothing from then on."""
    if service.kind != Service.Kind.ACCOUNT:
        raise Refusal("no_secret", "A voucher's code is its password and cannot be changed.")
    with transaction.atomic():
        held = Service.objects.select_for_update(of=("self",)).get(pk=service.pk)
        if held.status in OVER:
            raise Refusal("wrong_state", f"{held.label} is {held.status}. A secret of it would open nothing.")
        held.secret = new_secret()
        held.save(update_fields=["secret"])
        record(by, "account.secret", held, now=now)
    return str(held.secret)


def lookup(name: str) -> str:
    """Exactly as it is written: user names of PPP are told apart by case."""
    return codes.lookup_digest(purpose_key("service lookup"), here.schema(), name)
