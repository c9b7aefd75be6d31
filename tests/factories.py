"""Rows for tests; call them inside a tenant. Every number and name can be overridden."""

import itertools
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from billing.models import Agent, Batch, Voucher
from kmikro.lib import codes, phones
from kmikro.lib.secrets import purpose_key
from radius.models import AuthAttempt, Session
from routers.models import Router
from subscribers.models import Device, Email, Phone, Plan, Service, Site, Subscriber

_next = itertools.count(1)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def lookup(name: str) -> str:
    return codes.lookup_digest(purpose_key("service lookup"), connection.schema_name, name)


def make_site(**fields: Any) -> Site:
    return Site.objects.create(**{"name": f"Site {next(_next)}", "made_at": NOW, **fields})


def make_plan(**fields: Any) -> Plan:
    base = {
        "name": f"Plan {next(_next)}",
        "price_minor": 5000,
        "currency": "KES",
        "download_bps": 5_000_000,
        "upload_bps": 2_000_000,
        "validity_seconds": 3600,
        "devices": 1,
        "made_at": NOW,
        "changed_at": NOW,
    }
    return Plan.objects.create(**{**base, **fields})


def make_service(*, code: str | None = None, plan: Plan | None = None, **fields: Any) -> Service:
    code = code or codes.mint()
    plan = plan or make_plan()
    base = {
        "kind": "voucher",
        "label": f"1-{next(_next):04d}",
        "lookup": lookup(code),
        "plan": plan,
        "made_at": NOW,
    }
    return Service.objects.create(**{**base, **fields})


def make_batch(*, plan: Plan | None = None, **fields: Any) -> Batch:
    plan = plan or make_plan()
    base = {
        "plan": plan, "count": 1, "made": 1, "price_minor": plan.price_minor, "currency": plan.currency,
        "state": Batch.State.READY, "made_at": NOW,
    }  # fmt: skip
    return Batch.objects.create(**{**base, **fields})


def make_voucher(
    *, code: str | None = None, batch: Batch | None = None, plan: Plan | None = None, **service: Any
) -> Voucher:
    """A voucher with its service; the clear code is voucher.code."""
    code = code or codes.mint()
    batch = batch or make_batch(plan=plan)
    made = make_service(code=code, plan=plan or batch.plan, **service)
    return Voucher.objects.create(batch=batch, serial=next(_next), service=made, code=code, tail=code[-4:])


def make_agent(**fields: Any) -> Agent:
    return Agent.objects.create(
        **{"name": f"Agent {next(_next)}", "currency": "KES", "made_at": NOW, **fields}
    )


def make_router(*, site: Site | None = None, **fields: Any) -> Router:
    number = next(_next)
    base = {
        "name": f"Router {number}", "site": site or make_site(), "public_id": f"r{number:09d}", "state": "ready",
        "address": f"127.{number // 250 % 250}.{number % 250}.9", "api_password": "secret-" + "x" * 20,
        "radius_secret": "s" * 26, "login_url": "http://10.5.50.1/login", "made_at": NOW, "is_up": True,
        "checked_at": NOW, "ready_at": NOW,
    }  # fmt: skip
    return Router.objects.create(**{**base, **fields})


def make_subscriber(*, phone: str = "+254700000001", email: str = "", **fields: Any) -> Subscriber:
    number = next(_next)
    made = Subscriber.objects.create(
        **{"name": f"Ana {number}", "account_number": f"{90_000 + number}", "made_at": NOW, **fields}
    )
    if phone:
        Phone.objects.create(
            subscriber=made, number=phone, digits=phones.digits(phone, "KE"), is_primary=True
        )
    if email:
        Email.objects.create(subscriber=made, address=email, is_primary=True)
    return made


def make_device(*, service: Service, **fields: Any) -> Device:
    number = next(_next)
    return Device.objects.create(
        **{
            "mac": f"02:00:00:00:{number // 256 % 256:02X}:{number % 256:02X}",
            "service": service,
            "made_at": NOW,
            **fields,
        }
    )


def make_session(*, service: Service | None = None, router: Router | None = None, **fields: Any) -> Session:
    number = next(_next)
    base = {
        "router_id": (router or make_router()).pk, "acct_session_id": f"80{number:06x}", "username": f"user-{number}",
        "service": service, "mac": "AA:BB:CC:00:00:01", "framed_ip": "10.5.50.20", "started_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    return Session.objects.create(**{**base, **fields})


def make_attempt(
    *, service: Service | None = None, router: Router | None = None, **fields: Any
) -> AuthAttempt:
    number = next(_next)
    base = {
        "record_id": number, "at": NOW, "router_id": (router or make_router()).pk, "service": service,
        "username": f"user-{number}", "mac": "AA:BB:CC:00:00:01", "accepted": False, "code": "unknown_user",
        "sentence": "No voucher or account has this name.",
        "trace": [{"code": "unknown_user", "ok": False, "text": "No voucher or account has this name."}],
    }  # fmt: skip
    return AuthAttempt.objects.create(**{**base, **fields})
