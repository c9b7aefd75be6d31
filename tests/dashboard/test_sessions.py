"""Sessions: filters, the confirm before a disconnect, and its fate in words."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import JournalEntry
from radius.models import Session
from routers.models import Router
from tests.factories import NOW, make_plan, make_router, make_session, make_voucher

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(inside_isp):
    kibera, karen = make_router(name="Kibera"), make_router(name="Karen")
    first, second = make_voucher(plan=make_plan(name="Day")), make_voucher(plan=make_plan(name="Week"))
    return (
        make_session(service=first.service, router=kibera, mac="AA:00:00:00:00:01", framed_ip="10.5.50.21"),
        make_session(service=second.service, router=karen, mac="BB:00:00:00:00:02", framed_ip="10.5.50.22"),
    )


@pytest.mark.parametrize(
    "query",
    [
        lambda one: {"router": one.router_id},
        lambda one: {"site": Router.objects.get(pk=one.router_id).site_id},
        lambda one: {"plan": one.service.plan_id},
        lambda one: {"q": one.mac.lower()},
        lambda one: {"q": one.framed_ip},
        lambda one: {"q": one.service.label},
        lambda one: {"q": one.service.voucher.code},
    ],
)
def test_filters_and_searches(live, client_for, query):
    page = client_for("support").get("/sessions/", query(live[0])).content.decode()
    assert "AA:00:00:00:00:01" in page
    assert "BB:00:00:00:00:02" not in page
    file = client_for("support").get("/sessions/", {**query(live[0]), "format": "csv"}).content.decode()
    assert "AA:00:00:00:00:01" in file and "BB:00:00:00:00:02" not in file


def test_who_may_not_see_codes_cannot_guess_them_letter_by_letter(live, client_for):
    voucher = live[0].service.voucher
    Session.objects.filter(pk=live[0].pk).update(username=voucher.code)
    assert (
        "AA:00:00:00:00:01"
        not in client_for("support").get("/sessions/", {"q": voucher.code[:6]}).content.decode()
    )
    assert (
        "AA:00:00:00:00:01" in client_for("owner").get("/sessions/", {"q": voucher.code[:6]}).content.decode()
    )


def test_ended_sessions_are_apart(live, client_for):
    Session.objects.filter(pk=live[1].pk).update(ended_at=NOW, end_cause="Lost-Carrier")
    client = client_for("owner")
    assert "BB:00:00:00:00:02" not in client.get("/sessions/").content.decode()
    ended = client.get("/sessions/", {"state": "ended"}).content.decode()
    assert "Lost-Carrier" in ended
    assert "AA:00:00:00:00:01" not in ended
    assert 'hx-trigger="every' not in ended


def test_disconnect_asks_first_then_the_router(live, client_for, django_capture_on_commit_callbacks):
    client, one = client_for("support"), live[0]
    url = f"/sessions/{one.pk}/disconnect/"
    dialog = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "Online at Kibera" in dialog
    assert "<html" not in dialog
    one.refresh_from_db()
    assert one.disconnect_state == ""
    with django_capture_on_commit_callbacks() as sent:
        assert client.post(url)["Location"] == "/sessions/"
    one.refresh_from_db()
    assert (one.disconnect_state, len(sent)) == ("asked", 1)
    assert JournalEntry.objects.get(verb="session.disconnect").actor.startswith("Support")


def test_the_dialog_leads_back_to_the_same_filters(live, client_for):
    client, url = client_for("owner"), f"/sessions/{live[0].pk}/disconnect/"
    current = f"http://ana.localhost/sessions/?router={live[0].router_id}"
    dialog = client.get(url, headers={"HX-Request": "true", "HX-Current-URL": current}).content.decode()
    assert f'value="/sessions/?router={live[0].router_id}"' in dialog
    assert client.post(url, {"back": "//evil.example/"})["Location"] == "/sessions/"


@pytest.mark.parametrize(
    ("state", "said", "pace"),
    [
        ("asked", "Asking the router", "2s"),
        ("acked", "Router agreed", "2s"),
        ("silent", "Router did not answer", "10s"),
        ("refused", "Router refused", "10s"),
        ("back", "Came back, asked again", "2s"),
        ("removing", "Removing it at the router", "2s"),
    ],
)
def test_the_fate_is_said_and_polled(live, client_for, state, said, pace):
    now = datetime.now(UTC)
    Session.objects.filter(pk=live[0].pk).update(
        disconnect_state=state, disconnect_at=now, disconnect_text="Why not"
    )
    part = client_for("owner").get("/sessions/live/").content.decode()
    assert said in part
    assert "Why not" in part
    assert f'hx-trigger="every {pace}"' in part


@pytest.mark.parametrize(
    ("state", "said", "pace"),
    [
        ("changing", "Changing speed", "2s"),
        ("changed", "Speed changed", "10s"),
        ("refused", "Speed not changed", "10s"),
        ("silent", "Speed not confirmed", "10s"),
    ],
)
def test_a_change_of_speed_is_said(live, client_for, state, said, pace):
    now = datetime.now(UTC)
    Session.objects.filter(pk=live[0].pk).update(change_state=state, change_at=now, change_text="Why not")
    part = client_for("owner").get("/sessions/live/").content.decode()
    assert said in part
    assert "Why not" in part
    assert f'hx-trigger="every {pace}"' in part


def test_an_old_fate_is_not_news(live, client_for):
    then = datetime.now(UTC) - timedelta(hours=1)
    Session.objects.filter(pk=live[0].pk).update(disconnect_state="silent", disconnect_at=then)
    assert "did not answer" not in client_for("owner").get("/sessions/live/").content.decode()


def test_an_ended_session_is_not_asked(live, client_for):
    Session.objects.filter(pk=live[0].pk).update(ended_at=NOW)
    client_for("owner").post(f"/sessions/{live[0].pk}/disconnect/")
    live[0].refresh_from_db()
    assert live[0].disconnect_state == ""


def test_technicians_watch_only(live, client_for):
    client = client_for("technician")
    assert "Disconnect</a>" not in client.get("/sessions/").content.decode()
    assert client.post(f"/sessions/{live[0].pk}/disconnect/").status_code == 403
