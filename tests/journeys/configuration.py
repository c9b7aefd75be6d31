"""The whole configuration of a virtual router, for comparing before and after: whose row is which."""

import copy
from dataclasses import dataclass
from typing import Any

from routers import rows
from routers.virtual import VirtualRouter

# What a router counts or stamps by itself.
MOVES = {".id", "last-modified", "run-count", "last-logged-in"}
# Enrolment gives the API's twin by TLS a certificate: the one row of the factory that it writes.
SERVICE = ("/ip/service", "api-ssl")
Tables = dict[str, list[dict[str, str]]]


@dataclass(frozen=True)
class Plain:
    """Rows by menu, and the menus of one row."""

    tables: Tables
    singles: dict[str, dict[str, str]]


def plain(router: VirtualRouter) -> Plain:
    with router.device.lock:
        kept: Any = copy.deepcopy(router.tree.snapshot())
    return Plain({path: _shown(router, path) for path in kept["tables"]}, kept["singles"])


def theirs(router: VirtualRouter, path: str) -> list[dict[str, str]]:
    """The rows of a menu that do not say that they are ours, in their order."""
    return [row for row in _shown(router, path) if not ours(row)]


def ours(row: dict[str, str]) -> bool:
    """Whether a row says that it is ours."""
    marked = row.get("comment", "").startswith(f"{rows.MARK}:")
    named = (row.get("name") or "").removeprefix("flash/")
    return marked or named == rows.MARK or named.startswith((f"{rows.MARK}-", f"{rows.MARK}/"))


def _shown(router: VirtualRouter, path: str) -> list[dict[str, str]]:
    with router.device.lock:
        return [
            {name: value for name, value in row.items() if name not in MOVES}
            for row in router.tree.rows(path)
            if (path, row.get("name")) != SERVICE
        ]
