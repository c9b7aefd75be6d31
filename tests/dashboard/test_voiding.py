"""Void says first what it does and asks why; a range spares its neighbours, live sessions end, nothing takes it back."""

import pytest

from accounts.models import JournalEntry
from radius.models import Session
from tests.factories import NOW, make_batch, make_router, make_session, make_voucher

pytestmark = pytest.mark.django_db
WHY = {"reason": "Stolen at the stage"}


@pytest.fixture
def batch(people):
    return make_batch(made_by=people["owner"], count=3, made=3)


@pytest.fixture
def sold(batch):
    """New, in use and used up, with these serials."""
    made = [
        make_voucher(batch=batch),
        make_voucher(batch=batch, first_used_at=NOW),
        make_voucher(batch=batch, status="ended"),
    ]
    for serial, voucher in enumerate(made, 1):
        voucher.serial = serial
        voucher.save()
    return made


def states(vouchers):
    for each in vouchers:
        each.service.refresh_from_db()
    return [each.service.status for each in vouchers]


def test_what_is_unused_goes_and_who_is_online_stays(client_for, batch, sold):
    make_session(service=sold[1].service, router=make_router())
    client, url = client_for("owner"), f"/vouchers/batches/{batch.pk}/void/"
    asked = client.get(url).content.decode()
    assert "1 code stops working for ever" in asked
    assert "2 are left as they are" in asked
    assert "cannot be undone" in asked
    client.post(url, WHY)
    assert states(sold) == ["void", "active", "ended"]
    assert not Session.objects.filter(disconnect_state="asked").exists()


def test_all_that_work_go_and_their_sessions_end(client_for, batch, sold):
    router = make_router()
    live = make_session(service=sold[1].service, router=router)
    make_session(service=sold[1].service, router=router, ended_at=NOW)
    client, url = client_for("owner"), f"/vouchers/batches/{batch.pk}/void/"
    asked = client.get(url, {"reach": "working"}).content.decode()
    assert "2 codes stop working for ever" in asked
    assert "1 person is online" in asked
    client.post(url, {**WHY, "reach": "working"})
    assert states(sold) == ["void", "void", "ended"]
    assert list(Session.objects.filter(disconnect_state="asked")) == [live]
    facts = JournalEntry.objects.get(verb="batch.void").facts
    assert (facts["vouchers"], facts["reason"]) == (2, WHY["reason"])


def test_a_range_spares_its_neighbours(client_for, batch, sold):
    client, url = client_for("owner"), f"/vouchers/batches/{batch.pk}/void/"
    chosen = {"reach": "working", "first": "2", "last": "3"}
    part = client.get(url, chosen, headers={"HX-Request": "true"}).content.decode()
    assert "<h1" not in part
    assert "1 code stops working for ever" in part
    client.post(url, {**WHY, **chosen})
    assert states(sold) == ["active", "void", "ended"]
    assert JournalEntry.objects.get(verb="batch.void").facts["first"] == 2
    sold[1].refresh_from_db()
    assert sold[1].void_reason == WHY["reason"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": " "}, "required"),
        ({"first": "3", "last": "2"}, "ends before"),
        ({"first": "0"}, "greater"),
    ],
)
def test_nonsense_is_refused_and_nothing_goes(client_for, batch, sold, wrong, said):
    answer = client_for("owner").post(f"/vouchers/batches/{batch.pk}/void/", {**WHY, **wrong})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert states(sold) == ["active", "active", "ended"]


def test_one_voucher_goes_with_its_session(client_for, sold):
    used = sold[1]
    live = make_session(service=used.service, router=make_router())
    client, url = client_for("owner"), f"/vouchers/{used.pk}/void/"
    assert "1 device is online with it" in client.get(url).content.decode()
    assert client.post(url).status_code == 422
    assert states([used]) == ["active"]
    for _ in range(2):
        assert client.post(url, WHY).status_code == 302
    assert states([used]) == ["void"]
    assert Session.objects.get(pk=live.pk).disconnect_state == "asked"
    assert JournalEntry.objects.filter(verb="service.void").count() == 1
    assert JournalEntry.objects.get(verb="voucher.void").facts == WHY
    assert WHY["reason"] in client.get(f"/vouchers/{used.pk}/").content.decode()
