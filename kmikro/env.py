"""Typed readers of the environment: one clear sentence when a value makes no sense."""

import ipaddress
import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")


class BadEnvironment(SystemExit):
    """A variable is missing or wrong; the message names it and says what to set."""


def text(name: str, default: str | None = None) -> str:
    """The variable, or the content of the file named by NAME_FILE (for container secrets)."""
    path = os.environ.get(f"{name}_FILE")
    value = Path(path).read_text().strip() if path else os.environ.get(name, default)
    if value is None or (value == "" and default is None):
        raise BadEnvironment(
            f"{name} is not set. Set it in the environment (or {name}_FILE to a file that holds it)."
        )
    return value


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "")
    if value == "":
        return default
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"0", "false", "no", "off"}:
        return False
    raise BadEnvironment(f"{name} is '{value}'. Use 1 or 0.")


def number(name: str, default: int, *, low: int, high: int) -> int:
    value = os.environ.get(name, "") or str(default)
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise BadEnvironment(f"{name} is '{value}'. Use a whole number from {low} to {high}.")
    return int(value)


def span(name: str, *, low: int, high: int, most: int) -> range:
    """'20000-20099' as the numbers from the first to the last; empty when it is not set."""
    value = os.environ.get(name, "").strip()
    first, _, last = (value or "1-0").partition("-")
    numbers = range(int(first), int(last) + 1) if first.isdecimal() and last.isdecimal() else range(0)
    if value and not (numbers and low <= numbers[0] and numbers[-1] <= high and len(numbers) <= most):
        raise BadEnvironment(
            f"{name} is '{value}'. Use a first and a last number from {low} to {high}, at most {most} in all."
        )
    return numbers


def endpoint(name: str) -> tuple[str, int]:
    """'hub.example:51820' as host and port; an empty host when it is not set."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return "", 0
    host, _, port = value.rpartition(":")
    if not (_HOST.fullmatch(host) and port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
        raise BadEnvironment(
            f"{name} is '{value}'. Use a host name or IPv4 address and a UDP port, such as hub.example:51820."
        )
    return host, int(port)


def network(name: str, default: str) -> str:
    """A private IPv4 network with room for more than the hub, in its one spelling."""
    value = os.environ.get(name, "").strip() or default
    try:
        found = ipaddress.IPv4Network(value)
    except ValueError:
        found = None
    if found is None or found.is_global or not 8 <= found.prefixlen <= 29:
        raise BadEnvironment(f"{name} is '{value}'. Use a private IPv4 network, such as {default}.")
    return str(found)


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def database(name: str) -> dict[str, str]:
    """postgresql://user:password@host:port/name as Django's connection settings."""
    url = urlsplit(text(name))
    if url.scheme not in {"postgresql", "postgres"} or not url.path.strip("/"):
        raise BadEnvironment(f"{name} must look like postgresql://user:password@host:5432/database.")
    return {
        "NAME": unquote(url.path.strip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or 5432),
    }
