"""The launcher for real: PostgreSQL and Valkey come up in a new state folder and go without a trace."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis
from stack import identity

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"


def kmikro(env: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, str(ROOT / "bin/kmikro"), *words]
    return subprocess.run(argv, env=dict(env), capture_output=True, text=True, timeout=PATIENCE, check=False)


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment that knows nothing of the servers these tests themselves run on."""
    known = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("KMIKRO_", "DATABASE", "REDIS"))
    }
    return known | {"KMIKRO_STATE": str(tmp_path / "state")}


@pytest.fixture
def running(env: dict[str, str]) -> Iterator[dict[str, Any]]:
    done = kmikro(env, "up", "--only-services", "--detach")
    assert done.returncode == 0, done.stdout + done.stderr
    yield json.loads(kmikro(env, "status", "--json").stdout)
    kmikro(env, "down")


def living(status: Mapping[str, Any]) -> list[str]:
    rows = [*status["processes"], {"name": "supervisor", **status["supervisor"]}]
    return [row["name"] for row in rows if identity.alive(row["pid"], row["born"])]


def test_up_serves_and_down_leaves_nothing(env: dict[str, str], running: dict[str, Any]) -> None:
    assert running["running"]
    assert {row["name"]: row["state"] for row in running["processes"]} == {
        "postgres": "running",
        "valkey": "running",
    }
    places = running["addresses"]
    with psycopg2.connect(places["database_url"]) as link, link.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolinherit, rolcreaterole, rolcreatedb, current_setting('max_connections'),"
            " current_setting('max_locks_per_transaction'), current_setting('password_encryption'),"
            " current_setting('listen_addresses'), (SELECT datlocale FROM pg_database WHERE datname = 'kmikro')"
            " FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (
            False,
            False,
            True,
            True,
            "200",
            "512",
            "scram-sha-256",
            "127.0.0.1",
            "C.UTF-8",
        )
    link.close()
    with redis.Redis.from_url(places["redis_url"]) as cache:
        assert cache.ping()
        assert cache.config_get("appendonly") == {"appendonly": "yes"}
    assert sorted(living(running)) == ["postgres", "supervisor", "valkey"]
    assert kmikro(env, "down").returncode == 0
    assert living(running) == []
    assert kmikro(env, "status").returncode == 3


def test_a_second_up_is_refused_and_harms_nothing(env: dict[str, str], running: dict[str, Any]) -> None:
    refused = kmikro(env, "up", "--only-services")
    assert refused.returncode == 1
    assert "already running" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert sorted(living(running)) == ["postgres", "supervisor", "valkey"]


def test_a_killed_supervisor_leaves_nobody_and_the_next_start_works(
    env: dict[str, str], running: dict[str, Any]
) -> None:
    with psycopg2.connect(running["addresses"]["database_url"]) as link, link.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (id int)")
    link.close()
    assert identity.signal_exactly(
        running["supervisor"]["pid"], running["supervisor"]["born"], signal.SIGKILL
    )
    until(lambda: living(running) == [])
    again = kmikro(env, "up", "--only-services", "--detach")
    assert again.returncode == 0, again.stdout + again.stderr
    status = json.loads(kmikro(env, "status", "--json").stdout)
    assert status["addresses"] == running["addresses"]
    with psycopg2.connect(status["addresses"]["database_url"]) as link, link.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kept")
        assert cursor.fetchone() == (0,)
    link.close()


def test_a_killed_postgres_comes_back_with_its_data(env: dict[str, str], running: dict[str, Any]) -> None:
    row = next(row for row in running["processes"] if row["name"] == "postgres")
    assert identity.signal_exactly(row["pid"], row["born"], signal.SIGKILL)

    def answers() -> bool:
        try:
            psycopg2.connect(running["addresses"]["database_url"]).close()
        except psycopg2.OperationalError:
            return False
        return True

    until(answers)
    found = json.loads(kmikro(env, "status", "--json").stdout)["processes"]
    assert next(row["restarts"] for row in found if row["name"] == "postgres") >= 1


def test_the_state_folder_is_private_and_passwords_are_in_no_process_list(
    env: dict[str, str], running: dict[str, Any]
) -> None:
    home = Path(env["KMIKRO_STATE"])
    words = json.loads((home / "secrets.json").read_text())
    assert home.stat().st_mode & 0o077 == 0
    for row in running["processes"]:
        line = Path(f"/proc/{row['pid']}/cmdline").read_bytes().decode()
        assert not any(word in line for word in words.values())


def test_a_taken_port_starts_nothing(env: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = kmikro(env | {"KMIKRO_HTTP_PORT": str(port)}, "up", "--no-demo")
    assert refused.returncode == 1
    assert f"TCP port {port} on 127.0.0.1 is taken" in refused.stderr
    assert "KMIKRO_HTTP_PORT" in refused.stderr
    assert not (Path(env["KMIKRO_STATE"]) / "pg").exists()
    assert kmikro(env, "status").returncode == 3


def test_reset_asks_and_forgets(env: dict[str, str], running: dict[str, Any]) -> None:
    asked = kmikro(env, "reset")
    assert asked.returncode == 1
    assert "YES=1" in asked.stderr
    assert living(running)
    assert kmikro(env | {"YES": "1"}, "reset").returncode == 0
    assert living(running) == []
    assert not Path(env["KMIKRO_STATE"]).exists()


def test_a_command_gets_the_servers_and_its_exit_code_comes_back(env: dict[str, str], tmp_path: Path) -> None:
    code = (
        "import os, psycopg2, sys; psycopg2.connect(os.environ['DATABASE_URL']).close();"
        "print(os.environ['REDIS_URL']); sys.exit(7)"
    )
    chosen = env | {
        "KMIKRO_TEST_STATE": str(tmp_path / "apart"),
        "DATABASE_URL": "postgresql://never:used@127.0.0.1:1/x",
    }
    done = kmikro(chosen, "services", "--", sys.executable, "-c", code)
    assert done.returncode == 7, done.stdout + done.stderr
    assert "redis://:" in done.stdout
    assert not list((tmp_path / "apart/run").glob("*.pid"))
