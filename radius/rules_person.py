"""Who asks: what only a real request can show."""

from __future__ import annotations

from radius import passwords
from radius.case import DHCP, HOTSPOT, LOGIN, Case, No
from radius.sentences import Said

ACCESS = {
    "hotspot": "at a hotspot",
    "ppp": "over PPP (PPPoE)",
    "dhcp": "by DHCP",
    "login": "a router's own login",
    "wifi": "Wi-Fi with 802.1X",
}


def own_name(case: Case) -> Said | No:
    """A MAC is a name that anybody can type, so it opens for that very device only, and never a dial-in."""
    device = case.facts.device
    if not device:
        return ""
    if case.mac != device:
        text = f"{device} was given as the user name, but the device that asks is {case.mac or 'not named'}."
        return No("wrong_device", text)
    if case.way not in (HOTSPOT, DHCP):
        text = (
            f"{device} is on the device list, which counts at hotspots only, and this is {ACCESS[case.way]}."
        )
        return No("wrong_access", text)
    return f"{device} is on the device list."


def password(case: Case) -> Said | No:
    request, facts = case.request, case.facts
    if passwords.is_right(request, facts, case.proof):
        return ("password", passwords.method(request))
    return No("wrong_password", f"The password for {facts.label} is wrong.")


def of_routers(case: Case) -> Said | No:
    """Subscribers do not log in to routers: RouterOS would give them its default group. Nor the other way round."""
    is_login, facts = case.way == LOGIN, case.facts
    if is_login and facts.kind != "login":
        return No(
            "not_for_routers",
            f"The {case.noun} {facts.label} is a subscriber's, and this is {ACCESS[LOGIN]}.",
        )
    if facts.kind == "login" and not is_login:
        return No("wrong_access", f"{facts.label} may log in to routers, and this is {ACCESS[case.way]}.")
    return ("group", facts.group) if is_login else ""
