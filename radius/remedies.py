"""What to do about a refusal: one sentence for the operator to each rule of policy. No database in here."""

from __future__ import annotations

REMEDIES = {
    "unknown_user": "Compare what was typed with the voucher or the account, letter by letter.",
    "wrong_password": "Give the right password again, or set a new one.",
    "wrong_device": "Sign in from the device itself, or take the device off the list.",
    "void": "Hand out another voucher: this one cannot be made valid again.",
    "suspended": "Let it connect again by resuming it, if what it was paused for is settled.",
    "time_spent": "Sell a new voucher, or give the plan more online time.",
    "data_spent": "Sell a new voucher, or give the plan more data.",
    "ended": "Sell a new voucher, or renew the account.",
    "wrong_site": "Use it at a router of its own site.",
    "locked_device": "Put the device on its list, or take the binding off the service.",
    "outside_hours": "Wait until it opens, or give the plan other hours.",
    "day_data_spent": "Wait for the next day, or give the plan more data a day.",
    "day_time_spent": "Wait for the next day, or give the plan more online time a day.",
    "not_for_routers": "Make an account for router logins: subscribers cannot sign in to routers.",
    "no_trial": "Say what a trial gets among the fallbacks, or take trial off the hotspot profile.",
    "wrong_access": "Use it for the kind of connection it was made for.",
    "too_many_devices": "Disconnect the other device under Live sessions, or sell a plan for more devices.",
    "isp_suspended": "Settle with the platform what is said at the top of every page.",
    "malformed": "Update RouterOS, and look for anything between the router and us that changes packets.",
    "both_passwords": "Update RouterOS: no router that works sends two passwords.",
    "unsupported_method": (
        "Let the hotspot profile sign in by HTTP CHAP or HTTP PAP. Wi-Fi with 802.1X has to be allowed for the router first."
    ),
    "no_password": "Look at the login page on the router: it must send a password.",
    "eap_method": "Set the device's Wi-Fi to PEAP with MSCHAPv2, or to TTLS with PAP or MSCHAPv2.",
    "eap_broken": "Set the device's Wi-Fi to PEAP with MSCHAPv2, or to TTLS with PAP or MSCHAPv2, and try again.",
    "eap_unknown": "Try again. If it happens often, look at how long the router's packets are under way to us.",
    "tls_failed": "Install our root certificate on the device, and choose it in the settings of the Wi-Fi network.",
}
OTHERWISE = "Open the attempt in the login log: it lists every rule that was checked."
NO_ROUTER = "See under Routers what it needs; until it is back nobody can sign in there."
_ASKS_US = "If nothing appears in the login log, the router does not ask us: compare it under Routers."
_NEVER_TRIED = {
    "hotspot": "Connect the device to the hotspot and open any page.",
    "ppp": "Let the customer's router or device dial in, by PPPoE or another tunnel, with this user name.",
    "dhcp": "Let the device ask for an address again: unplug it, or renew its lease.",
    "any": "Connect the device to the hotspot and open any page, or let it dial in.",
}
NO_SESSION = (
    "Look at the router: its hotspot may have dropped the device, or its accounting packets (UDP port 1813) do not "
    "reach us."
)
ONLINE = "If pages do not open although it is online, look at the router's own way to the internet."
TRY_NOW = "Let them try again now."


def never_tried(access: str) -> str:
    """For somebody who may connect and has not tried; `access` is the service's kind of connection."""
    return f"{_NEVER_TRIED.get(access, _NEVER_TRIED['any'])} {_ASKS_US}"


def of(code: str) -> str:
    return REMEDIES.get(code, OTHERWISE)
