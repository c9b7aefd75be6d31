"""Sign-in settings: kept here, told to RADIUS, refused when they do not fit together."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from routers import progress, sign_in
from routers.models import Router
from routers.sign_in import SignIn
from tenants import scope
from tenants.models import Isp, NasRoute
from tests.factories import make_router

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def wish(*services: str, **more: Any) -> SignIn:
    return SignIn(services=frozenset(services or ("hotspot",)), **more)


def route_of(router: Router) -> NasRoute:
    with scope.outside():
        return NasRoute.objects.get(address=router.address)


def test_settings_reach_radius_and_the_journal_without_the_password(isp: Isp) -> None:
    router = make_router(address="203.0.113.77", hotspot_address="10.5.50.1")
    progress.register(router, now=NOW)
    tell = sign_in.settle(
        router,
        wish(
            "ppp", "hotspot", "wireless", mac_login=True, mac_auth_password="till-word", allow_mschap1=True, allow_eap=True,
            pppoe_interface=" ether3 ", pppoe_network="10.20.0.0/22",
        ),
        by=SYSTEM,
        now=NOW,
    )  # fmt: skip
    assert tell
    kept = Router.objects.get(pk=router.pk)
    assert kept.services == ["hotspot", "ppp", "wireless"]
    assert (kept.mac_auth_password, kept.pppoe_interface) == ("till-word", "ether3")
    route = route_of(router)
    assert (route.allow_mschap1, route.allow_eap, route.mac_auth_password) == (True, True, "till-word")
    entry = JournalEntry.objects.get(verb="router.sign-in")
    assert "till-word" not in json.dumps(entry.facts)
    assert entry.facts["mac_password"] is True
    sign_in.settle(kept, wish(mac_login=True), by=SYSTEM, now=NOW)
    assert route_of(router).mac_auth_password == "till-word"
    sign_in.settle(kept, wish(mac_auth_password=""), by=SYSTEM, now=NOW)
    route = route_of(router)
    assert (route.allow_mschap1, route.allow_eap, route.mac_auth_password) == (False, False, "")


def test_a_router_that_is_registered_later_takes_its_settings_along() -> None:
    router = make_router(address="203.0.113.78", state="waiting")
    assert not sign_in.settle(router, wish(allow_mschap1=True), by=SYSTEM, now=NOW)
    progress.register(router, now=NOW)
    assert route_of(router).allow_mschap1


def test_what_the_router_told_meanwhile_stays() -> None:
    router = make_router(address="203.0.113.77")
    Router.objects.filter(pk=router.pk).update(radsec_certificate="kmikro-radsec-1", trouble="It is away.")
    sign_in.settle(router, wish("ppp"), by=SYSTEM, now=NOW)
    kept = Router.objects.get(pk=router.pk)
    assert (kept.services, kept.radsec_certificate, kept.trouble) == (
        ["ppp"],
        "kmikro-radsec-1",
        "It is away.",
    )


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (SignIn(services=frozenset()), "services"),
        (SignIn(services=frozenset({"ipsec"})), "services"),
        (wish("ppp", mac_login=True), "mac_login"),
        (wish(allow_eap=True), "allow_eap"),
        (wish(mac_auth_password="\u00e4"), "mac_auth_password"),
        (wish(mac_auth_password="x" * 65), "mac_auth_password"),
        (wish(pppoe_interface="ether3", pppoe_network="10.20.0.0/22"), "services"),
        (wish("ppp", pppoe_interface="ether3"), "pppoe_network"),
        (wish("ppp", pppoe_network="10.20.0.0/22"), "pppoe_interface"),
        (wish("ppp", pppoe_interface="a;b", pppoe_network="10.20.0.0/22"), "pppoe_interface"),
        (wish("ppp", pppoe_interface="ether3", pppoe_network="10.5.0.0/16"), "pppoe_network"),
    ],
)
def test_what_does_not_fit_together_is_refused_at_its_field(given: SignIn, field: str) -> None:
    router = make_router(hotspot_address="10.5.50.1")
    with pytest.raises(Refusal) as refused:
        sign_in.settle(router, given, by=SYSTEM, now=NOW)
    assert refused.value.field == field
    assert Router.objects.get(pk=router.pk).services == ["hotspot"]
