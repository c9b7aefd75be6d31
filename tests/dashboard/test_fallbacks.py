"""What is given instead of a refusal, in the browser."""

import pytest

from accounts.models import JournalEntry
from subscribers.models import Fallback
from tests.factories import make_plan

pytestmark = pytest.mark.django_db
HERE = "/plans/fallbacks/"
EMPTY = {"plan": "", "download_bps": "", "upload_bps": "", "address_list": "", "pool": ""}
GIVEN = {**EMPTY, "seconds": "10", "seconds_unit": "minutes"}


def test_given_shown_and_taken_away(inside_isp, client_for):
    client, plan = client_for("manager"), make_plan(name="Slow")
    assert client.get(HERE).content.decode().count("Refused") == 7
    assert 'value="15"' in client.get(f"{HERE}ended/").content.decode()  # minutes, the usual
    for reason, given, said in (
        ("ended", {"address_list": "walled"}, "Walled garden</b>: on the list walled"),
        ("suspended", {"download_bps": "0,064", "upload_bps": "0.064"}, "Throttled</b>: 64"),
        ("data_spent", {"plan": plan.pk}, "Other plan</b>: what Slow gives"),
    ):
        assert client.post(f"{HERE}{reason}/", {**GIVEN, **given}).status_code == 302
        assert said in client.get(HERE).content.decode()
    held = Fallback.objects.get(reason="suspended")
    assert (held.download_bps, held.upload_bps, held.seconds) == (64_000, 64_000, 600)
    shown = client.get(f"{HERE}suspended/").content.decode()
    assert 'value="0.064"' in shown
    assert 'value="10"' in shown
    assert "disconnected within seconds" in client.get(f"{HERE}ended/remove/").content.decode()
    assert "refused from now on" in client.post(f"{HERE}ended/remove/", follow=True).content.decode()
    assert "Nothing is given" in client.post(f"{HERE}ended/remove/", follow=True).content.decode()
    assert not Fallback.objects.filter(reason="ended").exists()
    assert JournalEntry.objects.filter(verb__startswith="fallback.", actor="Manager Ana Net").count() == 4


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "everything for nothing"),
        ({"plan": "999999"}, "999999"),
        ({"pool": "p", "seconds": "10", "seconds_unit": "seconds"}, "from one minute to a day"),
        ({"pool": "p", "seconds": "soon"}, "Type a number"),
        ({"pool": "p", "seconds": ""}, "required"),
        ({"download_bps": "1000000"}, "more than can be given"),
        ({"download_bps": "fast"}, "Type a number"),
        ({"pool": "x\ny"}, "on one line"),
    ],
)
def test_what_will_not_do_is_said(inside_isp, client_for, given, said):
    answer = client_for("owner").post(f"{HERE}ended/", {**GIVEN, **given})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Fallback.objects.exists()


def test_who_may_not_change_reads(inside_isp, client_for):
    client = client_for("support")
    page = client.get(HERE).content.decode()
    assert "Refused" in page
    assert f"{HERE}ended/" not in page
    assert client.get(f"{HERE}ended/").status_code == 403
    assert client_for("owner").get(f"{HERE}void/").status_code == 404
