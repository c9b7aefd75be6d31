"""The ground of a run: a database of its own with one ISP and 10,000 services, dropped afterwards."""

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg2
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection
from psycopg2 import sql

from accounts.models import User
from kmikro.lib import codes
from kmikro.lib.secrets import purpose_key
from radius.models import Session
from subscribers.models import Plan, Service, Subscriber
from tenants import migrating, routes, schemas, scope
from tenants.models import Domain, Isp

PEOPLE = 10_000
SECRET = "bench-secret-of-26-letters"
SOURCE = "127.0.7.1"


@dataclass(frozen=True)
class Ground:
    """isp with PEOPLE voucher services; codes are their clear codes."""

    isp: Isp
    codes: list[str]
    plan_id: int


def admin(statement: sql.Composed) -> None:
    """Run a statement outside every database of a run."""
    at = settings.DATABASES["default"]
    line = psycopg2.connect(
        dbname="postgres", user=at["USER"], password=at["PASSWORD"], host=at["HOST"], port=at["PORT"]
    )
    line.autocommit = True
    with closing(line), line.cursor() as cursor:
        cursor.execute(statement)


def drop_database(name: str, within: float = 20.0) -> None:
    """Drop it with everybody in it. RADIUS has a login of its own that we may not end, so it gets `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        try:
            admin(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            return
        except psycopg2.errors.InsufficientPrivilege:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@contextmanager
def laid() -> Iterator[Ground]:
    """Make the database and everything in it; DATABASE_URL in the environment then names it for child processes."""
    name, now = f"bench_{os.getpid()}", datetime.now(UTC)
    at = settings.DATABASES["default"]
    admin(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    at["NAME"] = connection.settings_dict["NAME"] = name
    os.environ["DATABASE_URL"] = (
        f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{name}"
    )
    connection.close()
    isp = None
    try:
        migrating.migrate_all(lambda _line: None, now)
        isp = Isp.objects.create(
            schema_name=schemas.new_name(), name="Bench Net", slug="bench", country="KE", currency="KES",
            time_zone="Africa/Nairobi", state=Isp.State.ACTIVE, made_at=now, trial_ends_at=now + timedelta(days=21),
            terms_version=1,
        )  # fmt: skip
        Domain.objects.create(domain=f"bench.{settings.BASE_DOMAIN}", tenant=isp, is_primary=True)
        schemas.make(isp.schema_name, now)
        yield _filled(isp, now)
    finally:
        if isp:
            schemas.drop(isp.schema_name)
        connection.close()
        drop_database(name)


def _filled(isp: Isp, now: datetime) -> Ground:
    key, minted = purpose_key("service lookup"), sorted({codes.mint() for _ in range(PEOPLE)})
    with scope.inside(isp.schema_name):
        User.objects.create(
            email="owner@bench.test",
            name="Bench Owner",
            role="owner",
            password=make_password(None),
            joined_at=now,
        )
        plan = Plan.objects.create(
            name="Bench", price_minor=5000, currency="KES", download_bps=5_000_000, upload_bps=2_000_000, devices=100,
            made_at=now, changed_at=now,
        )  # fmt: skip
        Subscriber.objects.bulk_create(
            (
                Subscriber(name=f"Subscriber {number}", account_number=f"{10_001 + number}", made_at=now)
                for number in range(PEOPLE)
            ),
            batch_size=1000,
        )
        services = Service.objects.bulk_create(
            (
                Service(
                    kind="voucher", label=f"1-{number:05d}", plan=plan, made_at=now, first_used_at=now,
                    lookup=codes.lookup_digest(key, isp.schema_name, code),
                )
                for number, code in enumerate(minted)
            ),
            batch_size=1000,
        )  # fmt: skip
        Session.objects.bulk_create(
            (
                Session(
                    router_id=1, acct_session_id=f"81{number:06x}", username=minted[number], service=service,
                    mac=f"AA:00:00:00:{number >> 8:02X}:{number & 255:02X}", started_at=now, updated_at=now,
                )
                for number, service in enumerate(services)
            ),
            batch_size=1000,
        )  # fmt: skip
        routes.register_nas(
            1, address=SOURCE, secret=SECRET, coa_port=3799, require_message_auth=True, now=now
        )
    return Ground(isp, minted, plan.pk)
