"""Container health: does this container's own process do its work? `healthy.py web|worker|beat|radius|tunnel|sstp`."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

TUNNEL_SILENT_AFTER = 60  # seconds; agent and SSTP hub touch their file every second
BEAT_SILENT_AFTER = 600  # seconds; beat writes its schedule every three minutes


def web() -> bool:
    port = os.environ.get("KMIKRO_HTTP_PORT", "8000")
    host = os.environ.get("KMIKRO_BASE_DOMAIN", "localhost")
    ask = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
    with urllib.request.urlopen(ask, timeout=5) as answer:
        return bool(answer.status == 200)


def worker() -> bool:
    name = f"{os.environ.get('KMIKRO_WORKER_NAME', 'worker')}@{socket.gethostname()}"
    ask = ["celery", "-A", "kmikro", "inspect", "ping", "--destination", name, "--timeout", "5"]
    return subprocess.run(ask, stdout=subprocess.DEVNULL, check=False, timeout=25).returncode == 0


def beat() -> bool:
    home = Path(os.environ.get("KMIKRO_STATE", "/state"))
    return any(
        time.time() - found.stat().st_mtime < BEAT_SILENT_AFTER for found in home.glob("beat-schedule*")
    )


def radius() -> bool:
    # The kernel's own table: with host networking every copy shares one port, so a datagram would
    # not tell which copy answered. /readyz asks RADIUS itself, by a Status-Server round trip.
    port = int(os.environ.get("KMIKRO_RADIUS_AUTH_PORT", "1812"))
    bound = f":{port:04X}"
    return any(line.split()[1].endswith(bound) for line in Path("/proc/net/udp").read_text().splitlines()[1:])


def tunnel() -> bool:
    """Whether the agent turns; that it cannot do its work here is told by /readyz, and no restart would help."""
    return _is_fresh("alive")


def sstp() -> bool:
    """The same for the SSTP hub."""
    return _is_fresh("sstp-alive")


def _is_fresh(name: str) -> bool:
    alive = Path(os.environ.get("KMIKRO_STATE", "/state")) / "tunnel" / name
    return time.time() - alive.stat().st_mtime < TUNNEL_SILENT_AFTER


if __name__ == "__main__":
    checks = {"web": web, "worker": worker, "beat": beat, "radius": radius, "tunnel": tunnel, "sstp": sstp}
    try:
        well = checks[sys.argv[1]]()
    except (OSError, subprocess.SubprocessError) as refused:
        sys.exit(f"{sys.argv[1]}: {refused}")
    sys.exit(0 if well else f"{sys.argv[1]} does not work")
