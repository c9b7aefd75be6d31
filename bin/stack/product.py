"""The product's own steps and processes, from the stylesheet to the virtual router."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stack import ports, record
from stack.processes import Child, Spec, begin, last_words, run_step, wait_or_end
from stack.readiness import wait_processes
from stack.running import Running
from stack.stylesheet import build
from stack.trouble import Trouble

MIGRATED = "migrated.json"


def bring_up(running: Running) -> None:
    """Everything from nothing to ready; raises, and so stops all, at the first thing that fails."""
    scope = running.facts["scope"]
    if scope != "services":
        demand_ports(running, demo=scope == "all")
    running.facts["first"] = not (running.state.home / "secrets.json").exists()
    running.packages("run")
    found = running.servers()
    if scope == "services":
        return
    env = running.environment(found)
    build(running)
    migrate(running, env, external=bool(running.settings.database_url))
    publish(running)
    demo = scope == "all"
    seeded = bool(running.state.read(record.DEMO))
    seeding = start_seed(running, env) if demo else None
    if seeding and not seeded:
        finish_seed(running, seeding)
    children = start_processes(running, env)
    if seeding and seeded:
        finish_seed(running, seeding)
    wait_processes(running, children)
    if demo:
        start_virtual_router(running, env)


def demand_ports(running: Running, demo: bool) -> None:
    """All public ports are looked at before anything is started."""
    chosen = running.settings
    ports.demand("KMIKRO_HTTP_PORT", chosen.http_bind, chosen.http_port)
    for name in ("KMIKRO_RADIUS_AUTH_PORT", "KMIKRO_RADIUS_ACCT_PORT"):
        ports.demand(name, chosen.radius_bind, chosen.ports[name], socket.SOCK_DGRAM)
    if demo:
        for name in ("KMIKRO_VROUTER_API_PORT", "KMIKRO_VROUTER_HTTP_PORT"):
            ports.demand(name, chosen.vrouter_address, chosen.ports[name])
        ports.demand(
            "KMIKRO_COA_PORT", chosen.vrouter_address, chosen.ports["KMIKRO_COA_PORT"], socket.SOCK_DGRAM
        )


def publish(running: Running) -> None:
    """Puts addresses and ports into the record."""
    chosen = running.settings
    host = f"{chosen.base_domain}:{chosen.http_port}"
    running.facts["ports"] |= dict(chosen.ports)
    running.facts["addresses"]["public"] = f"http://{host}"
    if running.facts["scope"] == "all":
        router = f"{chosen.vrouter_address}:{chosen.ports['KMIKRO_VROUTER_HTTP_PORT']}"
        running.facts["addresses"] |= {
            "demo": f"http://demo.{host}",
            "api_docs": f"http://demo.{host}/api/v1/docs/",
            "hotspot": f"http://{router}/virtual",
        }
    running.write()


def manage(running: Running, *words: str) -> list[str]:
    return [str(running.settings.venv / "bin/python"), str(running.settings.root / "manage.py"), *words]


def migrations_digest(root: Path) -> str:
    """Names all migrations; unchanged means nothing can be pending in a database we alone keep."""
    whole = hashlib.sha256()
    for path in sorted(root.glob("*/migrations/*.py")):
        whole.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    whole.update((root / "requirements/run.lock").read_bytes())
    return whole.hexdigest()


def migrate(running: Running, env: Mapping[str, str], external: bool) -> None:
    """Public and every ISP's schema."""
    began = time.monotonic()
    now = {"digest": migrations_digest(running.settings.root)}
    if not external and running.state.read(MIGRATED) == now:
        running.steps("Nothing to migrate", began)
        return
    log = running.state.logs / "migrate.log"
    with log.open("wb") as out:
        code = run_step(manage(running, "migrate_all"), env, running.settings.root, out)
    if code:
        raise Trouble(f"Migrating the database failed (code {code}){last_words(log)}")
    if not external:
        running.state.write(MIGRATED, now)
    running.steps("Database migrated", began)


def start_seed(running: Running, env: Mapping[str, str]) -> tuple[float, subprocess.Popen[bytes]]:
    """Starts the seed; a later run does it while the processes start, as it finds its work done."""
    answer = running.state.run / "seed.out"
    answer.touch(mode=0o600)
    with answer.open("wb") as out, (running.state.logs / "seed.log").open("wb") as log:
        return time.monotonic(), begin(
            manage(running, "seed_demo", "--json"),
            env=dict(env),
            cwd=running.settings.root,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=log,
            start_new_session=True,
        )


def finish_seed(running: Running, seeding: tuple[float, subprocess.Popen[bytes]]) -> None:
    """Keeps what the seed answered: the demo ISP, its sign-ins, its API token and files."""
    began, seed = seeding
    log = running.state.logs / "seed.log"
    code = wait_or_end(seed)
    answer = running.state.run / "seed.out"
    text = answer.read_text(errors="replace")
    answer.unlink(missing_ok=True)
    if code:
        raise Trouble(f"Seeding the demo ISP failed (code {code}){last_words(log)}")
    running.state.write(record.DEMO, json_answer(text))
    running.steps("Demo ISP seeded", began)


def json_answer(text: str) -> dict[str, Any]:
    """The JSON object a command printed, after whatever it printed before."""
    for start in (place for place, letter in enumerate(text) if letter == "{"):
        try:
            found = json.loads(text[start:])
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    raise Trouble("`manage.py seed_demo --json` printed no JSON object: this clone is not complete.")


def specs(running: Running, env: Mapping[str, str]) -> list[Spec]:
    """Web, worker, beat and RADIUS in the order of their start; the tunnel agent and the SSTP hub where they are wanted and may work."""
    chosen, logs = running.settings, running.state.logs
    home = chosen.venv / "bin"
    celery = [str(home / "celery"), "-A", "kmikro"]
    bind = f"[{chosen.http_bind}]" if ":" in chosen.http_bind else chosen.http_bind
    lines: dict[str, list[str]] = {
        "web": [str(home / "gunicorn"), "kmikro.wsgi:application", "--bind", f"{bind}:{chosen.http_port}"]
        + ["--worker-class", "gthread", "--workers", "2", "--threads", "8", "--timeout", "60"]
        + ["--graceful-timeout", "8", "--worker-tmp-dir", str(running.state.run)],
        "worker": [*celery, "worker", "--queues", "router,billing,message,bulk,default", "--concurrency", "2"]
        + ["--hostname", f"kmikro-{chosen.http_port}@%h", "--loglevel", "INFO"],
        "beat": [
            *celery,
            "beat",
            "--schedule",
            str(running.state.home / "beat-schedule"),
            "--loglevel",
            "INFO",
        ]
        + ["--pidfile", ""],
        "radius": manage(running, "radiusd", "--workers", "2"),
    }
    if env.get("KMIKRO_TUNNEL_ENDPOINT", "").strip() and os.geteuid() == 0:
        lines["tunnel"] = manage(running, "tunnel_agent")
        if env.get("KMIKRO_SSTP_PORT", "").strip() not in ("", "0"):
            lines["sstp"] = manage(running, "sstp_hub")
            env = {"KMIKRO_SSTP_USER": str(os.geteuid()), **env}  # here all processes are of one user
    return [Spec(name, argv, env, chosen.root, logs / f"{name}.log") for name, argv in lines.items()]


def start_processes(running: Running, env: Mapping[str, str]) -> list[tuple[float, Child]]:
    return [(time.monotonic(), running.supervisor.start(spec)) for spec in specs(running, env)]


def start_virtual_router(running: Running, env: Mapping[str, str]) -> None:
    """The MikroTik anybody can run, with a few users who come and go."""
    began = time.monotonic()
    chosen = running.settings
    demo = running.state.read(record.DEMO)
    argv = manage(running, "virtual_router", "--address", chosen.vrouter_address, "--identity", "demo-router")
    argv += ["--api-port", str(chosen.ports["KMIKRO_VROUTER_API_PORT"])]
    argv += ["--http-port", str(chosen.ports["KMIKRO_VROUTER_HTTP_PORT"])]
    argv += ["--state", str(running.state.home / "virtual-router.json"), "--users", "4", "--speed", "1"]
    for flag, key in (("--codes-file", "codes_file"), ("--paste-file", "paste_file")):
        if demo.get(key):
            argv += [flag, str(demo[key])]
    log = running.state.logs / "virtual-router.log"
    child = running.supervisor.start(Spec("virtual-router", argv, env, chosen.root, log))
    http_port = chosen.ports["KMIKRO_VROUTER_HTTP_PORT"]
    running.supervisor.wait_ready(child, lambda: ports.answers(chosen.vrouter_address, http_port), seconds=60)
    running.steps(f"virtual-router is up (process {child.popen.pid if child.popen else '?'})", began)
