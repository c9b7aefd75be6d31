"""What the request itself must be is asked before anybody is looked up."""

from __future__ import annotations

from dataclasses import replace

from radius.case import No
from radius.credentials import MsChap
from radius.rules_request import RULES, isp_in_order, one_password, well_formed
from tests.radius.fakes import ROUTER
from tests.radius.test_policy import request


def test_an_ordinary_request_passes_both() -> None:
    assert [rule(request()) for _, rule in RULES] == ["", "", ""]


def test_a_suspended_isp_lets_nobody_in_but_its_own_people_into_routers() -> None:
    closed = replace(ROUTER, is_suspended=True)
    refusal = isp_in_order(replace(request(), nas=closed))
    assert isinstance(refusal, No)
    assert refusal.code == "isp_suspended"
    assert isp_in_order(replace(request(), nas=closed, service_type=7)) == ""


def test_the_old_ms_chap_only_where_it_is_allowed() -> None:
    asked = replace(request(None), ms_chap=MsChap(1, 1, bytes(8), bytes(24)))
    refusal = one_password(asked)
    assert isinstance(refusal, No)
    assert refusal.code == "unsupported_method"
    assert one_password(replace(asked, nas=replace(ROUTER, allow_mschap1=True))) == ""


def test_what_is_malformed_is_named() -> None:
    refusal = well_formed(request(oddity="duplicate:User-Name"))
    assert isinstance(refusal, No)
    assert refusal.text == "User-Name in the request came more than once."
