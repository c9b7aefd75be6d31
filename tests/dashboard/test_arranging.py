"""Extending, adding data, another speed and a holiday in the browser: looked at, done, confirmed, undone, listed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import JournalEntry
from radius.models import Session
from subscribers.models import Arrangement, Service
from tests.factories import make_plan, make_service, make_session, make_subscriber, make_voucher

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(inside_isp):
    ends = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
    plan = make_plan(data_limit_bytes=10**10, validity_seconds=None)
    return make_service(
        kind="account", label="ana.home", plan=plan, expires_at=ends, subscriber=make_subscriber()
    )


def path(service, kind):
    return f"/subscribers/services/{service.pk}/arrange/{kind}/"


def home(service):
    return f"/subscribers/accounts/{service.pk}/"


def test_it_is_looked_at_before_it_is_done(ana, client_for):
    client, given = client_for("support"), {"amount": "7", "amount_unit": "days", "why": "Mast was down"}
    assert "Extend ana.home" in client.get(path(ana, "extension")).content.decode()
    seen = client.post(path(ana, "extension"), given).content.decode()
    assert "This would be" in seen and 'name="sure" value="1"' in seen
    assert not Arrangement.objects.exists()
    done = client.post(path(ana, "extension"), {**given, "sure": "1"}, follow=True).content.decode()
    assert "Extended by 7\u00a0days" in done and "Mast was down" in done
    assert Service.objects.get(pk=ana.pk).expires_at == ana.expires_at + timedelta(days=7)
    made = Arrangement.objects.get()
    undo = f"/subscribers/services/{ana.pk}/arrangements/{made.pk}/undo/"
    assert "then ends on" in client.get(undo).content.decode()
    assert "It is undone" in client.post(undo, follow=True).content.decode()
    assert Service.objects.get(pk=ana.pk).expires_at == ana.expires_at
    timeline = client.get(f"/subscribers/{ana.subscriber_id}/timeline/").content.decode()
    for words in ("Extended", "Arrangement undone", "the end moves by"):
        assert words in timeline


def test_another_speed_is_told_to_the_router_at_once_and_its_answer_shown(ana, client_for, monkeypatch):
    monkeypatch.setattr("radius.change._send", lambda routers: None)
    session, client = make_session(service=ana), client_for("owner")
    given = {"download_bps": "50", "upload_bps": "", "until": "hour", "sure": "1"}
    done = client.post(path(ana, "speed"), given, follow=True).content.decode()
    assert "50\u00a0Mbps down" in done and "Changing speed" in done
    made = Arrangement.objects.get()
    assert (made.download_bps, made.upload_bps) == (50_000_000, 0)
    assert timedelta(minutes=59) < made.ends_at - datetime.now(UTC) <= timedelta(hours=1)
    assert Session.objects.get(pk=session.pk).change_state == "changing"


def test_a_holiday_begins_now_and_is_ended_early(ana, client_for):
    client, session = client_for("owner"), make_session(service=ana)
    until = datetime.now(UTC) + timedelta(days=9)
    given = {"starts_at": "", "ends_at": f"{until:%Y-%m-%dT%H:%M}", "sure": "1"}
    assert "Holiday from" in client.post(path(ana, "pause"), given, follow=True).content.decode()
    assert Session.objects.get(pk=session.pk).disconnect_state == "asked"
    made = Arrangement.objects.get()
    undo = f"/subscribers/services/{ana.pk}/arrangements/{made.pk}/undo/"
    assert "End the holiday" in client.get(undo).content.decode()
    assert "back from its holiday" in client.post(undo, follow=True).content.decode()
    assert abs(Service.objects.get(pk=ana.pk).expires_at - ana.expires_at) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("extension", {"amount": "x", "amount_unit": "days"}, "Type a whole number"),
        ("data", {"octets": "0", "octets_unit": "GB", "period": "total"}, "1 MB or more"),
        ("speed", {"download_bps": "5", "until": "moment"}, "Choose until when"),
        ("speed", {"download_bps": "0.001", "until": "hour"}, "8 kbps or more"),
        ("pause", {"ends_at": "2020-01-01T10:00"}, "from an hour to a year"),
    ],
)
def test_what_will_not_do_is_said(ana, client_for, kind, given, said):
    answer = client_for("owner").post(path(ana, kind), {**given, "sure": "1"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Arrangement.objects.exists()


def test_an_unknown_kind_is_nothing(ana, client_for):
    assert client_for("owner").get(path(ana, "gift")).status_code == 404


def test_all_of_them_are_listed_found_and_exported(ana, client_for):
    client, now = client_for("support"), datetime.now(UTC)
    voucher = make_voucher(first_used_at=now, expires_at=now + timedelta(days=1)).service
    common = {"starts_at": now - timedelta(days=2), "made_at": now - timedelta(days=2), "made_by": "Amina"}
    Arrangement.objects.create(service=ana, kind="data", octets=10**9, period="total", **common)
    Arrangement.objects.create(service=ana, kind="speed", ends_at=now - timedelta(days=1), **common)
    Arrangement.objects.create(service=voucher, kind="data", octets=2 * 10**9, period="total", **common)
    now_page = client.get("/subscribers/arrangements/").content.decode()
    assert "1 GB on top" in now_page.replace("\u00a0", " ") and "No speed limit" not in now_page
    assert "No speed limit" in client.get("/subscribers/arrangements/?state=over").content.decode()
    found = client.get("/subscribers/arrangements/?q=ana.home&kind=data").content.decode()
    assert "ana.home" in found and voucher.label not in found
    assert "Nothing matches" in client.get("/subscribers/arrangements/?q=nobody").content.decode()
    lines = client.get("/subscribers/arrangements/?state=all&format=csv").content.decode().splitlines()
    assert len(lines) == 4 and "Amina" in lines[1]


def test_the_list_costs_the_same_for_one_and_for_many(ana, client_for):
    client, now, counts = client_for("support"), datetime.now(UTC), []
    client.get("/subscribers/arrangements/")
    for _ in range(2):
        for _each in range(8):
            Arrangement.objects.create(
                service=make_service(kind="account"), kind="data", octets=10**9, period="total", starts_at=now, made_at=now,
            )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            client.get("/subscribers/arrangements/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_counted_usage_is_corrected_with_a_reason_and_undone(ana, client_for):
    client, here = client_for("owner"), f"/subscribers/services/{ana.pk}/correct/"
    hour = datetime.now(UTC) - timedelta(hours=5)
    given = {
        "hour": f"{hour:%Y-%m-%dT%H:%M}", "way": "more", "download_bytes": "1.5", "size_unit": "GB", "seconds": "10",
        "why": "Lost reports",
    }  # fmt: skip
    assert "Nothing was corrected" in client.get(here).content.decode()
    done = client.post(here, given, follow=True).content.decode()
    assert "+1.5\u00a0GB down" in done and "Lost reports" in done
    held = Service.objects.get(pk=ana.pk)
    assert (held.download_bytes, held.seconds_used) == (15 * 10**8, 600)
    low = client.post(here, {**given, "way": "less", "download_bytes": "9"})
    assert (low.status_code, "Take off at most that" in low.content.decode()) == (422, True)
    made = held.corrections.get()
    undo = f"/subscribers/services/{ana.pk}/corrections/{made.pk}/undo/"
    assert "both stay on record" in client.get(undo).content.decode()
    client.post(undo)
    held.refresh_from_db()
    assert held.download_bytes == 0
    assert "undone already" in client.post(undo, follow=True).content.decode()
    assert JournalEntry.objects.filter(verb__startswith="usage.").count() == 2
    assert client_for("support").get(here).status_code == 403
