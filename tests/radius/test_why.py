"""One sentence to why somebody cannot connect, from how things are now."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kmikro.lib import codes
from radius import policy, remedies, why
from radius.models import Session
from subscribers.models import Device, Fallback, Usage
from tenants import scope
from tenants.models import Isp
from tests.factories import (
    NOW,
    make_attempt,
    make_plan,
    make_router,
    make_service,
    make_session,
    make_voucher,
)

MAC = "AA:BB:CC:00:00:77"
pytestmark = pytest.mark.usefixtures("inside_isp")


def ask(typed: str, **places: Any) -> why.Reason:
    return why.explain(typed, places=places.get("places", {}), now=NOW, zone=UTC)


@pytest.mark.parametrize(
    ("plan", "service", "code"),
    [
        ({}, {"status": "void"}, "void"),
        ({}, {"status": "suspended"}, "suspended"),
        ({}, {"expires_at": NOW - timedelta(days=1), "first_used_at": NOW - timedelta(days=2)}, "ended"),
        ({"data_limit_bytes": 100}, {"upload_bytes": 100}, "data_spent"),
        ({"time_limit_seconds": 60}, {"seconds_used": 60}, "time_spent"),
    ],
)
@pytest.mark.parametrize("by", ["code", "shown", "serial"])
def test_the_rule_that_refuses_is_named(
    plan: dict[str, Any], service: dict[str, Any], code: str, by: str
) -> None:
    voucher = make_voucher(plan=make_plan(**plan), **service)
    typed = {"code": voucher.code, "shown": codes.shown(voucher.code), "serial": voucher.service.label}[by]
    reason = ask(f" {typed} ")
    assert (reason.state, reason.code) == ("refused", code)
    assert reason.sentence == reason.steps[-1].text
    assert reason.fix == remedies.REMEDIES[code]
    assert reason.service == voucher.service


def test_who_is_online_is_said_with_the_place() -> None:
    voucher, router = make_voucher(), make_router()
    session = make_session(service=voucher.service, router=router)
    reason = ask(voucher.code, places={router.pk: why.Place("Kibera", True)})
    assert (reason.state, reason.session) == ("online", session)
    assert "at Kibera" in reason.sentence


def test_a_second_device_is_refused_although_the_first_is_online() -> None:
    voucher = make_voucher(plan=make_plan(devices=1))
    session = make_session(service=voucher.service, started_at=NOW - timedelta(hours=1))
    make_attempt(service=voucher.service, mac=MAC, code="too_many_devices", at=NOW)
    reason = ask(voucher.code)
    assert (reason.state, reason.code) == ("refused", "too_many_devices")
    assert session.mac in reason.sentence
    assert ask(MAC).code == "too_many_devices"  # by the device that is kept out


def test_a_router_that_is_down_is_named() -> None:
    voucher, router = make_voucher(), make_router()
    make_attempt(service=voucher.service, router=router, accepted=True)
    reason = ask(voucher.code, places={router.pk: why.Place("Kibera", False)})
    assert (reason.state, reason.fix) == ("router", remedies.NO_ROUTER)
    assert "Kibera does not answer" in reason.sentence
    assert ask(voucher.code, places={router.pk: why.Place("Kibera", True)}).state != "router"


def test_nobody_has_tried() -> None:
    voucher = make_voucher()
    up = {1: why.Place("Kibera", True), 2: why.Place("Karen", False)}
    assert ask(voucher.code, places=up).code == "never_tried"
    both_down = {1: why.Place("Kibera", False), 2: why.Place("Karen", False)}
    assert "none of the routers" in ask(voucher.code, places=both_down).sentence


@pytest.mark.parametrize(
    ("access", "words"),
    [
        ("hotspot", "open any page"),
        ("ppp", "dial in"),
        ("dhcp", "renew its lease"),
        ("any", "or let it dial in"),
    ],
)
def test_what_to_do_is_said_for_the_kind_of_connection(access: str, words: str) -> None:
    account = make_service(kind="account", label="nobody.tried", access=access)
    reason = ask(account.label)
    assert reason.code == "never_tried"
    assert words in reason.fix
    assert ("hotspot" in reason.fix) is (access in {"hotspot", "any"})


def test_the_last_refusal_counts_for_an_hour() -> None:
    voucher = make_voucher()
    make_attempt(service=voucher.service, code="wrong_password", sentence="Wrong.", at=NOW)
    reason = ask(voucher.code)
    assert (reason.state, reason.code, reason.fix) == (
        "refused",
        "wrong_password",
        remedies.of("wrong_password"),
    )
    assert "Wrong." in reason.sentence
    late = why.explain(voucher.code, places={}, now=NOW + timedelta(hours=1), zone=UTC)
    assert (late.state, late.fix) == ("ready", remedies.TRY_NOW)


def test_let_in_without_a_session() -> None:
    voucher = make_voucher()
    make_attempt(service=voucher.service, accepted=True, code="accepted", at=NOW)
    assert ask(voucher.code).code == "no_session"
    make_session(service=voucher.service, ended_at=NOW)
    assert ask(voucher.code).state == "ready"


def test_a_device_of_nobody() -> None:
    make_attempt(mac=MAC, code="unknown_user", sentence="Nobody here is called “X”.")
    reason = ask("aa-bb-cc-00-00-77")
    assert (reason.state, reason.code, reason.service) == ("refused", "unknown_user", None)
    make_session(mac=MAC)
    assert ask(MAC).state == "online"


def test_a_device_on_the_list_of_an_account() -> None:
    account = make_service(kind="account", label="jane", status="suspended")
    Device.objects.create(service=account, mac=MAC, made_at=NOW)
    assert (ask(MAC).code, ask(MAC).service) == ("suspended", account)
    assert ask("JANE").service == account


@pytest.mark.parametrize(
    ("typed", "said"),
    [("CDFHJKMNPRTA", "character"), ("nobody", "No voucher"), ("", "nothing"), ("\x00\ud800", "No voucher")],
)
def test_what_is_unknown(typed: str, said: str) -> None:
    reason = ask(typed)
    assert reason.state == "unknown"
    assert said in reason.sentence
    assert Session.objects.count() == 0


def test_the_neighbours_are_never_looked_at() -> None:
    with scope.outside(), scope.inside(Isp.objects.get(slug="carla").schema_name):
        voucher = make_voucher()
        make_attempt(mac=MAC)
    assert ask(voucher.code).state == "unknown"
    assert ask(MAC).state == "unknown"


def test_every_rule_has_a_remedy() -> None:
    reasons = {"void", "suspended", "time_spent", "data_spent", "ended", "wrong_site", "wrong_access"}
    assert reasons | {"too_many_devices", "wrong_password", "wrong_device"} <= set(remedies.REMEDIES)
    assert policy.OF_THE_PERSON < {code for code, _rule in policy.OF_THE_SERVICE}


CLOSED = [{"days": [0], "from": "01:00", "to": "02:00"}]  # it is Sunday


@pytest.mark.parametrize(
    ("plan", "service", "code", "said"),
    [
        ({"windows": CLOSED}, {}, "outside_hours", "it opens on 23 Nov 01:00"),
        ({"daily_data_bytes": 10**6}, {}, "day_data_spent", "the next day begins on 23 Nov 00:00"),
        ({"daily_seconds": 60}, {}, "day_time_spent", "1 min of online time"),
        ({"upload_limit_bytes": 100}, {"upload_bytes": 100}, "data_spent", "100 B of upload"),
        ({"routers": [1]}, {"routers": [2]}, "wrong_site", "may not be used at this router"),
        ({"lock": "list"}, {}, "locked_device", "none on its list yet"),
        ({"lock": "first"}, {"bound_mac": "02:00:00:00:00:09"}, "locked_device", f"and {MAC} asks"),
        (
            {"grace_seconds": 60},
            {"expires_at": NOW - timedelta(seconds=61)},
            "ended",
            "its grace of 1 min is over",
        ),
    ],
)
def test_the_newer_rules_are_explained_too(
    plan: dict[str, Any], service: dict[str, Any], code: str, said: str
) -> None:
    voucher = make_voucher(plan=make_plan(**plan), **service)
    Usage.objects.create(service=voucher.service, hour=NOW, download_bytes=10**6, seconds=60)
    if code == "locked_device" and service:
        make_attempt(service=voucher.service, mac=MAC, code=code)
    reason = why.explain(voucher.code, places={}, now=NOW, zone=ZoneInfo("Africa/Nairobi"))
    assert (reason.state, reason.code, reason.fix) == ("refused", code, remedies.REMEDIES[code])
    assert said in reason.sentence


@pytest.mark.parametrize("lock", ["first", "list"])
def test_a_lock_is_in_nobodys_way_who_has_the_right_device(lock: str) -> None:
    voucher = make_voucher(plan=make_plan(lock=lock))
    Device.objects.create(mac=MAC, service=voucher.service, made_at=NOW)
    assert ask(voucher.code).state == "ready"


def test_what_is_given_instead_belongs_to_the_answer() -> None:
    Fallback.objects.create(reason="suspended", address_list="walled", seconds=300, changed_at=NOW)
    reason = ask(make_voucher(status="suspended").code)
    assert (reason.state, reason.code) == ("refused", "suspended")
    assert reason.sentence == (
        "The voucher is suspended. Instead of being refused (suspended) it is let into walled for 5 min."
    )


def test_a_lease_by_dhcp_is_rehearsed_as_one() -> None:
    account = make_service(kind="account", access="dhcp", plan=make_plan(lock="list", validity_seconds=None))
    Device.objects.create(mac=MAC, service=account, made_at=NOW)
    reason = ask(account.label)
    assert reason.state == "ready"
    assert "It may be used by DHCP." in [each.text for each in reason.steps]
