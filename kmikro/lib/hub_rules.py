"""The hub's firewall as nftables text: routers reach RADIUS and nothing else, never each other; the hub reaches them.

Pure. One table of our own, replaced as a whole in one transaction; rules of others are neither read nor written. What
is dropped is counted, by reason and by router. Forwarding is shut for our interfaces alone, so that whatever else this
machine forwards goes on. WireGuard and SSTP have an interface each and the same rules, so neither reaches the other.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

TABLE = "kmikro_tunnel"
COUNTERS = {
    "forwarded": "from a router to another place, or from there to a router",
    "refused": "from a router to this machine, other than RADIUS",
    "spoofed": "with an address of the tunnels, from outside them",
    "unsent": "from this machine to a router, other than its API, CoA and ping",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What may pass."""

    interface: str
    pool: str
    hub: str
    radius_ports: tuple[int, ...]
    api_ports: tuple[int, ...]
    coa_port: int
    web_port: int = 0  # of ours, for routers that fetch pages through the tunnel; 0: none
    others: tuple[str, ...] = ()  # more interfaces of tunnels


@dataclass(frozen=True, slots=True)
class Blocked:
    """Packets that were dropped: by reason, and by router where one tried to reach what it may not."""

    by_reason: Mapping[str, int] = field(default_factory=dict)
    by_address: Mapping[str, int] = field(default_factory=dict)


def text(rules: Rules) -> str:
    """The ruleset for `nft -f`."""
    each = [f'"{name}"' for name in (rules.interface, *rules.others)]
    ours, offend = "{ " + ", ".join(each) + " }", "update @offenders { ip saddr counter }"
    lines = [
        f"table inet {TABLE}",  # so that the next line always finds one
        f"delete table inet {TABLE}",
        f"table inet {TABLE} {{",
        *(f"  counter {reason} {{ }}" for reason in COUNTERS),
        "  set offenders {",
        "    type ipv4_addr; size 65535; flags dynamic,timeout; timeout 1d;",
        "  }",
        "  chain outside {",
        "    type filter hook prerouting priority raw; policy accept;",
        f'    iifname {{ "lo", {", ".join(each)} }} accept',
        f"    ip saddr {rules.pool} counter name spoofed drop",
        f"    ip daddr {rules.pool} counter name spoofed drop",
        "  }",
        "  chain forward {",
        "    type filter hook forward priority filter; policy accept;",
        f"    iifname {ours} {offend}",
        f"    iifname {ours} counter name forwarded drop",
        f"    oifname {ours} counter name forwarded drop",
        "  }",
        "  chain input {",
        "    type filter hook input priority filter; policy accept;",
        f"    iifname {ours} jump from_router",
        "  }",
        "  chain from_router {",
        "    ct state established accept",
        "    ct state related meta l4proto icmp accept",
        f"    ip daddr {rules.hub} udp dport {_ports(rules.radius_ports)} accept",
        *([f"    ip daddr {rules.hub} tcp dport {rules.web_port} accept"] if rules.web_port else []),
        f"    {offend}",
        "    counter name refused drop",
        "  }",
        "  chain output {",
        "    type filter hook output priority filter; policy accept;",
        f"    oifname {ours} jump to_router",
        "  }",
        "  chain to_router {",
        "    meta nfproto ipv6 drop",  # what the kernel says to every new interface is no news
        "    ct state established accept",
        "    ct state related meta l4proto icmp accept",
        f"    tcp dport {_ports(rules.api_ports)} accept",
        f"    udp dport {rules.coa_port} accept",
        "    icmp type echo-request accept",
        "    counter name unsent drop",
        "  }",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _ports(numbers: Iterable[int]) -> str:
    return "{ " + ", ".join(str(number) for number in sorted(set(numbers))) + " }"


def read(listed: str) -> Blocked:
    """The counters in the output of `nft -j list table`; nothing of what is not ours."""
    by_reason: dict[str, int] = {}
    by_address: dict[str, int] = {}
    for item in json.loads(listed).get("nftables", []):
        counter, found = item.get("counter"), item.get("set")
        if counter and counter.get("name") in COUNTERS:
            by_reason[counter["name"]] = int(counter["packets"])
        if found and found.get("name") == "offenders":
            by_address |= dict(_element(each) for each in found.get("elem", []))
    return Blocked(by_reason, by_address)


def _element(found: Mapping[str, Any]) -> tuple[str, int]:
    inside = found["elem"]
    return str(inside["val"]), int(inside.get("counter", {}).get("packets", 0))
