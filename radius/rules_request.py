"""What the request itself must be, whoever asks."""

from __future__ import annotations

from collections.abc import Callable

from radius.case import DHCP, LOGIN, No, way
from radius.events import AccessRequest
from radius.sentences import Said

SUSPENDED = "The platform has suspended this ISP: who is online stays, nobody new is let in."
_CONDEMNING = ("duplicate:", "malformed:User-Password", "malformed:CHAP-Password", "malformed:MS-CHAP")


def well_formed(request: AccessRequest) -> Said | No:
    for oddity in request.oddities:
        if oddity.startswith(_CONDEMNING):
            what, _, name = oddity.partition(":")
            fault = "came more than once" if what == "duplicate" else "has a length no router makes"
            return No("malformed", f"{name} in the request {fault}.")
    if "missing:User-Name" in request.oddities:
        return No("malformed", "The request names no user.")
    return ""


def isp_in_order(request: AccessRequest) -> Said | No:
    """An ISP that the platform has suspended lets nobody new in; its own people still get into its routers."""
    if request.nas.is_suspended and way(request) != LOGIN:
        return No("isp_suspended", SUSPENDED)
    return ""


def one_password(request: AccessRequest) -> Said | No:
    if "both_passwords" in request.oddities:
        return No("both_passwords", "The request carries more than one kind of password.")
    for oddity in request.oddities:
        if oddity.startswith("unsupported:"):
            method = oddity.partition(":")[2]
            return No("unsupported_method", f"The router used {method}, which is not offered to it.")
    if request.ms_chap is not None:
        if request.ms_chap.version == 2 or request.nas.allow_mschap1:
            return ""
        text = "The router used MS-CHAP of version 1, which is broken and switched off for it."
        return No("unsupported_method", text)
    if request.password is None and request.chap is None and way(request) != DHCP:
        return No("no_password", "The request carries no password.")
    return ""


RULES: tuple[tuple[str, Callable[[AccessRequest], Said | No]], ...] = (
    ("well_formed", well_formed),
    ("isp", isp_in_order),
    ("one_password", one_password),
)
