"""What a menu is: its fields with kind and default, its kind of list, and the text grammar they are written in."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from routers.virtual import values
from routers.virtual.values import Check

_SPEC = re.compile(
    r"(?P<name>[\w-]+)(?P<need>\*?):(?P<kind>[a-z]+)(?:\((?P<args>[^)]*)\))?(?:=(?P<default>.*))?"
)
_KINDS: dict[str, Callable[[list[str]], Check]] = {
    "text": lambda a: values.text,
    "bool": lambda a: values.boolean,
    "time": lambda a: values.duration(*a),
    "int": lambda a: values.integer(int(a[0]), int(a[1]), *a[2:]),
    "enum": lambda a: values.choice(*a),
    "set": lambda a: values.choices(*a),
    "policy": lambda a: values.policy,
    "addr": lambda a: values.address,
    "ifaddr": lambda a: values.interface_address,
    "prefixes": lambda a: values.prefixes(keep_host_length=False),
    "targets": lambda a: values.prefixes(keep_host_length=True),
    "ranges": lambda a: values.ranges,
    "mac": lambda a: values.mac,
    "rate": lambda a: values.rate,
    "rates": lambda a: values.rate_pair,
    "bytes": lambda a: values.byte_count,
    "ref": lambda a: values.text,
    "secret": lambda a: values.text,
}


@dataclass(frozen=True)
class Field:
    """One argument that is stored; `reference` is the menu whose names it holds, `words` stand beside them."""

    name: str
    check: Check
    required: bool = False
    default: str | None = None
    reference: str | None = None
    words: tuple[str, ...] = ()
    secret: bool = False


@dataclass(frozen=True)
class Menu:
    """A menu: single row or list, its fields, the combination that may exist once and the refusal's text."""

    path: str
    fields: dict[str, Field]
    single: bool = False
    unique: tuple[str, ...] = ()
    clash: str = ""
    store: str = ""
    only: tuple[str, str] | None = None
    hidden: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """The path whose rows this menu shows; `/interface/bridge` is a view of `/interface`."""
        return self.store or self.path


def field_of(spec: str) -> Field:
    """Read `name*:kind(a|b)=default`; `=""` is a key that is shown although empty."""
    match = _SPEC.fullmatch(spec)
    if match is None:
        raise ValueError(f"bad field {spec}")
    args = [a for a in (match["args"] or "").split("|") if a]
    reference = args[0] if match["kind"] == "ref" else None
    default = match["default"]
    return Field(
        name=match["name"],
        check=_KINDS[match["kind"]](args),
        required=bool(match["need"]),
        default="" if default == '""' else default,
        reference=reference,
        words=tuple(args[1:]) if reference else (),
        secret=match["kind"] == "secret",
    )


def menu(
    path: str,
    specs: str,
    *,
    single: bool = False,
    unique: str = "",
    clash: str = "",
    store: str = "",
    only: tuple[str, str] | None = None,
    hidden: str = "",
) -> Menu:
    """Make a menu from field specs separated by blanks."""
    fields = {f.name: f for f in map(field_of, specs.split())}
    return Menu(path, fields, single, tuple(unique.split()), clash, store, only, tuple(hidden.split()))
