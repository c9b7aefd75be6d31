"""PostgreSQL and Valkey as one thing: started if not given from outside, checked if given."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from stack import ports, postgres, valkey
from stack.processes import Supervisor
from stack.settings import Settings
from stack.state import State
from stack.trouble import Trouble

REMEMBERED = "ports.json"


@dataclass(frozen=True)
class Addresses:
    """Where the product finds its two servers, and which private ports were taken for them."""

    database_url: str
    redis_url: str
    private: dict[str, int]
    radius_login: tuple[str, str] | None = None  # user and password, of a PostgreSQL of our own only


def demand_reachable(variable: str, url: str, schemes: tuple[str, ...], default_port: int) -> None:
    """Refuses, naming the variable, a server given from outside that does not answer."""
    parts = urlsplit(url)
    if parts.scheme not in schemes:
        raise Trouble(f"{variable} must start with {' or '.join(f'{name}://' for name in schemes)}.")
    host, port = parts.hostname or "", parts.port or default_port
    if parts.scheme == "unix" or not host or host.startswith("/"):
        return
    if not ports.answers(host, port, timeout=5):
        raise Trouble(
            f"Nothing answers at {host}:{port}, which {variable} names: start it or correct {variable}."
        )


def start(
    settings: Settings,
    state: State,
    supervisor: Supervisor,
    step: Callable[[str, float], None],
    test: bool = False,
) -> Addresses:
    """Starts what is not given from outside and waits until it answers."""
    remembered = {str(key): int(value) for key, value in state.read(REMEMBERED).items()}
    taken: dict[str, int] = {}
    radius_login: tuple[str, str] | None = None
    began = time.monotonic()
    if settings.database_url:
        demand_reachable("DATABASE_URL", settings.database_url, ("postgresql", "postgres"), 5432)
        database_url = settings.database_url
        step("PostgreSQL from DATABASE_URL answers", began)
    else:
        server = postgres_server(settings, state, remembered.get("postgres"))
        taken["postgres"] = server.port
        state.write(REMEMBERED, remembered | taken)
        postgres.check_major(server)
        made = postgres.make_cluster(server, state.run)
        child = supervisor.start(postgres.spec(server, state.logs / "postgres.log", test))
        # After a kill -9 the old children hold the shared memory for a moment: hence several tries.
        supervisor.wait_ready(child, lambda: postgres.ready(server, child.popen), seconds=120, tries=20)
        postgres.make_role_and_database(server)
        postgres.make_radius_role(server)
        database_url, radius_login = server.url, (postgres.RADIUS_ROLE, server.password)
        step(f"PostgreSQL {'made and ' if made else ''}started on 127.0.0.1:{server.port}", began)
    began = time.monotonic()
    if settings.redis_url:
        demand_reachable("REDIS_URL", settings.redis_url, ("redis", "rediss", "unix"), 6379)
        redis_url = settings.redis_url
        step("Valkey from REDIS_URL answers", began)
    else:
        port = ports.private(remembered.get("valkey"), set(taken.values()), str(state.home))
        taken["valkey"] = port
        state.write(REMEMBERED, remembered | taken)
        cache = valkey.Server(port, state.secrets()["valkey_password"])
        binary = valkey.find_binary(settings.venv)
        child = supervisor.start(valkey.spec(cache, binary, state.home / "valkey", state.logs / "valkey.log"))
        supervisor.wait_ready(child, lambda: valkey.ready(cache), seconds=60, tries=3)
        redis_url = cache.url
        step(f"Valkey started on 127.0.0.1:{port}", began)
    return Addresses(database_url, redis_url, taken, radius_login)


def postgres_server(settings: Settings, state: State, remembered: int | None) -> postgres.Server:
    """Where this state folder's PostgreSQL lies and listens."""
    binaries, data, become = postgres.settle(postgres.find_binaries(settings.venv), state.home)
    words = state.secrets()
    port = ports.private(remembered, set(), str(state.home))
    return postgres.Server(binaries, data, port, words["pg_admin_password"], words["pg_password"], become)
