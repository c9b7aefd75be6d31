"""A router's offers: kept, changed, told to the wish; accounts on the router itself."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from routers import offering, sync, templating
from routers.models import Offering, Router, SiteValues
from subscribers.models import Service
from tests import factories as make
from tests.routers.test_offers import GOOD

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
BY: dict[str, Any] = {"by": SYSTEM, "now": NOW}


@pytest.fixture
def gate(inside_isp: Any) -> Router:
    return make.make_router(name="Gate", address="203.0.113.9")


def account(name: str) -> Service:
    return make.make_service(kind="account", label=name, secret=f"hush-{name}")


def job(router: Router) -> sync.Job:
    return sync.job_of(Router.objects.get(pk=router.pk), "ana.example.net", now=NOW)


def test_an_offer_comes_changes_and_goes(gate: Router) -> None:
    made = offering.add(gate, kind="queue", key="cafe", given=GOOD["queue"], **BY)
    assert job(gate).wish.offers == (offering.own(gate)[0],)
    assert "/queue/simple" in job(gate).wish.menus
    offering.change(made, given={**GOOD["queue"], "download": "60M"}, **BY)
    assert Offering.objects.get().values["download"] == "60M"
    offering.remove(Offering.objects.get(), **BY)
    wish = job(gate).wish
    assert wish.offers == ()
    assert "/queue/simple" in wish.menus  # rows of it may still be on the router
    verbs = JournalEntry.objects.filter(target_id=str(gate.pk)).values_list("verb", flat=True)
    assert set(verbs) == {"router.offer", "router.offer_changed", "router.offer_removed"}


def test_what_does_not_go_together_is_not_kept(gate: Router) -> None:
    offering.add(gate, kind="dhcp", key="lan", given=GOOD["dhcp"], **BY)
    for kind, key, given in (
        ("dhcp", "lan", {**GOOD["dhcp"], "interface": "ether9"}),
        ("pppoe", "p", {"interface": "ether3", "network": "10.40.0.0/22"}),
    ):
        with pytest.raises(Refusal):
            offering.add(gate, kind=kind, key=key, given=given, **BY)
    assert [each.key for each in Offering.objects.all()] == ["lan"]


def test_an_own_offer_takes_the_place_of_the_templates(gate: Router) -> None:
    offers = [{"kind": "ntp", "key": "clock", "values": {"servers": "{clock}"}}]
    template = templating.make("Cafe", offers=offers, **BY)
    SiteValues.objects.create(site=gate.site, values={"clock": "site.example.net"}, changed_at=NOW)
    templating.apply(gate, template, values={}, **BY)
    assert job(gate).wish.offers[0].values["servers"] == "site.example.net"
    templating.apply(gate, template, values={"clock": "own.example.net"}, **BY)
    assert job(gate).wish.offers[0].values["servers"] == "own.example.net"
    offering.add(gate, kind="ntp", key="clock", given={"servers": "9.9.9.9"}, **BY)
    assert [each.values["servers"] for each in job(gate).wish.offers] == ["9.9.9.9"]


def test_a_template_that_lost_its_values_breaks_nothing(gate: Router) -> None:
    template = templating.make(
        "Cafe", offers=[{"kind": "ntp", "key": "c", "values": {"servers": "{clock}"}}], **BY
    )
    templating.apply(gate, template, values={"clock": "9.9.9.9"}, **BY)
    Router.objects.filter(pk=gate.pk).update(template_values={})
    wish = job(gate).wish
    assert "{clock}" in wish.broken
    assert wish.offers == ()


def test_accounts_that_may_connect_are_known_on_the_router(gate: Router) -> None:
    home, paused, elsewhere = (account(name) for name in ("home", "paused", "elsewhere"))
    Service.objects.filter(pk=paused.pk).update(status="suspended")
    Service.objects.filter(pk=elsewhere.pk).update(routers=[gate.pk + 1])
    assert job(gate).wish.people == ()
    offering.keep_people(gate, True, **BY)
    wish = job(gate).wish
    assert [person.username for person in wish.people] == ["home"]
    assert wish.people[0].password == home.secret
    assert home.secret not in repr(wish)
    assert {"/ppp/secret", "/ip/hotspot/user"} <= wish.menus
