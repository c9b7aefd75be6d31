"""What is agreed with one account alone, in the browser."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import JournalEntry
from radius.models import Session
from subscribers.models import Service
from tests.factories import make_router, make_service, make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(inside_isp):
    return make_service(kind="account", label="ana.home", bound_mac="02:00:5E:10:00:09")


def paths(service):
    here = f"/subscribers/accounts/{service.pk}/"
    return here, f"{here}terms/", f"{here}unbind/"


def test_terms_are_agreed_and_shown(ana, client_for):
    (here, terms, _unbind), client, router = paths(ana), client_for("support"), make_router(name="Mall")
    assert 'type="datetime-local"' in client.get(terms).content.decode()
    given = {
        "expires_at": "2030-01-01T12:00",
        "grace_seconds": "1.5",
        "grace_seconds_unit": "days",
        "sites": [router.site_id],
        "routers": [router.pk],
        "framed_ip": "10.20.0.7",
        "framed_ipv6_prefix": "",
        "delegated_ipv6_prefix": "2001:db8:100::/56",
    }
    assert client.post(terms, given).status_code == 302
    held = Service.objects.get(pk=ana.pk)
    # The clock of the form is the ISP's: noon in Nairobi.
    assert held.expires_at == datetime(2030, 1, 1, 9, tzinfo=UTC)
    assert (held.grace_seconds, held.sites, held.routers) == (129_600, [router.site_id], [router.pk])
    page = client.get(here).content.decode()
    for text in (
        "10.20.0.7",
        "2001:db8:100::/56",
        "Mall",
        "36\u00a0hours after the end",
        "02:00:5E:10:00:09",
    ):
        assert text in page
    again = client.get(terms).content.decode()
    assert 'value="2030-01-01T12:00"' in again
    assert client.post(terms, {"grace_seconds_unit": "days"}).status_code == 302
    assert Service.objects.get(pk=ana.pk).framed_ip is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"expires_at": "2020-01-01T12:00"}, "This moment is past"),
        ({"expires_at": "soon"}, "Enter a valid date"),
        ({"grace_seconds": "much"}, "Type a number"),
        ({"framed_ip": "10.20"}, "is no IPv4 address"),
        ({"framed_ipv6_prefix": "2001:db8::1/64"}, "is no IPv6 prefix"),
        ({"routers": ["999999"]}, "999999"),
    ],
)
def test_what_will_not_do_is_said_beside_the_field(ana, client_for, given, said):
    answer = client_for("owner").post(paths(ana)[1], {"grace_seconds_unit": "days", **given})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not JournalEntry.objects.filter(verb="account.terms").exists()


@pytest.mark.parametrize("kick", [False, True])
def test_a_new_address_and_who_is_online(ana, client_for, kick):
    client, session = client_for("owner"), make_session(service=ana)
    assert "disconnect" in client.get(paths(ana)[1]).content.decode()
    given = {"grace_seconds_unit": "days", "framed_ip": "10.20.0.7", **({"disconnect": "on"} if kick else {})}
    said = client.post(paths(ana)[1], given, follow=True).content.decode()
    assert ("being disconnected" if kick else "keeps the old address") in said
    assert Session.objects.get(pk=session.pk).disconnect_state == ("asked" if kick else "")


def test_unbind_asks_first(ana, client_for):
    (here, _terms, unbind), client = paths(ana), client_for("support")
    assert "02:00:5E:10:00:09" in client.get(unbind).content.decode()
    assert "is bound to it" in client.post(unbind, follow=True).content.decode()
    assert Service.objects.get(pk=ana.pk).bound_mac == ""
    assert "bound to no device" in client.post(unbind, follow=True).content.decode()
    assert "Nothing beside its plan" in client.get(here).content.decode()


def test_what_is_over_and_vouchers(ana, client_for):
    client = client_for("owner")
    Service.objects.filter(pk=ana.pk).update(status="ended", expires_at=datetime.now(UTC) - timedelta(days=1))
    assert "is over" in client.get(paths(ana)[1], follow=True).content.decode()
    assert paths(ana)[1] not in client.get(paths(ana)[0]).content.decode()
    assert client.get(paths(make_service())[1]).status_code == 404
