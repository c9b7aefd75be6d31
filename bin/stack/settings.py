"""What the launcher reads from the environment: folders, ports and addresses, refused loudly when nonsense."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stack.trouble import Trouble

ROOT = Path(__file__).resolve().parents[2]

PORTS = {
    "KMIKRO_HTTP_PORT": 8000,
    "KMIKRO_RADIUS_AUTH_PORT": 1812,
    "KMIKRO_RADIUS_ACCT_PORT": 1813,
    "KMIKRO_COA_PORT": 3799,
    "KMIKRO_VROUTER_API_PORT": 8728,
    "KMIKRO_VROUTER_HTTP_PORT": 8081,
}


@dataclass(frozen=True)
class Settings:
    """One reading of the environment; `ports` is keyed by the variable that sets it."""

    root: Path
    state: Path
    ports: Mapping[str, int]
    http_bind: str
    base_domain: str
    radius_bind: str
    vrouter_address: str
    database_url: str
    redis_url: str

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def http_port(self) -> int:
        return self.ports["KMIKRO_HTTP_PORT"]


def port_of(environ: Mapping[str, str], name: str, default: int) -> int:
    """A TCP or UDP port from a variable, or one sentence that names the variable."""
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Trouble(f"{name} is {text!r}: it must be a port number from 1 to 65535.")
    return int(text)


def address_of(environ: Mapping[str, str], name: str, default: str) -> str:
    """An IP address from a variable, or one sentence that names the variable."""
    text = environ.get(name, "").strip() or default
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise Trouble(f"{name} is {text!r}: it must be an IP address, for example {default}.") from None


def radius_bind(environ: Mapping[str, str]) -> str:
    """Where RADIUS listens, by the product's own rule: on loopback alone when routers reach us there."""
    reached = address_of(environ, "KMIKRO_RADIUS_ADDRESS", "127.0.0.1")
    return address_of(environ, "KMIKRO_RADIUS_BIND", reached if reached.startswith("127.") else "0.0.0.0")


def read(environ: Mapping[str, str], root: Path = ROOT) -> Settings:
    """Everything the launcher needs to know, from the environment only."""
    state = Path(environ.get("KMIKRO_STATE", "").strip() or root / ".kmikro").expanduser()
    return Settings(
        root=root,
        state=state if state.is_absolute() else Path.cwd() / state,
        ports={name: port_of(environ, name, default) for name, default in PORTS.items()},
        http_bind=address_of(environ, "KMIKRO_HTTP_BIND", "127.0.0.1"),
        base_domain=environ.get("KMIKRO_BASE_DOMAIN", "").strip() or "localhost",
        radius_bind=radius_bind(environ),
        vrouter_address=address_of(environ, "KMIKRO_VROUTER_ADDRESS", "127.0.0.10"),
        database_url=environ.get("DATABASE_URL", "").strip(),
        redis_url=environ.get("REDIS_URL", "").strip(),
    )
