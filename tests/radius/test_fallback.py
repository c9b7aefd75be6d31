"""Instead of a refusal: only where the ISP says so, only for who is who they say, never at a router's own login."""

from __future__ import annotations

from dataclasses import replace

import pytest

from radius import token
from radius.credentials import MsChap
from radius.events import Accept, AccessRequest, Reject
from radius.fallback import LEVELS, REASONS, instead
from radius.known import Facts
from radius.mikrotik import attributes
from radius.policy import authorize
from radius.terms import PLAIN, Fallback, Used, extras
from subscribers.models import Fallback as Setting
from tests.radius.fakes import ROUTER, facts
from tests.radius.test_policy import MAC, NAIROBI, NOW, live, request
from tests.radius.test_rules_hours import DAY

GARDEN = extras(address_list="walled", pool="poor")
HOUSE = {reason: Fallback(reason, 256_000, 128_000, GARDEN, 300) for reason in Setting.Reason.values}
OPEN = replace(ROUTER, admit_unknown=True)


def ask(
    known: Facts | None, asked: AccessRequest | None = None, house: dict[str, Fallback] = HOUSE
) -> Accept | Reject:
    asked = asked or request()
    verdict = authorize(asked, known, NOW, NAIROBI)
    assert isinstance(verdict, Reject)
    return instead(asked, known, verdict, house, NOW, NAIROBI)


@pytest.mark.parametrize(
    ("known", "level"),
    [
        (facts(status="suspended"), "g:suspended"),
        (facts(expires_at=NOW - 60), "g:ended"),
        (facts(status="ended"), "g:ended"),
        (facts(time_limit_seconds=60, time_used=60, status="ended"), "g:time"),
        (facts(data_limit_bytes=60, data_used=60, status="ended"), "g:data"),
        (facts(data_limit_bytes=60, data_used=60, expires_at=NOW - 60), "g:ended"),
        (facts(daily_data_bytes=60, used=Used(DAY, 60, 0, 0, 0, 0, 0)), "g:data"),
        (facts(lock="first", bound_mac="02:00:00:00:00:01"), "g:device"),
    ],
)
def test_each_reason_has_its_garden(known: Facts, level: str) -> None:
    verdict = ask(known)
    assert isinstance(verdict, Accept)
    assert (verdict.session_timeout, verdict.download_bps, verdict.data_left) == (300, 256_000, None)
    assert (verdict.starts_clock, verdict.binds) == (False, "")
    assert token.level_of(verdict.class_) == level
    assert token.service_of(verdict.class_, "isp_demo") == 5
    assert verdict.message, "the customer is told why"
    said = dict(attributes(verdict))
    assert (said["Mikrotik-Address-List"], said["Framed-Pool"]) == ("walled", "poor")
    refused = [each.code for each in verdict.trace if not each.ok]
    assert len(refused) == 1
    assert refused[0] in REASONS
    assert verdict.trace[-1].code == "fallback"
    assert "it is let into walled for 5 min" in verdict.trace[-1].text
    assert isinstance(ask(known, house={}), Reject)


def test_a_wrong_password_or_a_void_service_gets_nothing() -> None:
    assert isinstance(ask(facts(status="suspended"), request(b"guess")), Reject)
    assert isinstance(ask(facts(status="void")), Reject)


@pytest.mark.parametrize(
    "more",
    [
        {"sites": frozenset({2})},
        {"access": "ppp"},
        {"lock": "first", "bound_mac": "02:00:00:00:00:01"},
        {"devices": 1, "live": (live(1),)},
    ],
)
def test_a_throttled_plan_is_still_that_of_one_place_and_device(more: dict[str, object]) -> None:
    assert isinstance(ask(facts(data_limit_bytes=1, data_used=1, **more)), Reject)


def test_strangers_only_where_the_router_lets_them() -> None:
    assert isinstance(ask(None), Reject)
    verdict = ask(None, replace(request(), nas=OPEN))
    assert isinstance(verdict, Accept)
    assert (verdict.service_id, verdict.class_, verdict.session_timeout) == (None, b"", 300)


def test_a_device_that_comes_by_its_mac_has_to_see_the_login_page() -> None:
    asked = replace(request(username=MAC.encode()), nas=OPEN, service_type=1)
    assert isinstance(ask(None, asked), Reject)
    lease = replace(asked, service_type=None, nas_port_type=15)  # by DHCP it gets an address of the garden
    assert isinstance(ask(None, lease), Accept)


def test_who_proves_nothing_by_ms_chap_is_a_stranger_to_everybody() -> None:
    asked = replace(request(None), nas=OPEN, ms_chap=MsChap(2, 1, bytes(16), bytes(24), bytes(16)))
    assert isinstance(ask(None, asked), Reject)


def test_a_trial_is_honoured_where_the_isp_has_one() -> None:
    asked = replace(request(b"", username=b"T-AA:BB:CC:DD:EE:FF"), service_type=1)
    verdict = ask(None, asked)
    assert isinstance(verdict, Accept)
    assert (verdict.service_id, verdict.session_timeout) == (None, 300)
    refused = ask(None, asked, house={})
    assert isinstance(refused, Reject)
    assert refused.code == "no_trial"
    assert refused.message == "No free trial is offered here."
    someone_else = replace(asked, mac="02:00:00:00:00:01")
    assert isinstance(ask(None, someone_else), Reject)


def test_nothing_at_a_routers_own_login() -> None:
    asked = replace(request(), service_type=6, nas=OPEN)
    assert isinstance(ask(None, asked), Reject)


def test_an_address_of_its_own_is_kept_unless_the_garden_has_a_pool() -> None:
    own = ("192.0.2.9", "", "")
    known = facts(status="suspended", addresses=own)
    verdict = ask(known)
    assert isinstance(verdict, Accept)
    assert verdict.addresses == ()
    listed = {"suspended": Fallback("suspended", 0, 0, PLAIN, 300, "Rest")}
    verdict = ask(known, house=listed)
    assert isinstance(verdict, Accept)
    assert verdict.addresses == own
    assert "the plan Rest" in verdict.trace[-1].text


def test_every_reason_that_can_be_set_is_known_here() -> None:
    assert set(REASONS.values()) == set(Setting.Reason.values)
    assert set(LEVELS) == set(REASONS.values()) - {"unknown_user", "trial"}
    assert all(len(each) <= 12 for each in LEVELS.values())


def test_what_a_plan_gives_comes_before_what_all_get() -> None:
    own = Fallback("ended", 1_000_000, 500_000, PLAIN, 900, "Slow")
    verdict = ask(facts(expires_at=NOW - 60, instead=(own,)))
    assert isinstance(verdict, Accept)
    assert (verdict.download_bps, verdict.upload_bps, verdict.session_timeout) == (1_000_000, 500_000, 900)
    assert "the plan Slow" in verdict.trace[-1].text
    alone = ask(facts(expires_at=NOW - 60, instead=(own,)), house={})
    assert isinstance(alone, Accept)
    other = ask(facts(status="suspended", instead=(own,)))
    assert isinstance(other, Accept)
    assert other.download_bps == 256_000, "only for its own reason"
    assert isinstance(ask(facts(status="suspended", instead=(own,)), house={}), Reject)
