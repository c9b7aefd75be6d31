"""What a router must be for an offer, and what a person should know of before it is there."""

from collections.abc import Sequence
from ipaddress import IPv4Network

from kmikro.lib.refusal import Refusal
from routers import pppoe, rows
from routers.facts import Facts, networks, version_of
from routers.offers import Offer
from routers.rows import Found


def check(offer: Offer, facts: Facts, made_names: set[str]) -> None:
    """Refuse an interface that is not there or serves somebody else, and a network that is used elsewhere."""
    interface = offer.has("interface")
    if not interface:
        return
    there = {row.values.get("name", "") for row in facts.of("/interface")}
    if interface not in there | made_names:
        known = ", ".join(sorted(name for name in there | made_names if name))[:100]
        raise Refusal(
            "no_interface", f"{offer.key}: the router has no interface {interface}. Choose one of: {known}."
        )
    taken = {"hotspot": "/ip/hotspot", "pppoe": pppoe.SERVER, "dhcp": "/ip/dhcp-server"}
    for kind in {offer.kind, "dhcp" if offer.kind == "hotspot" and offer.has("network") else offer.kind}:
        foreign = _foreign(facts.of(taken.get(kind, "")), interface)
        if foreign is not None:
            name = foreign.values.get("name") or foreign.values.get("service-name", "")
            raise Refusal(
                f"foreign_{kind}",
                f"{offer.key}: a {kind.upper() if kind == 'dhcp' else kind} server that is not ours ({name}) runs on "
                f"{interface}. Take it over, disable it on the router, or choose another interface.",
            )
    if offer.has("network"):
        _check_network(offer, facts, IPv4Network(offer.has("network")))


def _foreign(table: Sequence[Found], interface: str) -> Found | None:
    for row in table:
        on = row.values.get("interface") == interface and row.values.get("disabled") != "true"
        if on and rows.key_of(row, "") is None:
            return row
    return None


def _check_network(offer: Offer, facts: Facts, network: IPv4Network) -> None:
    for row in facts.of("/interface"):
        name = row.values.get("name", "")
        for used in networks(facts, name):
            same = name == offer.has("interface") and used.network == network and offer.kind != "pppoe"
            if used.network.overlaps(network) and used.network.prefixlen > 0 and not same:
                raise Refusal(
                    "network_in_use",
                    f"{offer.key}: {network} has addresses in common with {used.with_prefixlen} on {name}. "
                    "Choose another network.",
                )


def cautions(offers: Sequence[Offer], facts: Facts) -> list[str]:
    """What a person should know of before these offers are on this router."""
    told: list[str] = []
    tracked = any(
        row.values.get("action") == "fasttrack-connection" and row.values.get("disabled") != "true"
        for row in facts.of("/ip/firewall/filter")
    )
    slowed = sorted({offer.key for offer in offers if offer.kind in {"queue", "hotspot"}})
    if tracked and slowed and not any(offer.kind == "fasttrack" for offer in offers):
        told.append(
            f"FastTrack is on: packets of {', '.join(slowed)} pass queues by, so speeds do not hold. Add the offer "
            "'Not by FastTrack' with their networks."
        )
    if any(offer.kind == "queue_type" and offer.has("discipline") == "cake" for offer in offers):
        if version_of(facts.version) < (7, 1, 0):
            told.append(f"RouterOS {facts.version} has no cake. Upgrade it, or choose fq-codel.")
    pools = [row for row in facts.of("/ip/pool") if rows.key_of(row, "") is None]
    for offer in offers:
        for pool in pools if offer.has("network") else []:
            if _shares(pool.values.get("ranges", ""), IPv4Network(offer.has("network"))):
                told.append(
                    f"{offer.key}: the pool {pool.values.get('name', '')} gives addresses of the same network."
                )
    return told


def _shares(ranges: str, network: IPv4Network) -> bool:
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        try:
            low = IPv4Network(first.strip()) if "/" in first else IPv4Network(f"{first.strip()}/32")
            high = IPv4Network(f"{(last or first).strip()}/32") if "/" not in first else low
        except ValueError:
            continue
        if (
            low.network_address <= network.broadcast_address
            and network.network_address <= high.broadcast_address
        ):
            return True
    return False
