"""A router's sign-in settings in the browser."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509

from routers.models import Router
from tenants import authority, routes, scope, wifi
from tenants.models import NasRoute
from tests.factories import make_router

pytestmark = pytest.mark.django_db
FORM = {"services": ["hotspot", "ppp"], "mac_login": "on", "mac_auth_password": "till-word", "pppoe_interface": "ether3", "pppoe_network": "10.20.0.0/22"}  # fmt: skip


@pytest.fixture
def gate(inside_isp: Any) -> Router:
    return make_router(name="Gate")


def test_saved_shown_and_told(gate: Router, client_for: Any, django_capture_on_commit_callbacks: Any) -> None:
    client, here = client_for("manager"), f"/routers/{gate.pk}/sign-in/"
    assert "What asks our RADIUS" in client.get(here).content.decode()
    with django_capture_on_commit_callbacks() as asked:
        page = client.post(here, FORM, follow=True).content.decode()
    assert any("sync" in repr(each) for each in asked)
    for said in ("Hotspot, PPP", "Listed devices, with a password", "ether3, 10.20.0.0/22"):
        assert said in page
    assert "till-word" not in page
    again = client.get(here).content.decode()
    assert "till-word" not in again
    assert "One is set" in again
    client.post(here, {**FORM, "mac_auth_password": "", "no_mac_password": "on"})
    assert Router.objects.get(pk=gate.pk).mac_auth_password == ""


def test_what_does_not_fit_is_said_at_its_field(gate: Router, client_for: Any) -> None:
    answer = client_for("owner").post(f"/routers/{gate.pk}/sign-in/", {**FORM, "services": ["hotspot"]})
    assert answer.status_code == 422
    assert "needs PPP" in answer.content.decode()
    assert Router.objects.get(pk=gate.pk).services == ["hotspot"]


def test_radsec_is_offered_where_it_is_served(gate: Router, client_for: Any, settings: Any) -> None:
    client, here = client_for("owner"), f"/routers/{gate.pk}/sign-in/"
    settings.RADSEC = False
    assert "wants_radsec" not in client.get(here).content.decode()
    client.post(here, {**FORM, "wants_radsec": "on"})
    assert not Router.objects.get(pk=gate.pk).wants_radsec
    settings.RADSEC = True
    assert "wants_radsec" in client.get(here).content.decode()
    client.post(here, {**FORM, "wants_radsec": "on"})
    assert Router.objects.get(pk=gate.pk).wants_radsec


@pytest.mark.parametrize("role", ["support", "technician"])
def test_who_only_looks_changes_nothing(gate: Router, client_for: Any, role: str) -> None:
    assert client_for(role).get(f"/routers/{gate.pk}/sign-in/").status_code == 403
    assert client_for(role).post(f"/routers/{gate.pk}/sign-in/", FORM).status_code == 403


def test_only_an_owner_excuses_unsigned_requests_and_sees_it_red(inside_isp: Any, client_for: Any) -> None:
    old = make_router(name="Old", version="7.12.2 (stable)", address="203.0.113.80")
    now = datetime.now(UTC)
    routes.register_nas(old.pk, address="203.0.113.80", secret="s" * 26, coa_port=3799, require_message_auth=False, now=now)  # fmt: skip
    day = (now + timedelta(days=30)).strftime("%B %Y")
    owner, manager = client_for("owner"), client_for("manager")
    for client, red in ((owner, True), (manager, False)):
        page = client.get(f"/routers/{old.pk}/").content.decode()
        assert "are not signed" in page
        assert day in page
        assert ('class="callout callout-bad" role="alert"' in page) is red
        assert ("Accept them for 30 more days" in page) is red
    assert manager.post(f"/routers/{old.pk}/unsigned/").status_code == 403
    with scope.outside():
        NasRoute.objects.filter(router_id=old.pk).update(exception_until=now)
    owner.post(f"/routers/{old.pk}/unsigned/")
    with scope.outside():
        assert NasRoute.objects.get(router_id=old.pk).exception_until > now + timedelta(days=29)


def test_the_root_for_devices_can_be_fetched(gate: Router, client_for: Any, settings: Any) -> None:
    page = client_for("manager").get(f"/routers/{gate.pk}/sign-in/").content.decode()
    assert "/routers/wifi-root.pem" in page
    assert f"radius.{settings.BASE_DOMAIN}" in page
    answer = client_for("technician").get("/routers/wifi-root.pem")
    assert answer["Content-Disposition"] == 'attachment; filename="wifi-root.pem"'
    assert x509.load_pem_x509_certificate(answer.content).issuer.rfc4514_string() == f"CN={authority.NAME}"
    with scope.outside():
        assert wifi.server(now=datetime.now(UTC)).certificate.endswith(answer.content.decode())


def test_the_command_says_what_it_will_do(inside_isp: Any, client_for: Any, settings: Any) -> None:
    settings.RADSEC = True
    waiting = make_router(name="New", state="waiting", login_url="", radius_services="hotspot")
    client, here = client_for("owner"), f"/routers/{waiting.pk}/enrol/"
    before = client.get(here).content.decode()
    assert "a hotspot on bridge-lan" in before
    assert "PPPoE server" not in before
    answer = client.post(
        f"/routers/{waiting.pk}/sign-in/",
        {
            "services": ["ppp"],
            "pppoe_interface": "ether3",
            "pppoe_network": "10.20.0.0/22",
            "wants_radsec": "on",
        },
    )
    assert answer["Location"] == here
    after = client.get(here).content.decode()
    for said in ("a PPPoE server on ether3 with addresses of 10.20.0.0/22", "Brings a certificate"):
        assert said in after
    assert "a hotspot on" not in after


def test_a_routers_page_asks_few_questions(gate: Router, client_for: Any, settings: Any, django_assert_max_num_queries: Any) -> None:  # fmt: skip
    settings.RADSEC = True
    Router.objects.filter(pk=gate.pk).update(wants_radsec=True)
    client = client_for("owner")
    client.get(f"/routers/{gate.pk}/")
    with django_assert_max_num_queries(27):
        client.get(f"/routers/{gate.pk}/")


def test_strangers_are_let_into_the_walled_garden_where_the_page_says_so(
    gate: Router, client_for: Any
) -> None:
    routes.register_nas(gate.pk, address="203.0.113.81", secret="s" * 26, coa_port=3799, require_message_auth=True, now=datetime.now(UTC))  # fmt: skip
    client, here = client_for("manager"), f"/routers/{gate.pk}/sign-in/"
    for posted, admitted in ({"admit_unknown": "on"}, True), ({}, False):
        client.post(here, {**FORM, **posted})
        assert Router.objects.get(pk=gate.pk).admit_unknown is admitted
        with scope.outside():
            assert NasRoute.objects.get(router_id=gate.pk).admit_unknown is admitted
