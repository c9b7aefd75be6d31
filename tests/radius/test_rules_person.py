"""DHCP clients, and people who log in to routers: never a subscriber, never anything else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from radius import case
from radius.events import Accept, AccessRequest
from radius.known import Facts
from radius.mikrotik import attributes
from tests.radius.fakes import facts
from tests.radius.test_policy import MAC, accepted, judge, refused, request


def login(password: bytes = b"arctangent", **changes: object) -> AccessRequest:
    made = replace(request(password), service_type=1, mac="192.0.2.7")
    return replace(made, **changes)  # type: ignore[arg-type]


def operator(**changes: object) -> Facts:
    return facts(kind="login", service_id=0, group="write", **changes)


def test_somebody_who_may_gets_the_group_and_nothing_of_a_subscriber() -> None:
    verdict = accepted(operator(), login())
    assert verdict.service_id is None
    assert [each for each in attributes(verdict) if each[1]] == [("Mikrotik-Group", "write")]
    assert any(each.text == "It may log in to routers, as write." for each in verdict.trace)


@pytest.mark.parametrize("kind", [1, 6, 7])
def test_a_subscriber_never_gets_in(kind: int) -> None:
    code, _, message = refused(facts(), login(service_type=kind))
    assert (code, message) == ("not_for_routers", "This is not a name for signing in to routers.")


@pytest.mark.parametrize("service_type", [None, 1, 2])
def test_a_router_login_opens_no_hotspot_and_no_dial_in(service_type: int | None) -> None:
    assert refused(operator(), replace(request(), service_type=service_type))[0] == "wrong_access"


def test_a_router_login_may_be_off_over_or_for_other_routers() -> None:
    assert refused(operator(status="suspended"), login())[0] == "suspended"
    assert refused(operator(expires_at=0.0), login())[0] == "ended"
    assert refused(operator(sites=frozenset({2})), login())[0] == "wrong_site"
    assert refused(operator(), login(b"guess"))[0] == "wrong_password"


def test_its_name_is_in_a_space_of_its_own() -> None:
    assert case.name_of(login()) == b"\0login\0nemo"
    assert case.name_of(request()) == b"nemo"


def dhcp(**changes: object) -> AccessRequest:
    made = replace(
        request(None, username=MAC.encode()), mac="1:aa:bb:cc:dd:ee:ff", nas_port_type=15, session_id=""
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("password", [None, b""])
def test_a_listed_device_gets_its_lease(password: bytes | None) -> None:
    known = facts(device=MAC, secret=None, access="dhcp", lock="list", macs=frozenset({MAC}))
    verdict = accepted(known, dhcp(password=password))
    assert any(each.text == "It may be used by DHCP." for each in verdict.trace)


def test_a_stranger_gets_none() -> None:
    assert refused(None, dhcp())[0] == "unknown_user"


@pytest.mark.parametrize(
    ("asked", "way"),
    [
        (request(), "hotspot"),
        (replace(request(), service_type=2), "ppp"),
        (replace(request(), service_type=1), "hotspot"),  # it names a MAC
        (replace(request(), service_type=1, mac="192.0.2.7", nas_port_type=19), "hotspot"),
        (replace(request(), service_type=1, mac="", framed_ip="10.5.50.2"), "hotspot"),
        (login(), "login"),
        (replace(request(), service_type=6), "login"),
        (dhcp(), "dhcp"),
        (dhcp(session_id="80100014"), "hotspot"),  # by MAC at a hotspot of a wired port
        (dhcp(service_type=1), "hotspot"),
        (replace(dhcp(), username=b"nemo"), "hotspot"),
    ],
)
def test_ways(asked: AccessRequest, way: str) -> None:
    assert case.way(asked) == way


def test_no_password_is_a_refusal_everywhere_else() -> None:
    assert refused(facts(device=MAC, secret=None), replace(dhcp(), service_type=1))[0] == "no_password"
    assert not isinstance(judge(facts(), request(None)), Accept)
