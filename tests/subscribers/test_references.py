"""Whatever refers to a row is found, without knowing the trade that it belongs to."""

import pytest

from subscribers import references
from subscribers.models import Phone, Service, Subscriber
from tests.factories import make_attempt, make_service, make_session, make_subscriber, make_voucher

pytestmark = pytest.mark.django_db


def test_rows_of_every_trade_hold_a_service(inside_isp):
    free, online, tried = make_service(), make_service(), make_service()
    make_session(service=online)
    make_attempt(service=tried)
    voucher = make_voucher()
    ids = [free.pk, online.pk, tried.pk, voucher.service_id]
    assert references.holders(Service, ids) == {
        online.pk: "session",
        tried.pk: "auth attempt",
        voucher.service_id: "voucher",
    }


def test_hidden_relations_count_and_excepted_ones_do_not(inside_isp):
    kept = make_subscriber()
    make_subscriber(phone="", merged_into=kept)
    assert references.holders(Subscriber, [kept.pk], but=[Phone, Subscriber]) == {}
    assert references.holders(Subscriber, [kept.pk], but=[Phone]) == {kept.pk: "subscriber"}
