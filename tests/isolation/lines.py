"""What one line of the matrix says about a route, and what follows from it for a principal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from accounts.roles import Action
from tests.isolation.planting import EQUAL, ONLY_THERE, UNKNOWN

Open = Literal["all", "signed-in", "staff", "signed visit", "enrolment token", "any token"]
Statuses = tuple[int, ...]
Filled = Mapping[str, Any] | Callable[[Any], Mapping[str, Any]] | None


@dataclass(frozen=True, slots=True)
class Scope:
    """The route belongs to the API and needs a token with this scope."""

    action: Action


@dataclass(frozen=True, slots=True)
class Key:
    """A part of an address that is no primary key: the ISP's own value of that name (tests.isolation.world.Side.keys)."""

    name: str


Needs = Action | Scope | Open
UNKNOWN_KEY = "nobody0000"


@dataclass(frozen=True, slots=True)
class Line:
    """needs: for every method; writes: when other methods than GET need more. Statuses are those of the allowed."""

    needs: Needs
    statuses: Mapping[str, Statuses]
    writes: Needs | None = None
    body: Filled = None
    query: Filled = None
    own: bool = False  # roles that see only their own rows get 404
    lenient: bool = False  # answers methods that are not listed like GET
    parts: Mapping[str, Any] = field(default_factory=dict)

    def need(self, method: str) -> Needs:
        return self.needs if self.writes is None or method in {"GET", "HEAD"} else self.writes

    @property
    def is_api(self) -> bool:
        return isinstance(self.needs, Scope) or self.needs == "any token"


def at(
    needs: Needs,
    *,
    get: int | Statuses | None = 200,
    post: int | Statuses | None = None,
    put: int | Statuses | None = None,
    patch: int | Statuses | None = None,
    delete: int | Statuses | None = None,
    writes: Needs | None = None,
    body: Filled = None,
    query: Filled = None,
    own: bool = False,
    lenient: bool = False,
    **parts: Any,
) -> Line:
    """One line of the matrix. Integer parts of the address need not be given: they get the equal primary key."""
    given = {"GET": get, "POST": post, "PUT": put, "PATCH": patch, "DELETE": delete}
    statuses = {
        method: (status,) if isinstance(status, int) else status
        for method, status in given.items()
        if status is not None
    }
    return Line(needs, statuses, writes, body, query, own, lenient, parts)


def fill(what: Filled, side: Any) -> dict[str, Any]:
    return dict(what(side) if callable(what) else what or {})


def address_parts(
    line: Line, names: Mapping[str, str], side: Any, *, whose: str = "own", other: Any = None
) -> Any:
    """Values for the address: the ISP's own, those that only the neighbour has, or unknown ones.

    None when the address has no part that belongs to anybody.
    """
    numbers = {"own": EQUAL, "foreign": ONLY_THERE, "unknown": UNKNOWN}
    filled, belongs = {}, False
    for name, kind in names.items():
        given = line.parts.get(name)
        if isinstance(given, Key):
            keys = {"own": side.keys, "foreign": other.keys if other else {}}.get(whose, {})
            filled[name], belongs = keys.get(given.name, UNKNOWN_KEY), True
        elif given is not None:
            filled[name] = given
        elif kind == "int":
            filled[name], belongs = numbers[whose], True
        else:
            raise AssertionError(f"say in the matrix what <{kind}:{name}> is: {name}=... or {name}=Key(...)")
    return filled if belongs or whose == "own" else None
