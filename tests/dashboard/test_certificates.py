"""A router's certificates in the browser."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import JournalEntry
from routers.models import Router
from tenants import scope
from tenants.models import RadsecClient
from tests.factories import make_router

pytestmark = pytest.mark.django_db


@pytest.fixture
def gate(inside_isp: Any, settings: Any) -> Router:
    settings.RADSEC = True
    router, now = (
        make_router(name="Gate", wants_radsec=True, radsec_certificate="kmikro-radsec-2"),
        datetime.now(UTC),
    )
    with scope.outside():
        for number in (1, 2):
            RadsecClient.objects.create(
                schema=inside_isp.schema_name, router_id=router.pk, serial=f"5{number}", fingerprint=f"{number}" * 64,
                made_at=now, ends_at=now + timedelta(days=730),
            )  # fmt: skip
    return router


def test_the_page_shows_them_and_which_is_used(gate: Router, client_for: Any) -> None:
    page = client_for("technician").get(f"/routers/{gate.pk}/").content.decode()
    assert "1" * 64 in page
    assert "2" * 64 in page
    assert "RADIUS goes by TLS" in page
    assert "certificates/2/revoke" not in page
    assert "certificates/2/revoke" in client_for("owner").get(f"/routers/{gate.pk}/").content.decode()


def test_a_command_for_a_new_one_works_once_and_only_for_who_may(gate: Router, client_for: Any) -> None:
    client = client_for("manager")
    page = client.post(f"/routers/{gate.pk}/certificates/new/", follow=True).content.decode()
    token = Router.objects.get(pk=gate.pk).enrolment_sealed
    assert f"/e/{token}/radsec.rsc" in page
    assert f"/e/{token}/kmikro.rsc" not in page
    assert token not in client_for("technician").get(f"/routers/{gate.pk}/").content.decode()
    assert client_for("technician").post(f"/routers/{gate.pk}/certificates/new/").status_code == 403
    assert JournalEntry.objects.filter(verb="router.certificate-ask").exists()


def test_the_token_of_a_certificate_enrols_nothing(gate: Router, client_for: Any, anonymous: Any) -> None:
    client_for("owner").post(f"/routers/{gate.pk}/certificates/new/")
    token = Router.objects.get(pk=gate.pk).enrolment_sealed
    answer = anonymous.get(f"/e/{token}/kmikro.rsc")
    assert answer.status_code in {403, 404}
    kept = Router.objects.get(pk=gate.pk)
    assert kept.is_ready
    assert kept.api_password not in answer.content.decode()


def test_revoking_the_one_in_use_says_that_radius_goes_back_to_udp(gate: Router, client_for: Any) -> None:
    client, here = client_for("owner"), f"/routers/{gate.pk}/certificates"
    assert "goes by UDP again" in client.get(f"{here}/2/revoke/").content.decode()
    assert "We did not tell the router to use it" in client.get(f"{here}/1/revoke/").content.decode()
    assert client.get(f"{here}/3/revoke/").status_code == 404
    client.post(f"{here}/2/revoke/")
    assert Router.objects.get(pk=gate.pk).radsec_certificate == ""
    page = client.get(f"/routers/{gate.pk}/").content.decode()
    assert "Revoked" in page
    assert "no certificate in use" in page
    with scope.outside():
        assert RadsecClient.objects.filter(revoked_at__isnull=False).count() == 1
    assert client_for("support").post(f"{here}/1/revoke/").status_code == 403


def test_nothing_is_said_where_it_is_not_served(inside_isp: Any, client_for: Any, settings: Any) -> None:
    settings.RADSEC = False
    router = make_router()
    assert "RADIUS over TLS" not in client_for("owner").get(f"/routers/{router.pk}/").content.decode()
