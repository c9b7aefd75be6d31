"""What a row on a router is called in sentences."""

from collections.abc import Mapping

_PLAIN = {
    "/radius": "our RADIUS server",
    "/radius/incoming": "the door for disconnects",
    "/ppp/aaa": "PPP by RADIUS",
    "/ip/dns": "the name servers",
    "/system/ntp/client": "the clock's time servers",
}
# The first says what it is, then the values of which the first that is known tells it apart.
_NAMED: dict[str, tuple[str, tuple[str, ...]]] = {
    "/ip/hotspot/profile": ("the hotspot profile", ("name",)),
    "/ip/hotspot": ("the hotspot", ("name",)),
    "/ip/hotspot/user/profile": ("the profile of hotspot users", ("name",)),
    "/ip/hotspot/user": ("the hotspot user", ("name",)),
    "/interface/vlan": ("the VLAN", ("name",)),
    "/ip/address": ("the address", ("address",)),
    "/ip/pool": ("the addresses", ("name",)),
    "/ip/dhcp-server": ("the DHCP server", ("name",)),
    "/ip/dhcp-server/network": ("the DHCP network", ("address",)),
    "/ppp/profile": ("the PPP profile", ("name",)),
    "/ppp/secret": ("the PPP secret", ("name",)),
    "/interface/pppoe-server/server": ("the PPPoE server", ("service-name", "interface")),
    "/queue/type": ("the queue type", ("name",)),
    "/queue/simple": ("the queue", ("name",)),
    "/ip/firewall/address-list": ("an address list entry", ("list",)),
    "/ip/firewall/filter": ("a firewall rule", ("action",)),
    "/ip/firewall/nat": ("an address translation rule", ("action",)),
}
_OLD_NAMES = {"kmikro", "kmikro-hotspot", "kmikro-pppoe"}  # the one of each that every router has had
_OLD = {
    "/ip/hotspot/profile": "the hotspot profile",
    "/ip/hotspot": "the hotspot",
    "/ip/pool": "the addresses for PPPoE",
    "/ppp/profile": "the profile for PPPoE",
    "/interface/pppoe-server/server": "the PPPoE server",
}


def of(path: str, key: str, values: Mapping[str, str]) -> str:
    """The row in words; without values its key has to do."""
    if path == "/file":
        return f"the page {key}"
    if path == "/ip/hotspot/walled-garden/ip":
        if key == "portal":
            return "free access to the portal before login"
        return f"free access to {values.get('dst-host') or values.get('dst-address') or key} before login"
    if path in _PLAIN:
        return _PLAIN[path]
    if path in _OLD and (key in _OLD_NAMES or key == "pppoe"):
        return _OLD[path]
    what, names = _NAMED.get(path, (path, ("name",)))
    name = next((values[name] for name in names if values.get(name)), "") or key.partition(".")[2] or key
    return f"{what} {name[:80]}" if name else what
