"""Certificates of a router: handed out once, believed when they arrived, revoked; RADIUS by UDP without one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from routers import radsec, sync
from routers.models import Router
from tenants import authority, certificates, scope
from tenants.models import Isp
from tests.factories import make_router

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HERE = "203.0.113.9"


@pytest.fixture(autouse=True)
def _served(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RADSEC = True
    monkeypatch.setattr(
        certificates, "ROOT_BITS", 2048
    )  # the smallest that is made quickly and still believed


@pytest.fixture
def router() -> Router:
    return make_router(wants_radsec=True, radsec_due=True, address=HERE)


def test_a_certificate_is_handed_out_once_and_to_the_router_alone(router: Router) -> None:
    with pytest.raises(Refusal):
        radsec.hand_out(router, address="203.0.113.10", now=NOW)
    pem = radsec.hand_out(router, address=HERE, now=NOW)
    assert (pem.count("BEGIN CERTIFICATE"), pem.count("PRIVATE KEY-----\n")) == (2, 2)
    with pytest.raises(Refusal):
        radsec.hand_out(Router.objects.get(pk=router.pk), address=HERE, now=NOW)
    entry = JournalEntry.objects.get(verb="router.certificate")
    assert entry.facts == {"serial": authority.held(router.pk)[0].serial}


def test_of_two_who_fetch_at_once_one_gets_it(router: Router) -> None:
    other = Router.objects.get(pk=router.pk)  # read before the first has it
    radsec.hand_out(router, address=HERE, now=NOW)
    with pytest.raises(Refusal) as refused:
        radsec.hand_out(other, address=HERE, now=NOW)
    assert refused.value is radsec.SPENT
    assert len(authority.held(router.pk)) == 1


def test_what_was_revoked_before_it_arrived_is_not_used(router: Router) -> None:
    radsec.hand_out(router, address=HERE, now=NOW)
    radsec.revoke(router, authority.held(router.pk)[0], by=SYSTEM, now=NOW)
    with pytest.raises(Refusal, match="was revoked"):
        radsec.renewed(router, "kmikro-radsec-1", now=NOW)
    assert Router.objects.get(pk=router.pk).radsec_certificate == ""


@pytest.mark.parametrize("off", ["installation", "router"])
def test_nothing_is_handed_out_where_it_is_not_wished_for(router: Router, settings: Any, off: str) -> None:
    if off == "installation":
        settings.RADSEC = False
    else:
        router.wants_radsec = False
    with pytest.raises(Refusal):
        radsec.hand_out(router, address=HERE, now=NOW)
    assert authority.held(router.pk) == []


def test_what_arrived_is_used_and_ends_the_older_ones(router: Router, isp: Isp) -> None:
    older = authority.issue(router.pk, now=NOW)
    assert radsec.next_one(router).name == "kmikro-radsec-2"
    radsec.hand_out(router, address=HERE, now=NOW)
    assert radsec.arrived(router, "kmikro-radsec-2", now=NOW)
    first, second = authority.held(router.pk)
    assert (first.serial, first.revoked_at, second.revoked_at) == (older.serial, NOW, None)
    assert radsec.in_use(router, [first, second]) == second
    wish = sync.job_of(router, "ana.localhost", now=NOW).wish
    assert wish.radsec_certificate == "kmikro-radsec-2"


def test_before_it_ends_radius_goes_back_to_udp(router: Router) -> None:
    radsec.hand_out(router, address=HERE, now=NOW)
    radsec.arrived(router, "kmikro-radsec-1", now=NOW)
    ends = authority.held(router.pk)[0].ends_at
    told = [
        sync.job_of(router, "ana.localhost", now=ends - before).wish.radsec_certificate
        for before in (timedelta(hours=2), timedelta(minutes=30), timedelta(0))
    ]
    assert told == ["kmikro-radsec-1", "", ""]


@pytest.mark.parametrize("name", ["", "kmikro-radsec-2", "kmikro-radsec-", "theirs", 'x"; /system reset'])
def test_without_the_certificate_that_was_given_it_stays_udp(router: Router, name: str) -> None:
    radsec.hand_out(router, address=HERE, now=NOW)
    assert not radsec.arrived(router, name, now=NOW)
    assert router.radsec_certificate == ""
    assert sync.job_of(router, "ana.localhost", now=NOW).wish.radsec_certificate == ""


def test_another_one_for_a_ready_router_and_an_end_to_the_one_in_use(router: Router) -> None:
    router.radsec_due = False
    radsec.ask_new(router, by=SYSTEM, now=NOW)
    assert "radsec.pem" in radsec.command_of(router, "https://ana.example.net/e/token")
    radsec.hand_out(router, address=HERE, now=NOW)
    with pytest.raises(Refusal):
        radsec.command_of(router, "https://ana.example.net/e/token")
    with pytest.raises(Refusal):
        radsec.renewed(router, "kmikro-radsec-9", now=NOW)
    radsec.renewed(router, "kmikro-radsec-1", now=NOW)
    held = authority.held(router.pk)[0]
    assert radsec.in_use(Router.objects.get(pk=router.pk), [held]) == held
    assert radsec.revoke(router, held, by=SYSTEM, now=NOW)
    assert Router.objects.get(pk=router.pk).radsec_certificate == ""
    with scope.outside():
        assert held.fingerprint not in authority.clients(now=NOW)
    with pytest.raises(Refusal):
        radsec.revoke(router, held, by=SYSTEM, now=NOW)


def test_who_does_not_speak_it_gets_no_command(router: Router, settings: Any) -> None:
    router.wants_radsec = False
    with pytest.raises(Refusal, match="Switch RADIUS over TLS on"):
        radsec.ask_new(router, by=SYSTEM, now=NOW)
    settings.RADSEC = False
    with pytest.raises(Refusal, match="KMIKRO_RADSEC"):
        radsec.ask_new(router, by=SYSTEM, now=NOW)
