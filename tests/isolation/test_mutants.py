"""The walk has teeth: each line of defence is taken away in turn, and the named check must notice.

A mutant changes this process alone and is undone with the test; every check is first shown to pass without it.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache, caches
from django.db import connection

from accounts import tokens
from accounts.models import ApiToken
from tenants import middleware, scope
from tenants.models import Domain
from tests.isolation.bodies import BATCH
from tests.isolation.principals import OWNER, PEOPLE, TOKENS
from tests.isolation.test_hosts import check_unknown_hosts
from tests.isolation.test_registries import check_tasks
from tests.isolation.visits import Call, Principal
from tests.isolation.visits import walk as walk_as
from tests.isolation.world import World, operator

Patch = pytest.MonkeyPatch
COOKIE = next(each for each in PEOPLE if each.name == "neighbour's cookie")
TOKEN_THERE = next(each for each in TOKENS if each.name == "token: neighbour's")
REVOKED = next(each for each in TOKENS if each.name == "token: revoked")
EXPIRED = next(each for each in TOKENS if each.name == "token: expired")
CORE = {"home", "plans", "plan", "batch", "sessions", "login", "router", "team", "api-plans", "api-sessions"}


def core(call: Call) -> bool:
    return call.name in CORE and call.method == "GET"


def check(principal: Principal, world: World) -> list[str]:
    """The walk over the heart of the product."""
    return walk_as(principal, world, only=core)


def moved(role: str | None, path: Callable[[str], str]) -> Callable[[str | None], None]:
    """tenants.scope._enter with another role (None: dropped; '': the tenant's own) and another search path."""

    def enter(schema: str | None) -> None:
        wrapper: Any = connection
        if schema is None:
            wrapper.set_schema_to_public()
        else:
            wrapper.set_schema(schema, include_public=False)
        wrapper.scope, wrapper.managed = schema, True
        own = schema if role == "" else role
        become = f'"{own}"' if schema and own else "NONE"
        with connection.cursor() as cursor:
            cursor.execute(
                f'SET LOCAL ROLE {become}; SET LOCAL search_path = "{path(schema) if schema else "public"}"'
            )

    return enter


@contextmanager
def mutated(monkeypatch: Patch, owner: Any, name: str, value: Any) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, value)
        yield


class Planted:
    """A client is made before the mutant works, as people sign in before a bad deployment."""

    def __init__(self, principal: Principal, world: World) -> None:
        made = principal.client(world)
        self.principal = Principal(
            principal.name, principal.at, lambda _world: made, principal.role, principal.staff, principal.scopes,
            principal.knows,
        )  # fmt: skip


def shows(problems: list[str]) -> bool:
    return any("CANARYB" in problem for problem in problems)


# The database role and the search path


def test_without_mutants_the_core_is_clean(world: World) -> None:
    for principal in (OWNER, COOKIE, TOKEN_THERE, REVOKED, EXPIRED):
        assert check(principal, world) == []


@pytest.mark.parametrize("path", ["own", "neighbour", "public"])
def test_a_dropped_role_is_noticed_and_shows_nothing(world: World, monkeypatch: Patch, path: str) -> None:
    """The login role owns nothing of a tenant: without SET LOCAL ROLE even the right path is 'permission denied'."""
    there = {
        "own": lambda schema: schema,
        "neighbour": lambda _schema: world.b.isp.schema_name,
        "public": lambda _schema: "public",
    }
    owner = Planted(OWNER, world).principal
    with mutated(monkeypatch, scope, "_enter", moved(None, there[path])):
        problems = check(owner, world)
    assert problems
    assert not shows(problems)


def test_a_dropped_role_is_noticed_even_where_the_login_may_read_everything(
    world: World, monkeypatch: Patch
) -> None:
    """With rights granted by mistake the pages look right: the role of each statement is what tells."""
    with connection.cursor() as cursor:
        for side in (world.a, world.b):
            cursor.execute(f'GRANT "{side.isp.schema_name}" TO CURRENT_USER WITH INHERIT TRUE')
    owner = Planted(OWNER, world).principal
    with mutated(monkeypatch, scope, "_enter", moved(None, lambda schema: schema)):
        problems = check(owner, world)
    assert problems
    assert all("role and path are" in problem for problem in problems)


def test_a_neighbours_path_under_the_own_role_shows_nothing(world: World, monkeypatch: Patch) -> None:
    """The second line holds alone: a wrong search path is refused by the database."""
    owner = Planted(OWNER, world).principal
    neighbour = world.b.isp.schema_name
    with mutated(monkeypatch, scope, "_enter", moved("", lambda _schema: neighbour)):
        problems = check(owner, world)
    assert problems
    assert not shows(problems)


def test_a_neighbours_role_and_path_are_noticed(world: World, monkeypatch: Patch) -> None:
    owner, neighbour = Planted(OWNER, world).principal, world.b.isp.schema_name
    with mutated(monkeypatch, scope, "_enter", moved(neighbour, lambda _schema: neighbour)):
        problems = check(owner, world)
    assert any("the neighbour's schema in a statement" in problem for problem in problems)


# Sessions and tokens


def test_a_session_of_the_neighbour_that_counts_is_noticed(world: World, monkeypatch: Patch) -> None:
    cookie = Planted(COOKIE, world).principal
    real = SessionStore._get_session_from_db

    def anywhere(store: Any) -> Any:
        if scope.current() != world.a.isp.schema_name:
            return real(store)
        with scope.inside(world.b.isp.schema_name):
            return real(store)

    monkeypatch.setattr(SessionStore, "save", lambda *_given, **_named: None)
    with mutated(monkeypatch, SessionStore, "_get_session_from_db", anywhere):
        problems = check(cookie, world)
    assert any("200 instead of (302,)" in problem for problem in problems), problems


def test_a_token_of_the_neighbour_that_counts_is_noticed(world: World, monkeypatch: Patch) -> None:
    real = tokens.find

    def anywhere(secret: str, **when: Any) -> ApiToken | None:
        with scope.inside(world.b.isp.schema_name):
            found = real(secret, **when)
            return ApiToken.objects.select_related("made_by").get(pk=found.pk) if found else None

    with mutated(monkeypatch, tokens, "find", anywhere):
        problems = check(TOKEN_THERE, world)
    assert any("200 instead of (401,)" in problem for problem in problems), problems


@pytest.mark.parametrize("principal", [REVOKED, EXPIRED], ids=lambda principal: principal.name)
def test_an_ended_token_that_counts_is_noticed(
    world: World, monkeypatch: Patch, principal: Principal
) -> None:
    def ended_too(secret: str, **_when: Any) -> ApiToken | None:
        return ApiToken.objects.filter(digest=tokens.digest(secret)).first()

    with mutated(monkeypatch, tokens, "find", ended_too):
        problems = check(principal, world)
    assert any("200 instead of (401,)" in problem for problem in problems), problems


# The host, the cache, the tasks


@pytest.fixture
def own_cache(settings: Any) -> None:
    """A cache of this test alone, with the product's own key function: other processes may clear the shared one."""
    real = settings.CACHES["default"]
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {
        "default": {"BACKEND": backend, "LOCATION": "isolation", "KEY_FUNCTION": real["KEY_FUNCTION"]}
    }
    cache.clear()


def test_a_default_tenant_for_unknown_hosts_is_noticed(world: World, monkeypatch: Patch) -> None:
    class First:
        """Domain.objects that falls back to the first tenant."""

        def __init__(self) -> None:
            self.objects = self

        def select_related(self, *_names: str) -> "First":
            return self

        def filter(self, domain: str) -> "First":
            self.domain = domain
            return self

        def first(self) -> Domain | None:
            rows = Domain.objects.select_related("tenant")
            return rows.filter(domain=self.domain).first() or rows.first()

    check_unknown_hosts(world)
    with mutated(monkeypatch, middleware, "Domain", First()), pytest.raises(AssertionError):
        check_unknown_hosts(world)


def check_cache(world: World) -> None:
    """What one ISP keeps in the cache is not there for the other, nor for public."""
    with scope.inside(world.b.isp.schema_name):
        cache.set("isolation-probe", "CANARY-B-cache", 60)
    assert cache.get("isolation-probe") is None
    with scope.inside(world.a.isp.schema_name):
        assert cache.get("isolation-probe") is None
        assert cache.add("isolation-probe", "CANARY-A-cache", 60)
    with scope.inside(world.b.isp.schema_name):
        assert cache.get("isolation-probe") == "CANARY-B-cache"


def test_a_cache_without_prefix_is_noticed(world: World, monkeypatch: Patch, own_cache: None) -> None:
    check_cache(world)
    cache.clear()
    bare = caches["default"]
    with mutated(monkeypatch, bare, "key_func", lambda key, prefix, version: f"bare:{version}:{key}"):
        with pytest.raises(AssertionError):
            check_cache(world)


def test_a_batch_form_is_remembered_for_one_isp_only(
    world: World, monkeypatch: Patch, own_cache: None
) -> None:
    """Equal people with equal form keys at two ISPs: each gets a batch of their own."""

    def both() -> list[str]:
        body = BATCH(world.a)
        return [
            operator(side, "owner").post("/vouchers/", body).headers["Location"]
            for side in (world.a, world.b)
        ]

    def made() -> list[int]:
        counts = []
        for side in (world.a, world.b):
            with scope.inside(side.isp.schema_name), connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM billing_batch")
                counts.append(cursor.fetchone()[0])
        return counts

    before = made()
    both()
    assert [now - then for now, then in zip(made(), before, strict=True)] == [1, 1]
    cache.clear()
    with mutated(
        monkeypatch, caches["default"], "key_func", lambda key, prefix, version: f"bare:{version}:{key}"
    ):
        before = made()
        both()
        assert [now - then for now, then in zip(made(), before, strict=True)] == [1, 0]


def test_a_task_that_needs_no_tenant_is_noticed(world: World, monkeypatch: Patch) -> None:
    check_tasks(world.a.isp)
    with mutated(monkeypatch, scope, "SCHEMA_NAME", re.compile(".*")), pytest.raises(pytest.fail.Exception):
        check_tasks(world.a.isp)
