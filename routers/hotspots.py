"""The rows of a hotspot server of ours: pages, free access to the portal, profile, server."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from routers import loginpage, rows
from routers.rows import Row

_MAC = {"mac-auth-mode": "mac-as-username"}


@dataclass(frozen=True, slots=True)
class Signing:
    """How people sign in at every hotspot of a router."""

    folder: str
    mac_login: bool = False
    mac_auth_password: str = field(default="", repr=False)
    own_folder: bool = False  # the profile's own folder is ours; else ours comes before it


def pages(portal_url: str, portal_host: str, folder: str) -> list[Row]:
    """What all hotspots of a router share."""
    made = [
        Row("/file", name, {"name": f"{folder}/{name}", "contents": text})
        for name, text in sorted(loginpage.pages(portal_url).items())
    ]
    return [*made, free("portal", portal_host)]


def free(key: str, host: str) -> Row:
    """A host that people reach before they sign in; an address is no name to look up."""
    by = "dst-address" if host.replace(".", "").isdigit() else "dst-host"
    values = {"action": "accept", by: host, "comment": f"{rows.MARK}:{key}", "disabled": "false"}
    return Row("/ip/hotspot/walled-garden/ip", key, values)


def profile(name: str, address: str, signing: Signing) -> Row:
    """The server profile: it asks RADIUS and shows our pages."""
    secret: Mapping[str, str] = (
        _MAC | {"mac-auth-password": signing.mac_auth_password} if signing.mac_login else {}
    )
    return Row(
        "/ip/hotspot/profile",
        name,
        {
            "name": name,
            "hotspot-address": address,
            "html-directory" if signing.own_folder else "html-directory-override": signing.folder,
            # A voucher's code is its user name too, so CHAP would hide nothing; and its challenge is good for one
            # view of the page, which a phone's own look for a portal in the background can use up.
            "login-by": "mac,http-pap" if signing.mac_login else "http-pap",
            **secret,
            "use-radius": "true",
            "radius-accounting": "true",
            "radius-interim-update": "received",
        },
    )


def server(name: str, interface: str, profile_name: str, pool: str) -> Row:
    """The hotspot on its interface."""
    return Row(
        "/ip/hotspot",
        name,
        {
            "name": name,
            "interface": interface,
            "profile": profile_name,
            "address-pool": pool,
            "disabled": "false",
        },
    )
