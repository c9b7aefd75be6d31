"""A voucher tops up an account on its page: looked at first, then done once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kmikro.lib import codes
from tests.factories import make_plan, make_service, make_subscriber, make_voucher

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(inside_isp):
    ends_at = timezone.now() + timedelta(days=5)
    return make_service(
        kind="account", label="home-1", subscriber=make_subscriber(), plan=make_plan(), expires_at=ends_at
    )


def test_looked_at_then_done_once(client_for, account):
    voucher = make_voucher(plan=make_plan(name="Day", validity_seconds=86_400))
    client, path = client_for("support"), f"/subscribers/accounts/{account.pk}/redeem/"
    assert "Voucher code" in client.get(path).content.decode()
    seen = client.post(path, {"code": codes.shown(voucher.code).lower()}).content.decode()
    assert f"{voucher}, Day" in seen and "What it adds" in seen
    before = account.expires_at
    account.refresh_from_db()
    assert account.expires_at == before
    sure = {"code": voucher.code, "sure": "1"}
    assert client.post(path, sure)["Location"] == f"/subscribers/accounts/{account.pk}/"
    account.refresh_from_db()
    assert account.expires_at == before + timedelta(days=1)
    assert client.post(path, sure).status_code == 422
    life = client_for("owner").get(f"/vouchers/{voucher.pk}/").content.decode()
    assert "Redeemed" in life and "It topped up home-1." in life


def test_what_is_wrong_is_said_and_guessing_ends(client_for, account):
    client, path = client_for("owner"), f"/subscribers/accounts/{account.pk}/redeem/"
    assert client.post(path, {"code": ""}).status_code == 422
    assert "Nobody here sold this code" in client.post(path, {"code": codes.mint()}).content.decode()
    for _ in range(20):
        answer = client.post(path, {"code": codes.mint()})
    assert answer.status_code == 422
    assert "Nobody here sold" not in answer.content.decode()


def test_when_it_begins_is_the_isps_choice(inside_isp, client_for):
    client = client_for("manager")
    client.post("/vouchers/designs/top-up/", {"top_up": "after"})
    assert "Begin: At once" in client.get("/vouchers/designs/").content.decode()
    assert client_for("cashier").post("/vouchers/designs/top-up/", {"top_up": "now"}).status_code == 403
