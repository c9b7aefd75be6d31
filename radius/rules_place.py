"""Where and with what: routers, kinds of connection, the device it is bound to, devices at once."""

from __future__ import annotations

from kmikro.lib import macs
from radius.case import Case, No
from radius.rules_person import ACCESS
from radius.sentences import Said
from radius.wording import moment


def right_place(case: Case) -> Said | No:
    router_id = case.request.nas.router_id
    for sites, whose in ((case.facts.sites, case.noun), (case.facts.plan.sites, "plan")):
        if sites is not None and router_id not in sites:
            return No("wrong_site", f"The {whose} may not be used at this router.")
    return ""


def right_access(case: Case) -> Said | No:
    access = case.facts.access
    if access == "any":
        return ""
    if access != case.way:
        text = f"The {case.noun} works {ACCESS.get(access, access)} only, and this is {ACCESS[case.way]}."
        return No("wrong_access", text)
    return f"It may be used {ACCESS[case.way]}."


def right_device(case: Case) -> Said | No:
    """The lock to a device: to those on its list, or to the first that came (it is bound when it is let in)."""
    lock, facts = case.facts.plan.lock, case.facts
    if not lock:
        return ""
    mac = macs.normalise(case.mac)  # over L2TP it is an address, which is nobody's
    if lock == "list":
        if mac in facts.macs:
            return f"{mac} is on its device list."
        listed = f"{len(facts.macs)} on its list" if facts.macs else "none on its list yet"
        text = f"The {case.noun} is for listed devices only ({listed}), and {mac or 'this one'} is not one."
        return No("locked_device", text)
    if not mac:
        return No("locked_device", f"The {case.noun} is bound to one device, and the request names none.")
    if facts.bound_mac and facts.bound_mac != mac:
        return No("locked_device", f"The {case.noun} is bound to {facts.bound_mac}, and {mac} asks.")
    return f"It is bound to {mac}." if facts.bound_mac else f"It is bound to {mac} from now on."


def devices(case: Case) -> Said | No:
    facts, own, most = case.facts, case.own, case.facts.plan.devices
    if not most:
        return ""
    others = [each for each in facts.live if each is not own]
    if len(others) >= most:
        latest = max(others, key=lambda each: each.started_at)
        text = (
            f"{len(others)} of {most} devices are online already, "
            f"{latest.mac or 'one'} since {moment(latest.started_at, case.zone)}."
        )
        return No("too_many_devices", text, (len(others),))
    return ("device", len(others) + 1, most, own.session_id if own else None)
