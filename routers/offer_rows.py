"""From offers to rows on a router, and what a router must be for them."""

from collections.abc import Sequence
from ipaddress import IPv4Network

from kmikro.lib.refusal import Refusal
from routers import hotspots, offer_checks, offer_values, pppoe, rows, six
from routers.facts import Facts, address_pool, hotspot_address
from routers.hotspots import Signing
from routers.menus import OFFER
from routers.offers import Offer
from routers.rows import Row

# What would decide a packet before a rule of ours could.
_SHADOWS = frozenset({"drop", "reject", "tarpit", "fasttrack-connection"})
_TRANSLATES = frozenset({"dst-nat", "redirect", "netmap", "same"})
_MENUS = {
    "vlan": ("/interface/vlan",),
    "hotspot": ("/ip/address", "/ip/dhcp-server/network", "/ip/dhcp-server"),
    "pppoe": (),
    "dhcp": ("/ip/address", "/ip/dhcp-server/network", "/ip/dhcp-server"),
    "garden": (),
    "walled": ("/ip/firewall/address-list", "/ip/firewall/filter", "/ip/firewall/nat"),
    "queue": ("/queue/simple",),
    "queue_type": ("/queue/type",),
    "ntp": ("/system/ntp/client",),
    "dns": ("/ip/dns",),
    "fasttrack": ("/ip/firewall/filter",),
}


def menus_of(kind: str) -> frozenset[str]:
    """The menus that rows of such an offer may be in, beside those that are always read."""
    return frozenset(_MENUS[kind])


def made(
    offers: Sequence[Offer], facts: Facts, signing: Signing, *, portal_host: str, mschap1: bool
) -> list[Row]:
    """The rows of all offers."""
    names = {offer.has("name") for offer in offers if offer.kind == "vlan"}
    built: list[Row] = []
    for offer in offers:
        offer_checks.check(offer, facts, names)
        match offer.kind:
            case "vlan":
                built.append(_vlan(offer))
            case "hotspot":
                built += _hotspot(offer, offers, facts, signing)
            case "pppoe":
                built += _pppoe(offer, facts, mschap1=mschap1)
            case "dhcp":
                built += _dhcp(offer, facts)
            case "garden":
                built += [hotspots.free(_key(offer, host), host) for host in offer.has("hosts").split("\n")]
            case "walled":
                built += _walled(offer, portal_host)
            case "queue":
                built.append(_queue(offer))
            case "queue_type":
                built.append(_queue_type(offer))
            case "ntp":
                built.append(_clock(_listed(offer, "servers"), facts))
            case "dns":
                answers = "true" if offer.has("answers") == "yes" else "false"
                servers = _listed(offer, "servers")
                built.append(Row("/ip/dns", "", {"servers": servers, "allow-remote-requests": answers}))
            case "fasttrack":
                built += _fasttrack(offer)
    return built


def _clock(servers: str, facts: Facts) -> Row:
    if six.is_six(facts):
        return six.clock(servers)
    return Row("/system/ntp/client", "", {"enabled": "true", "servers": servers})


def name_of(offer: Offer) -> str:
    """What is called after the offer on the router."""
    return f"{rows.MARK}-{offer.kind.replace('_', '-')}-{offer.key}"


def address_on(offers: Sequence[Offer], facts: Facts, interface: str) -> str:
    """The router's own address on an interface, by an offer or as it is there; empty when there is none."""
    for offer in offers:
        if offer.has("network") and offer.has("interface") == interface and offer.kind in {"dhcp", "hotspot"}:
            return _first(IPv4Network(offer.has("network")))
    return hotspot_address(facts, interface)


def pool_on(offers: Sequence[Offer], facts: Facts, interface: str) -> str:
    """The pool that serves an interface, by an offer or as it is there; `none` without one."""
    for offer in offers:
        if offer.has("network") and offer.has("interface") == interface and offer.kind in {"dhcp", "hotspot"}:
            return name_of(offer)
    return address_pool(facts, interface)


def _first(network: IPv4Network) -> str:
    return str(network.network_address + 1)


def _key(offer: Offer, part: str = "") -> str:
    return f"{OFFER}{offer.key}{f'.{part}' if part else ''}"


def _mark(key: str) -> dict[str, str]:
    return {"comment": f"{rows.MARK}:{key}"}


def _listed(offer: Offer, name: str) -> str:
    return offer.has(name).replace("\n", ",")


def _vlan(offer: Offer) -> Row:
    values = {
        "name": offer.has("name"),
        "vlan-id": offer.has("vlan_id"),
        "interface": offer.has("interface"),
        **_mark(_key(offer)),
        "disabled": "false",
    }
    return Row("/interface/vlan", _key(offer), values)


def _pool(offer: Offer, ranges: str) -> Row:
    name = name_of(offer)
    return Row("/ip/pool", name, {"name": name, "ranges": ranges})


def _all_but_first(network: IPv4Network) -> str:
    return f"{network.network_address + 2}-{network.broadcast_address - 1}"


def _own_address(offer: Offer, network: IPv4Network, facts: Facts) -> list[Row]:
    """The first address of the network, unless somebody has given the router one there already."""
    for row in facts.of("/ip/address"):
        values = row.values
        here = values.get("interface") == offer.has("interface") and rows.key_of(row, "") is None
        if here and values.get("address") == f"{_first(network)}/{network.prefixlen}":
            return []
    values = {
        "address": f"{_first(network)}/{network.prefixlen}",
        "interface": offer.has("interface"),
        **_mark(_key(offer)),
        "disabled": "false",
    }
    return [Row("/ip/address", _key(offer), values)]


def _served(offer: Offer, network: IPv4Network, *, dns: str, lease: str) -> list[Row]:
    shown = {
        "address": str(network),
        "gateway": _first(network),
        "dns-server": dns or _first(network),
        **_mark(_key(offer)),
    }
    server = {
        "name": name_of(offer),
        "interface": offer.has("interface"),
        "address-pool": name_of(offer),
        "lease-time": lease,
        **_mark(_key(offer)),
        "disabled": "false",
    }
    return [Row("/ip/dhcp-server/network", _key(offer), shown), Row("/ip/dhcp-server", _key(offer), server)]


def _hotspot(offer: Offer, offers: Sequence[Offer], facts: Facts, signing: Signing) -> list[Row]:
    name, interface = name_of(offer), offer.has("interface")
    address = address_on(offers, facts, interface)
    if not address:
        raise Refusal(
            "no_address",
            f"{offer.key}: {interface} has no IP address on the router. Give this hotspot a network, or give "
            "the interface an address under IP, Addresses.",
        )
    built = [hotspots.profile(name, address, signing)]
    if not offer.has("network"):
        return [*built, hotspots.server(name, interface, name, pool_on(offers, facts, interface))]
    network = IPv4Network(offer.has("network"))
    return [
        *_own_address(offer, network, facts),
        _pool(offer, _all_but_first(network)),
        *_served(offer, network, dns="", lease="1h"),
        *built,
        hotspots.server(name, interface, name, name),
    ]


def _dhcp(offer: Offer, facts: Facts) -> list[Row]:
    network = IPv4Network(offer.has("network"))
    address = _own_address(offer, network, facts) if offer.has("own_address") != "there" else []
    return [
        *address,
        _pool(offer, offer.has("ranges") or _all_but_first(network)),
        *_served(offer, network, dns=_listed(offer, "dns"), lease=offer.has("lease") or "30m"),
    ]


def _pppoe(offer: Offer, facts: Facts, *, mschap1: bool) -> list[Row]:
    name, network = name_of(offer), IPv4Network(offer.has("network"))
    profile = {"name": name, "local-address": _first(network), "remote-address": name}
    if offer.has("dns"):
        profile["dns-server"] = _listed(offer, "dns")
    server = pppoe.listener(
        _key(offer), offer.has("interface"), name, offer.has("service_name") or name, mschap1=mschap1
    )
    return [_pool(offer, _all_but_first(network)), Row("/ppp/profile", name, profile), server]


def _walled(offer: Offer, portal_host: str) -> list[Row]:
    """Who is on the list reaches the portal, what is named, and names to look up; the rest is refused."""
    list_name, open_name = offer.has("list"), name_of(offer)
    reach = [portal_host, *(host.removeprefix("*.") for host in offer.has("hosts").split("\n") if host)]
    built = [
        Row(
            "/ip/firewall/address-list",
            _key(offer, host),
            {"list": open_name, "address": host, **_mark(_key(offer, host)), "disabled": "false"},
        )
        for host in dict.fromkeys(reach)
    ]
    who = {"chain": "forward", "src-address-list": list_name}
    rules = {
        "free": {"action": "accept", **who, "dst-address-list": open_name},
        "dns-udp": {"action": "accept", **who, "protocol": "udp", "dst-port": "53"},
        "dns-tcp": {"action": "accept", **who, "protocol": "tcp", "dst-port": "53"},
        "rest": {"action": "reject", **who, "reject-with": "icmp-admin-prohibited"},
    }
    built += [
        _rule("/ip/firewall/filter", _key(offer, part), values, _SHADOWS) for part, values in rules.items()
    ]
    if offer.has("to_address"):
        notice = {
            "chain": "dstnat", "action": "dst-nat", "protocol": "tcp", "dst-port": "80", "src-address-list": list_name,
            "dst-address-list": f"!{open_name}", "to-addresses": offer.has("to_address"),
            "to-ports": offer.has("to_port") or "80",
        }  # fmt: skip
        shown = {"action": "accept", **who, "dst-address": offer.has("to_address")}
        built.insert(-1, _rule("/ip/firewall/filter", _key(offer, "notice"), shown, _SHADOWS))
        built.append(_rule("/ip/firewall/nat", _key(offer, "http"), notice, _TRANSLATES))
    return built


def _rule(path: str, key: str, values: dict[str, str], before: frozenset[str]) -> Row:
    return Row(path, key, {**values, **_mark(key), "disabled": "false"}, before)


def _queue(offer: Offer) -> Row:
    values = {
        "name": name_of(offer),
        "target": offer.has("target"),
        "max-limit": f"{_bits(offer, 'upload')}/{_bits(offer, 'download')}",  # as the router sees it: rx, tx
        **_mark(_key(offer)),
        "disabled": "false",
    }
    if offer.has("discipline"):
        values["queue"] = f"{offer.has('discipline')}/{offer.has('discipline')}"
    return Row("/queue/simple", _key(offer), values)


def _bits(offer: Offer, name: str) -> int:
    """As RouterOS tells it, so that what is there is known again; 0 is no limit."""
    return offer_values.bits(offer.has(name)) if offer.has(name) else 0


def _queue_type(offer: Offer) -> Row:
    name, discipline = f"{rows.MARK}-{offer.key}", offer.has("discipline")
    values = {
        "name": name,
        "kind": discipline.partition("-")[0] if discipline.startswith("pcq") else discipline,
    }
    if discipline.startswith("pcq"):
        values["pcq-rate"] = str(_bits(offer, "rate"))
        values["pcq-classifier"] = "dst-address" if discipline == "pcq-download" else "src-address"
    return Row("/queue/type", name, values)


def _fasttrack(offer: Offer) -> list[Row]:
    """Both directions of established connections are accepted before FastTrack can take them."""
    built = []
    for network in offer.has("networks").split("\n"):
        for side in ("src", "dst"):
            values = {
                "chain": "forward",
                "action": "accept",
                f"{side}-address": network,
                "connection-state": "established,related",
            }
            key = _key(offer, f"{side}.{network}")
            built.append(_rule("/ip/firewall/filter", key, values, frozenset({"fasttrack-connection"})))
    return built
