"""Who may log in to routers themselves: made, read, switched off. RouterOS asks for them with `/user aaa use-radius`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.journal import Actor, record
from kmikro.lib import codes, here, mschap
from kmikro.lib.refusal import Refusal
from kmikro.lib.secrets import purpose_key
from radius.case import ROUTER_LOGIN
from radius.known import Facts, PlanFacts
from radius.models import RouterAccount
from subscribers.accounts import new_secret
from subscribers.usernames import USERNAME

_PLAN = PlanFacts(0, "router logins", 0, 0, 0)  # one for all: what tells them apart is their own


def make(
    name: str,
    *,
    group: str,
    by: Actor,
    now: datetime,
    routers: Collection[int] = (),
    expires_at: datetime | None = None,
) -> tuple[RouterAccount, str]:
    """A new account and its secret, which is shown once. `routers`: ids, none for all. Raises Refusal."""
    if not USERNAME.fullmatch(name):
        text = "A user name has up to 64 letters, digits and . _ @ + - between them."
        raise Refusal("bad_username", text, field="name")
    if group not in RouterAccount.Group.values:
        raise Refusal("bad_group", "The group is read, write or full.", field="group")
    secret = new_secret()
    try:
        with transaction.atomic():
            account = RouterAccount.objects.create(
                name=name,
                lookup=account_digest(here.schema(), ROUTER_LOGIN + name.encode()),
                secret=secret,
                group=group,
                routers=sorted(routers),
                expires_at=expires_at,
                made_at=now,
            )
    except IntegrityError:
        raise Refusal("username_taken", f"{name} is taken. Choose another user name.", field="name") from None
    record(by, "router_account.make", account, now=now, group=group, routers=sorted(routers))
    return account, secret


def switch(account: RouterAccount, *, on: bool, by: Actor, now: datetime) -> None:
    """Let somebody in to routers again, or no longer; sessions at a router that are open stay open."""
    with transaction.atomic():
        RouterAccount.objects.filter(pk=account.pk).update(is_active=on)
        record(by, "router_account.on" if on else "router_account.off", account, now=now)


def account_digest(schema: str, username: bytes) -> str:
    """Under which digest a name, with ROUTER_LOGIN before it, is stored; never that of a service."""
    return codes.lookup_digest(
        purpose_key("service lookup"), schema, username.decode("utf-8", "surrogateescape")
    )


def login_of(schema: str, username: bytes) -> Facts | None:
    """What policy knows of a name with ROUTER_LOGIN before it; call inside the tenant."""
    account = RouterAccount.objects.filter(lookup=account_digest(schema, username)).first()
    if account is None:
        return None
    secret = account.secret.encode()
    return Facts(
        service_id=0,
        label=account.name,
        kind="login",
        secret=secret,
        status="active" if account.is_active else "suspended",
        starts_from_first_use=False,
        first_used_at=None,
        expires_at=account.expires_at.timestamp() if account.expires_at else None,
        time_used=0,
        data_used=0,
        live=(),
        plan=_PLAN,
        sites=frozenset(account.routers) or None,
        nt_hash=mschap.nt_hash(secret),
        group=account.group,
    )
