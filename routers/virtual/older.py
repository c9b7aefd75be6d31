"""What RouterOS 6.49 lacks, and how older versions show things.

No command tree of 6 is at hand: its tree is that of 7.12, the oldest, without what is known to be of 7. Where nobody
could say whether 6 has a word it is taken away too, so that nothing of ours leans on it.
"""

import re

from routers.virtual.traps import Trap, no_match
from routers.virtual.tree import Row

Release = tuple[int, ...]
Verbs = dict[str, frozenset[str]]
SIX: Release = (7,)  # what is before this
_ISO_DATES, _MODIFIED = (7, 10), (7, 16)

_MENUS = frozenset(
    {"/interface/wireguard", "/interface/wireguard/peers", "/system/device-mode", "/safe-mode"}
)
_VERBS = {"/file": {"add", "read"}, "/tool": {"ping"}}
_WORDS = {
    "/user/group": {"comment"},
    "/ip/pool": {"comment"},
    "/ip/service": {"vrf"},
    "/radius": {"protocol", "certificate", "require-message-auth", "radsec-timeout"},
    "/radius/incoming": {"vrf"},
    "/system/ntp/client": {"servers", "vrf", "mode"},
    "/ip/hotspot/profile": {"html-directory-override"},
    "/ip/firewall/filter": {"hw-offload"},
    "/ppp/profile": {"dhcpv6-pd-pool"},
    "/interface/sstp-client": {"port", "proxy-port"},
}
_ARGUMENTS = {("/certificate", "import"): {"name"}}
_OF_SIX = {"/system/ntp/client": {"primary-ntp", "secondary-ntp", "server-dns-names"}}
_KINDS = ("cake", "codel", "fq-codel")  # of queues, with words that begin like them
_DATE = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2])-\d{2})( \d{2}:\d{2}:\d{2})?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATED = frozenset(
    {"date", "start-date", "creation-time", "when", "invalid-before", "invalid-after", "build-time"}
)


def tree(menus: dict[str, Verbs]) -> dict[str, Verbs]:
    """The menus of 6 out of those of the oldest 7."""
    return {
        path: {
            verb: _words(path, verb, names)
            for verb, names in verbs.items()
            if verb not in _VERBS.get(path, ())
        }
        for path, verbs in menus.items()
        if path not in _MENUS
    }


def _words(path: str, verb: str, names: frozenset[str]) -> frozenset[str]:
    if verb not in ("add", "set"):
        return names - _ARGUMENTS.get((path, verb), set())
    kept = names - _WORDS.get(path, set())
    if path == "/queue/type":
        kept = frozenset(name for name in kept if not name.startswith(_KINDS))
    return kept | _OF_SIX.get(path, set())


def unknown_parameter(release: Release, name: str) -> Trap:
    """6 does not say which."""
    return Trap("unknown parameter" if release < SIX else f"unknown parameter {name}")


def refuse(release: Release, path: str, args: Row) -> None:
    """Refuse values of arguments that only 7 has."""
    if release >= SIX:
        return
    if path == "/queue/type" and args.get("kind") in _KINDS:
        raise no_match("kind")
    if "rest-api" in args.get("policy", "").replace("!", "").split(","):
        raise no_match("policy")


def shown(release: Release, path: str, rows: list[Row]) -> list[Row]:
    """Rows as that version prints them."""
    if release < _MODIFIED and path == "/file":
        rows = [{_then(name): value for name, value in row.items()} for row in rows]
    if release < _ISO_DATES:
        rows = [
            {name: _old(value) if name in _DATED else value for name, value in row.items()} for row in rows
        ]
    if release >= SIX:
        return _without(rows, _OF_SIX.get(path, set()))
    if path == "/user/group":
        rows = [{**row, "policy": _rights(row.get("policy", ""))} for row in rows]
    return _without(rows, _WORDS.get(path, set()))


def _without(rows: list[Row], names: set[str]) -> list[Row]:
    return (
        [{name: value for name, value in row.items() if name not in names} for row in rows] if names else rows
    )


def _rights(policy: str) -> str:
    return ",".join(word for word in policy.split(",") if word.removeprefix("!") != "rest-api")


def _then(name: str) -> str:
    return "creation-time" if name == "last-modified" else name


def _old(value: str) -> str:
    match = _DATE.fullmatch(value)
    if match is None:
        return value
    year, month, day = match[1].split("-")
    return f"{_MONTHS[int(month) - 1]}/{day}/{year}{match[2] or ''}"
