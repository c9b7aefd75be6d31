"""What is agreed with one account alone: said, checked, journalled, and given to one account only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from subscribers.models import Service
from subscribers.own_terms import LONGEST, OwnTerms, agree, moves, own_terms_of, unbind
from tenants import scope
from tenants.models import Isp
from tests.factories import NOW, make_router, make_service


@pytest.fixture(autouse=True)
def inside(isp: Isp) -> Iterator[None]:
    with scope.inside(isp.schema_name):
        yield


def account(**fields: Any) -> Service:
    return make_service(kind="account", **fields)


def read(service: Service) -> OwnTerms:
    return own_terms_of(Service.objects.get(pk=service.pk))


def test_all_of_it_is_agreed_and_written_down() -> None:
    router = make_router()
    ana = account(label="ana.home")
    wanted = OwnTerms(
        expires_at=NOW + timedelta(days=30),
        grace_seconds=0,
        sites=[router.site_id, router.site_id],
        routers=[router.pk],
        framed_ip=" 10.20.0.7 ",
        framed_ipv6_prefix="2001:DB8:0:7::/64",
        delegated_ipv6_prefix="2001:db8:100::/56",
    )
    agree(ana, wanted, by=SYSTEM, now=NOW)
    held = read(ana)
    assert held == replace(
        wanted, sites=[router.site_id], framed_ip="10.20.0.7", framed_ipv6_prefix="2001:db8:0:7::/64"
    )
    [entry] = JournalEntry.objects.filter(verb="account.terms")
    assert entry.facts["changed"]["framed_ip"] == [None, "10.20.0.7"]
    agree(ana, held, by=SYSTEM, now=NOW)  # nothing differs: nothing is written
    assert JournalEntry.objects.filter(verb="account.terms").count() == 1
    agree(ana, OwnTerms(), by=SYSTEM, now=NOW)
    assert read(ana) == OwnTerms()


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (OwnTerms(expires_at=NOW), "expires_at"),
        (OwnTerms(expires_at=NOW + LONGEST + timedelta(seconds=1)), "expires_at"),
        (OwnTerms(grace_seconds=-1), "grace_seconds"),
        (OwnTerms(sites=[10**9]), "sites"),
        (OwnTerms(routers=[10**9]), "routers"),
        (OwnTerms(framed_ip="10.20.0"), "framed_ip"),
        (OwnTerms(framed_ip="0.0.0.7"), "framed_ip"),
        (OwnTerms(framed_ip="127.0.0.1"), "framed_ip"),
        (OwnTerms(framed_ip="224.0.0.1"), "framed_ip"),
        (OwnTerms(framed_ip="255.255.255.254"), "framed_ip"),
        (OwnTerms(framed_ipv6_prefix="2001:db8::1/64"), "framed_ipv6_prefix"),
        (OwnTerms(framed_ipv6_prefix="fe80::/64"), "framed_ipv6_prefix"),
        (OwnTerms(framed_ipv6_prefix="2001:db8::/40"), "framed_ipv6_prefix"),
        (OwnTerms(delegated_ipv6_prefix="2001:db8::/80"), "delegated_ipv6_prefix"),
        (
            OwnTerms(framed_ipv6_prefix="2001:db8:0:1::/64", delegated_ipv6_prefix="2001:db8::/56"),
            "delegated_ipv6_prefix",
        ),
    ],
)
def test_what_will_not_do_is_refused(terms: OwnTerms, field: str) -> None:
    ana = account()
    with pytest.raises(Refusal) as refusal:
        agree(ana, terms, by=SYSTEM, now=NOW)
    assert refusal.value.field == field
    assert read(ana) == OwnTerms()


def test_an_end_that_is_past_may_stay_while_something_else_changes() -> None:
    ana = account(expires_at=NOW - timedelta(days=1))
    agree(ana, replace(own_terms_of(ana), grace_seconds=3600), by=SYSTEM, now=NOW)
    assert read(ana).grace_seconds == 3600


def test_a_place_that_is_gone_hinders_nothing() -> None:
    ana = account(routers=[10**9])
    agree(ana, replace(own_terms_of(ana), grace_seconds=3600), by=SYSTEM, now=NOW)
    assert read(ana) == OwnTerms(grace_seconds=3600, routers=[10**9])


def test_an_address_belongs_to_one_account() -> None:
    beto = account(label="beto.home", framed_ip="10.20.0.7", delegated_ipv6_prefix="2001:db8:100::/56")
    for terms in (
        OwnTerms(framed_ip="10.20.0.7"),
        OwnTerms(framed_ipv6_prefix="2001:db8:100:7::/64"),
        OwnTerms(delegated_ipv6_prefix="2001:db8:100::/48"),
    ):
        with pytest.raises(Refusal, match=r"beto\.home"):
            agree(account(), terms, by=SYSTEM, now=NOW)
    agree(beto, own_terms_of(beto), by=SYSTEM, now=NOW)  # its own are no hindrance
    Service.objects.filter(pk=beto.pk).update(status="ended")  # what is over holds no address
    agree(account(), OwnTerms(framed_ip="10.20.0.7"), by=SYSTEM, now=NOW)


def test_neither_vouchers_nor_what_is_over() -> None:
    with pytest.raises(Refusal) as refusal:
        agree(make_service(), OwnTerms(), by=SYSTEM, now=NOW)
    assert refusal.value.code == "no_own_terms"
    with pytest.raises(Refusal) as refusal:
        agree(account(status="ended"), OwnTerms(), by=SYSTEM, now=NOW)
    assert refusal.value.code == "wrong_state"


def test_only_addresses_need_another_sign_in() -> None:
    assert moves(OwnTerms(), OwnTerms(framed_ip="10.20.0.7"))
    assert not moves(OwnTerms(), OwnTerms(grace_seconds=5, sites=[1], expires_at=NOW))


def test_the_bound_device_is_forgotten() -> None:
    ana = account(bound_mac="02:00:5E:10:00:09")
    unbind(ana, by=SYSTEM, now=NOW)
    assert Service.objects.get(pk=ana.pk).bound_mac == ""
    [entry] = JournalEntry.objects.filter(verb="account.unbind")
    assert entry.facts["mac"] == "02:00:5E:10:00:09"
    with pytest.raises(Refusal, match="no device"):
        unbind(ana, by=SYSTEM, now=NOW)
