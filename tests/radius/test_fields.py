"""JSON kept as text."""

from __future__ import annotations

from django.db import connection

from radius.models import AuthAttempt
from tenants.models import Isp
from tests.factories import make_attempt


def test_what_was_put_in_comes_out(inside_isp: Isp) -> None:
    said = {"Reply-Message": 'Ende – "bald"\\', "none": None}
    number = make_attempt(sent=said, trace=[["known", True, "Found."]]).pk
    attempt = AuthAttempt.objects.get(pk=number)
    assert (attempt.sent, attempt.trace) == (said, [["known", True, "Found."]])
    attempt.sent = {}
    attempt.save()
    assert AuthAttempt.objects.get(pk=number).sent == {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT trace FROM radius_authattempt WHERE id = %s", [number])
        assert cursor.fetchone()[0] == '[["known",true,"Found."]]'


def test_its_text_can_be_searched(inside_isp: Isp) -> None:
    number = make_attempt(trace=[["known", True, "Found it."]]).pk
    assert AuthAttempt.objects.filter(pk=number, trace__icontains="found it").exists()
    assert not AuthAttempt.objects.filter(pk=number, trace__icontains="lost").exists()
