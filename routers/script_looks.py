"""Looking before changing, on the router itself: each look prints one line, with the fix where one is needed.

The same questions as `preflight` asks of what a router reports; here nobody answers, so the script judges.
Only commands that RouterOS 6.49 has; device mode came with 7 and is asked for through :parse, which 6 survives.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from routers import preflight, rows
from routers.script import quote

_PAGE = "on the router's page"
_KINDS = (("user", "/user"), ("group", "/user group"))


@dataclass(frozen=True, slots=True)
class Looks:
    """What we are about to do there, and for which RouterOS the block was made."""

    intent: preflight.Intent
    six: bool = False
    link: str = ""  # an interface of a tunnel that the block makes


def looks(wish: Looks) -> list[str]:
    """Script lines that print every look and end the script when one of them forbids to begin; sets $version."""
    intent = wish.intent
    hotspot = intent.interface if "hotspot" in intent.services else ""
    return [
        ":local stops 0",
        ":local version [/system resource get version]",
        *_version(six=wish.six),
        *_mode(bool(hotspot)),
        *_clock(needed=bool(wish.link)),
        *_names(intent.user, wish.link, six=wish.six),
        *_interfaces(filter(None, (hotspot, intent.pppoe_interface))),
        *(_network(intent.pppoe_network) if intent.pppoe_network else []),
        *(_served("Hotspot", "/ip hotspot", "name", hotspot) if hotspot else []),
        *(
            _served("PPPoE", "/interface pppoe-server server", "comment", intent.pppoe_interface)
            if intent.pppoe_interface
            else []
        ),
        *_radius(intent.services),
        *_when(
            "[:len [/ip firewall filter find where action=fasttrack-connection !disabled]] > 0",
            _say("LOOK", "FastTrack", "A rule takes connections past the speed limits. Disable or limit it."),
            _say("OK", "FastTrack", "No rule goes past the speed limits."),
        ),
        ':if ($stops > 0) do={ :error "Nothing was changed. Mend what says STOP, then paste the block again." }',
    ]


def _say(state: str, title: str, text: str, more: str = "") -> list[str]:
    """One line; more is a script expression that is put behind the text."""
    said = quote(f"{state:5}{title}: {text}")
    lines = [f":put ({said} . {more})" if more else f":put {said}"]
    return [*lines, ":set stops ($stops + 1)"] if state == "STOP" else lines


def _when(condition: str, then: list[str], otherwise: list[str]) -> list[str]:
    inside, outside = (["  " + line for line in each] for each in (then, otherwise))
    return [f":if ({condition}) do={{", *inside, "} else={", *outside, "}"]


def _version(*, six: bool) -> list[str]:
    old = '[:pick $version 0 4] = "6.49"'
    new = '[:tonum [:pick $version 0 [:find $version "."]]] >= 7'
    fix = f"Upgrade to 6.49 or to 7. If it runs one of them, choose it {_PAGE}. It runs "
    fits = old if six else new
    return _when(
        fits, _say("OK", "RouterOS", "It runs ", "$version"), _say("STOP", "RouterOS", fix, "$version")
    )


def _mode(hotspot: bool) -> list[str]:
    names = (("mode", "mode"), ("flagged", "flagged"), ("spots", "hotspot"), ("jobs", "scheduler"))
    lines = []
    for word, name in names:
        read = quote(f":return [/system device-mode get {name}]")
        lines += [
            f':local {word} ""',
            f':do {{ :local code [:parse {read}]; :set {word} [:tostr [$code]] }} on-error={{ :set {word} "" }}',
        ]
    title = "Device mode"
    flagged = f"RouterOS flagged its configuration as suspicious: look for what you did not set. {preflight.BUTTON}."
    jobs = f"It forbids the scheduler, so a risky change cannot take itself back. {preflight.BUTTON}."
    last = _when(
        '$jobs = "false" or $jobs = "no"',
        _say("LOOK", title, jobs),
        _say("OK", title, "It allows what we need."),
    )
    if hotspot:
        closed = _say("STOP", title, f"It forbids the hotspot. {preflight.BUTTON}.")
        last = _when('$spots = "false" or $spots = "no"', closed, last)
    return lines + _when('$flagged = "true" or $flagged = "yes"', _say("STOP", title, flagged), last)


def _clock(*, needed: bool) -> list[str]:
    """A router by SSTP makes sure of our hub by its certificate, which has dates."""
    text = f"The date is wrong. {preflight.CLOCK} It says "
    old = quote("(19[0-9][0-9]|20[01][0-9]|202[0-3])")
    return [
        ":local date [/system clock get date]",
        *_when(
            f"$date ~ {old}",
            _say("STOP" if needed else "LOOK", "Clock", text, "$date"),
            _say("OK", "Clock", "", "$date"),
        ),
    ]


def _names(user: str, link: str, *, six: bool) -> list[str]:
    """Ours are told by their comment; groups of 6 have none, so there one with a right that we never take is theirs."""
    mine = {
        what: f"[:tostr [{menu} get $row comment]] != {quote(f'{rows.MARK}:{what}')}" for what, menu in _KINDS
    }
    made = f"[:len [/user find where name={quote(user)} comment={quote(f'{rows.MARK}:user')}]] = 0"
    mine["group"] = f"({mine['group']}) && ({made})"  # one that was made on 6 has no comment
    if six:
        mine["group"] = f"[:tostr [/user group get $row policy]] ~ {quote(preflight.NEVER)}"
    lines = [':local taken ""']
    for what, menu in _KINDS:
        lines += [
            f":foreach row in=[{menu} find where name={quote(user)}] do={{",
            f"  :if ({mine[what]}) do={{ :set taken {quote(what)} }}",
            "}",
        ]
    if link:
        lines += [
            f":foreach row in=[/interface find where name={quote(link)}] do={{",
            f"  :if ([:tostr [/interface get $row comment]] != {quote(f'{rows.MARK}:tunnel')}) do={{",
            f"    :set taken {quote(f'interface {link}')}",
            "  }",
            "}",
        ]
    text = (
        f"We did not make what is called {user}{f' or {link}' if link else ''} there. Rename or remove this: "
    )
    return lines + _when(
        "[:len $taken] > 0",
        _say("STOP", "Names", text, "$taken"),
        _say("OK", "Names", "Those that we need are free."),
    )


def _interfaces(wanted: Iterable[str]) -> list[str]:
    lines = []
    for name in wanted:
        missing = f"There is no interface {name}. Choose another one {_PAGE}."
        lines += _when(
            f"[:len [/interface find where name={quote(name)}]] = 0",
            _say("STOP", "Interfaces", missing),
            _say("OK", "Interfaces", f"{name} is there."),
        )
    return lines


def _network(network: str) -> list[str]:
    """An address of the router's own in the network for PPPoE clients, or that network within one of its own.

    The operator `in` wants literals, so the question is written for each row and read by :parse.
    """
    base = network.partition("/")[0]
    text = f"This address is in {network}, which is for PPPoE clients. Choose another network {_PAGE}: "
    return [
        ':local clash ""',
        ":foreach row in=[/ip address find where !dynamic !disabled] do={",
        "  :local own [/ip address get $row address]",
        "  :local net [/ip address get $row network]",
        '  :local size [:pick $own ([:find $own "/"] + 1) [:len $own]]',
        f'  :local first [:parse (":return (" . $net . " in {network})")]',
        f'  :local second [:parse (":return ({base} in " . $net . "/" . $size . ")")]',
        "  :if ([$first] or [$second]) do={",
        f"    :if (!([/ip address get $row interface] ~ {quote('^' + rows.MARK)})) do={{ :set clash $own }}",
        "  }",
        "}",
        *_when(
            "[:len $clash] > 0",
            _say("STOP", "Networks", text, "$clash"),
            _say("OK", "Networks", "No address of its own is in our way."),
        ),
    ]


def _served(title: str, menu: str, mark: str, interface: str) -> list[str]:
    """Somebody else serves the interface already."""
    ours = quote("^" + rows.MARK)
    text = f"One that is not ours runs on {interface}. Remove it there, or choose another interface {_PAGE}."
    return [
        ":local served 0",
        f":foreach row in=[{menu} find where interface={quote(interface)} !disabled] do={{",
        f"  :if (!([:tostr [{menu} get $row {mark}]] ~ {ours})) do={{ :set served ($served + 1) }}",
        "}",
        *_when("$served > 0", _say("STOP", title, text), _say("OK", title, "None is in our way.")),
    ]


def _radius(services: frozenset[str]) -> list[str]:
    ours = quote("^" + rows.MARK)
    asked = quote("|".join(sorted(services)))
    text = "Another server is asked for the same, and before ours. Disable it when everybody shall sign in with us."
    return [
        ":local others 0",
        ":foreach row in=[/radius find where !disabled] do={",
        f"  :if (!([:tostr [/radius get $row comment]] ~ {ours})) do={{",
        f"    :if ([:tostr [/radius get $row service]] ~ {asked}) do={{ :set others ($others + 1) }}",
        "  }",
        "}",
        *_when(
            "$others > 0",
            _say("LOOK", "Other RADIUS servers", text),
            _say("OK", "Other RADIUS servers", "None is asked for the same."),
        ),
    ]
