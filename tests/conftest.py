"""Fixtures: a real PostgreSQL with two ISPs made once per process; each test's work is rolled back.

Ana's ISP is `isp`; Carla's is `neighbour`. Tests that need real commits take `fresh_isp` (a new schema, dropped
afterwards) instead of pytest-django's transactional mode, which would truncate public.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from _pytest.nodeid import NodeId
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter
from psycopg2 import sql

from accounts import limits
from accounts.models import User
from accounts.roles import Role
from bench.ground import admin, drop_database
from kmikro.celery import app as celery_app
from tenants import keyring, migrating, schemas, scope
from tenants.models import Domain, EnrolmentRoute, Isp, NasRoute

# How long a machine takes to draw an example says nothing about the product.
hypothesis_settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("any-machine")


# Each process counts and caches in a Valkey database of its own: one test's clearing is not another's.
_number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 15 + 1
settings.REDIS_URL = f"{settings.REDIS_URL.rsplit('/', 1)[0]}/{_number}"
settings.CACHES["default"]["LOCATION"] = settings.REDIS_URL

PASSWORD = "correct horse battery"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
_hashed = ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes a minute or more begins first, so that no process is left alone with it at the end."""
    long = ("browser", "journey")
    items.sort(key=lambda item: not any(item.get_closest_marker(each) for each in long))
    if "PYTEST_XDIST_WORKER" in os.environ:
        for item in items:
            _keep_together(item)


def _keep_together(item: pytest.Item) -> None:
    """Tests of one xdist_group run in one process. xdist writes the group behind the name in an attribute that pytest
    9.2 does not read any more, so it is written here where it is read."""
    group = item.get_closest_marker("xdist_group")
    if group is not None and not item.nodeid.endswith(f"@{group.args[0]}"):
        item._id = NodeId.parse(f"{item.nodeid}@{group.args[0]}")  # type: ignore[attr-defined]


def make_isp(slug: str, name: str) -> Isp:
    """An active ISP with one operator of each role (password: PASSWORD)."""
    global _hashed
    _hashed = _hashed or make_password(PASSWORD)
    now = datetime.now(UTC)
    isp = Isp.objects.create(
        schema_name=schemas.new_name(), name=name, slug=slug, country="KE", currency="KES",
        time_zone="Africa/Nairobi", state=Isp.State.ACTIVE, made_at=now, opened_at=now,
        trial_ends_at=now + timedelta(days=21), terms_version=10**6,
    )  # fmt: skip
    Domain.objects.create(domain=f"{slug}.{settings.BASE_DOMAIN}", tenant=isp, is_primary=True)
    schemas.make(isp.schema_name, now)
    keyring.ensure_keys([isp.schema_name], now=now)
    with scope.inside(isp.schema_name):
        User.objects.bulk_create(
            User(email=f"{role.value}@{slug}.test", name=f"{role.value.title()} {name}", role=role.value,
                 password=_hashed, joined_at=now)
            for role in Role
        )  # fmt: skip
    return isp


def drop_isp(isp: Isp) -> None:
    Domain.objects.filter(tenant=isp).delete()
    NasRoute.objects.filter(schema=isp.schema_name).delete()
    EnrolmentRoute.objects.filter(schema=isp.schema_name).delete()
    Isp.objects.filter(pk=isp.pk).delete()
    schemas.drop(isp.schema_name)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any, worker_id: str) -> Iterator[None]:
    name = f"{os.environ.get('KMIKRO_TEST_DB', f'test_kmikro_{os.getpid()}')}_{worker_id}"
    drop_database(name)
    admin(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    with django_db_blocker.unblock():
        connection.close()
        migrating.migrate_all(lambda _line: None, NOW)
        isps = [make_isp("ana", "Ana Net"), make_isp("carla", "Carla Link")]
    yield
    with django_db_blocker.unblock():
        for isp in isps:
            drop_isp(isp)
        connection.close()
    drop_database(name)


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    return getattr(request.config, "workerinput", {}).get("workerid", "main")


@pytest.fixture(autouse=True)
def _clean_cache(request: pytest.FixtureRequest) -> None:
    """Counters of one test must not limit the next; every process has its own key space."""
    if "db" in request.fixturenames or "fresh_isp" in request.fixturenames:
        cache.clear()


@pytest.fixture
def isp(db: None) -> Isp:
    return Isp.objects.get(slug="ana")


@pytest.fixture
def neighbour(db: None) -> Isp:
    return Isp.objects.get(slug="carla")


@pytest.fixture
def inside_isp(isp: Isp) -> Iterator[Isp]:
    """The test body works as Ana's ISP."""
    with scope.inside(isp.schema_name):
        yield isp


@pytest.fixture
def people(inside_isp: Isp) -> dict[str, User]:
    return {user.role: user for user in User.objects.all()}


@pytest.fixture
def fresh_isp(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[Isp]:
    """A new ISP with real commits, for threads, sockets and other processes; gone afterwards."""
    with django_db_blocker.unblock():
        isp = make_isp(f"fresh{os.getpid()}", "Fresh Air")
        yield isp
        connection.close()
        drop_isp(isp)


class HostClient(Client):
    """A browser at one host; steps out of the tenant that the test body may be inside."""

    def __init__(self, host: str, **defaults: Any) -> None:
        super().__init__(HTTP_HOST=host, **defaults)

    def request(self, **request: Any) -> Any:
        if scope.current() is None:
            return super().request(**request)
        with scope.outside():
            return super().request(**request)


def host_of(isp: Isp) -> str:
    return f"{isp.slug}.{settings.BASE_DOMAIN}"


def sign_in(client: HostClient, isp: Isp, user: User) -> HostClient:
    with scope.inside(isp.schema_name):
        client.force_login(user)
        session = client.session
        session["epoch"] = user.session_epoch
        session.save()
    return client


@pytest.fixture
def anonymous(isp: Isp) -> HostClient:
    return HostClient(host_of(isp))


@pytest.fixture
def public(db: None) -> HostClient:
    return HostClient(settings.BASE_DOMAIN)


@pytest.fixture
def client_for(isp: Isp) -> Callable[..., HostClient]:
    """client_for('owner') signs that role in at Ana's ISP; pass isp=neighbour for Carla's."""

    def make(role: str, isp: Isp = isp) -> HostClient:
        with scope.inside(isp.schema_name):
            user = User.objects.get(role=role)
        return sign_in(HostClient(host_of(isp)), isp, user)

    return make


@pytest.fixture
def eager_tasks() -> Iterator[None]:
    """Celery tasks run at once in this process, outside the tenant that asked, as a worker would."""
    celery_app.loader.import_default_modules()  # as a worker does: tasks asked for by name must be known
    celery_app.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield
    celery_app.conf.update(task_always_eager=False, task_eager_propagates=False)


@pytest.fixture
def soon(eager_tasks: None, django_capture_on_commit_callbacks: Any) -> Callable[[], Any]:
    """`with soon():` runs what was asked for after the commit, as a worker would, when the block ends."""

    @contextmanager
    def run() -> Iterator[None]:
        with django_capture_on_commit_callbacks() as callbacks:
            yield
        for callback in callbacks:
            with scope.outside():
                callback()

    return run


@pytest.fixture
def worker(eager_tasks: None, django_capture_on_commit_callbacks: Any) -> Callable[[], Any]:
    """`with worker():` like soon, from outside any tenant, and with what those tasks ask for in their turn."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def own_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rate limits count in a database of Valkey that no other process's tests empty meanwhile."""
    url = settings.REDIS_URL.rsplit("/", 1)[0] + "/7"
    storage = storage_from_string(
        url, wrap_exceptions=True, key_prefix=f"test-{os.getpid()}-{secrets.token_hex(4)}"
    )
    limiter = MovingWindowRateLimiter(storage)
    monkeypatch.setattr(limits, "_shared", lambda: limiter)
