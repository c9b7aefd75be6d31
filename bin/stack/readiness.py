"""When the processes are ready: the product's own `/readyz` is asked, part by part."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from stack.processes import Child
from stack.running import Running
from stack.trouble import Trouble


def readyz(running: Running) -> tuple[int, dict[str, Any]]:
    """What the product itself says about its parts; (0, {}) while the web does not answer."""
    chosen = running.settings
    host = "127.0.0.1" if chosen.http_bind == "0.0.0.0" else chosen.http_bind
    place = f"[{host}]" if ":" in host else host
    ask = urllib.request.Request(
        f"http://{place}:{chosen.http_port}/readyz",
        headers={"Host": f"{chosen.base_domain}:{chosen.http_port}"},
    )
    # No proxy of the environment may stand between us and our own loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(ask, timeout=10) as answer:
            return answer.status, as_object(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, as_object(refused.read())
    except OSError:
        return 0, {}


def as_object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def says_ok(payload: Mapping[str, Any], part: str) -> bool:
    """Whether the payload calls a part well: `true`, "ok", or an object that says so."""
    checks = payload.get("checks", payload)
    said = checks.get(part) if isinstance(checks, dict) else None
    if isinstance(said, dict):
        said = said.get("ok", said.get("status"))
    return said is True or said == "ok"


class Look:
    """The latest answer of `/readyz`, asked anew for each look."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.payload: dict[str, Any] = {}

    def web(self) -> bool:
        """Whether the web answers at all, content or not."""
        code, self.payload = readyz(self.running)
        return code != 0

    def all(self) -> bool:
        code, self.payload = readyz(self.running)
        return code == 200

    def part(self, name: str) -> bool:
        return self.all() or says_ok(self.payload, name)


def wait_processes(running: Running, children: list[tuple[float, Child]]) -> None:
    """Waits for each process by what `/readyz` says of it."""
    look = Look(running)
    probes = {
        "web": look.web,
        # Beat shows itself only through the worker's heartbeat, which comes next.
        "beat": lambda: True,
        "worker": lambda: look.part("worker"),
        "radius": lambda: look.part("radius"),
        # These may find that they cannot do their work here, and say so in /readyz; nothing else waits for them.
        "tunnel": lambda: True,
        "sstp": lambda: True,
    }
    # The worker counts as ready at its first heartbeat, which beat has to send: so beat goes first.
    order = ("web", "radius", "beat", "tunnel", "sstp", "worker")
    for began, child in sorted(children, key=lambda pair: order.index(pair[1].spec.name)):
        running.supervisor.wait_ready(child, probes[child.spec.name], seconds=90)
        running.steps(f"{child.spec.name} is up (process {child.popen.pid if child.popen else '?'})", began)
    deadline = time.monotonic() + 60
    while not look.all():
        if time.monotonic() > deadline:
            raise Trouble(f"/readyz is still not content: {json.dumps(look.payload)[:400]}")
        time.sleep(0.2)
