"""Routers, kinds of connection and devices that a service is for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from radius.events import AccessRequest
from tests.radius.fakes import facts
from tests.radius.test_policy import MAC, accepted, refused, request

OTHER = "02:00:00:00:00:09"


def by(mac: str) -> AccessRequest:
    return replace(request(), mac=mac)


def test_plan_and_service_must_both_allow_the_router() -> None:
    here, there = frozenset({1}), frozenset({2})
    assert accepted(facts(plan=replace(facts().plan, sites=here)))
    assert refused(facts(plan=replace(facts().plan, sites=there)))[:2] == (
        "wrong_site",
        "The plan may not be used at this router.",
    )
    assert refused(facts(sites=there))[1] == "The account may not be used at this router."
    assert refused(facts(sites=there, plan=replace(facts().plan, sites=here)))[0] == "wrong_site"


def test_the_first_device_is_bound() -> None:
    verdict = accepted(facts(lock="first"))
    assert verdict.binds == MAC
    assert any(each.text == f"It is bound to {MAC} from now on." for each in verdict.trace)
    again = accepted(facts(lock="first", bound_mac=MAC))
    assert again.binds == ""


@pytest.mark.parametrize("mac", [OTHER, "", "10.0.0.7"])
def test_another_device_is_refused(mac: str) -> None:
    code, _, message = refused(facts(lock="first", bound_mac=MAC), by(mac))
    assert (code, message) == (
        "locked_device",
        "Your account is for another device. Please ask your provider.",
    )


@pytest.mark.parametrize("mac", ["", "10.0.0.7"])
def test_what_is_no_device_cannot_be_bound(mac: str) -> None:
    assert refused(facts(lock="first"), by(mac))[0] == "locked_device"


def test_a_list_of_devices() -> None:
    assert accepted(facts(lock="list", macs=frozenset({MAC, OTHER}))).binds == ""
    code, text, _ = refused(facts(lock="list", macs=frozenset({OTHER})))
    assert (code, text) == (
        "locked_device",
        f"The account is for listed devices only (1 on its list), and {MAC} is not one.",
    )
    assert "none on its list yet" in refused(facts(lock="list"))[1]


def test_without_a_lock_a_binding_of_before_says_nothing() -> None:
    assert accepted(facts(bound_mac=OTHER)).binds == ""


def test_kinds_of_connection() -> None:
    framed = replace(request(), service_type=2)
    assert accepted(facts(access="ppp"), framed)
    assert refused(facts(access="hotspot"), framed)[0] == "wrong_access"
    assert refused(facts(access="dhcp"))[1] == "The account works by DHCP only, and this is at a hotspot."
