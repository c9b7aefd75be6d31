"""Changes on pages: the plan and its risks before anything happens, keep and take back, who may say what."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.journal import SYSTEM
from routers import changes
from routers.models import Change
from tests.factories import make_router

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(inside_isp):
    router = make_router(name="Gate", state="ready")
    made = changes.plan(router, reason="New pages", by=SYSTEM, now=datetime.now(UTC))
    made.state = "planned"
    made.steps = [
        {
            "do": "add",
            "path": "/radius",
            "what": "Adds our RADIUS server",
            "line": "/radius add",
            "done": False,
        }
    ]
    made.save()
    return made


def text(answer) -> str:
    return answer.content.decode()


def test_the_list_finds_filters_and_exports(change, client_for):
    client = client_for("technician")
    assert "New pages" in text(client.get("/routers/changes/"))
    assert "No change matches" in text(client.get("/routers/changes/?q=other"))
    assert "New pages" in text(client.get("/routers/changes/?state=open&q=gate"))
    assert "No change matches" in text(client.get("/routers/changes/?state=kept"))
    assert "New pages" in text(client.get("/routers/changes/?format=csv"))
    assert client_for("cashier").get("/routers/changes/").status_code == 403


def test_a_change_shows_steps_lines_risks_and_record(change, client_for):
    change.risks = [{"code": "door", "level": "high", "text": "It can shut us out."}]
    change.save()
    shown = text(client_for("owner").get(f"/routers/changes/{change.pk}/"))
    for part in (
        "Adds our RADIUS server",
        "/radius add",
        "It can shut us out.",
        "Asked for a plan.",
        "I have read",
    ):
        assert part in shown
    assert "I have read" not in text(client_for("support").get(f"/routers/changes/{change.pk}/"))


def test_risks_need_a_yes(change, client_for):
    change.risks = [{"code": "door", "level": "high", "text": "It can shut us out."}]
    change.save()
    client = client_for("owner")
    client.post(f"/routers/changes/{change.pk}/begin/")
    change.refresh_from_db()
    assert change.state == "planned"
    client.post(f"/routers/changes/{change.pk}/begin/", {"yes": "1"})
    change.refresh_from_db()
    assert (change.state, change.accepted_by) == ("applying", "Owner Ana Net")


def test_the_timer_and_who_may_answer_it(change, client_for):
    change.state, change.armed_until = "proving", datetime.now(UTC) + timedelta(seconds=80)
    change.save()
    shown = text(client_for("owner").get(f"/routers/changes/{change.pk}/"))
    assert "Keep this change?" in shown
    assert "1:" in shown
    assert "Take back" not in text(client_for("support").get(f"/routers/changes/{change.pk}/"))
    assert client_for("support").post(f"/routers/changes/{change.pk}/keep/").status_code == 403
    client_for("owner").post(f"/routers/changes/{change.pk}/keep/")
    change.refresh_from_db()
    assert change.trail[-1]["what"] == "Keep it."
    assert client_for("owner").post(f"/routers/changes/{change.pk}/nonsense/").status_code == 404


def test_a_second_person_approves_on_the_page(change, client_for):
    client_for("manager").post("/routers/changes/rules/", {"second_person": "1"})
    assert changes.rules().second_person
    client_for("owner").post(f"/routers/changes/{change.pk}/begin/")
    change.refresh_from_db()
    assert (change.state, change.waits_for) == ("waiting", "approval")
    client_for("manager").post(f"/routers/changes/{change.pk}/approve/")
    change.refresh_from_db()
    assert (change.state, change.approved_by) == ("applying", "Manager Ana Net")


def test_planning_from_the_routers_page(inside_isp, client_for):
    router = make_router(name="Gate", state="ready")
    answer = client_for("owner").post(f"/routers/{router.pk}/changes/new/", {"by_hand": "1"})
    made = Change.objects.get()
    assert (answer["Location"], made.by_hand, made.state) == (f"/routers/changes/{made.pk}/", True, "asked")
    client_for("owner").post(f"/routers/changes/{made.pk}/drop/")
    made.refresh_from_db()
    assert made.state == "dropped"


def test_a_change_that_nobody_answered_for_can_be_looked_at_again(change, client_for):
    assert "Look now" not in text(client_for("owner").get(f"/routers/changes/{change.pk}/"))
    change.state = "unknown"
    change.save()
    assert "Look now" in text(client_for("owner").get(f"/routers/changes/{change.pk}/"))
    assert "Look now" not in text(client_for("support").get(f"/routers/changes/{change.pk}/"))
    client_for("owner").post(f"/routers/changes/{change.pk}/look/")
    change.refresh_from_db()
    assert (change.state, change.trail[-1]["what"]) == ("unknown", "Asked to look again.")


def test_a_change_is_planned_with_why_who_keeps_it_and_its_window(inside_isp, client_for):
    router = make_router(name="Gate", state="ready")
    client, here = client_for("owner"), f"/routers/{router.pk}/changes/new/"
    assert "I press Keep myself" in text(client.get(here))
    bad = client.post(here, {"reason": "Night", "not_before": "soon"})
    assert (bad.status_code, "Type a date and a time" in text(bad), "Night" in text(bad)) == (422, True, True)
    opens = datetime.now(UTC) + timedelta(days=1)
    client.post(here, {"reason": "Night", "not_before": f"{opens:%Y-%m-%dT%H:%M}Z"})
    made = Change.objects.get()
    assert (made.reason, made.by_hand) == ("Night", False)
    assert made.not_before == opens.replace(second=0, microsecond=0)
    assert "not before" in text(client.get(f"/routers/changes/{made.pk}/"))
    assert "Changes of Gate" in text(client.get(f"/routers/changes/?router={router.pk}"))
    assert client.get(f"/routers/changes/?router={10**9}").status_code == 404
    again = client.post(here, {})
    assert (again.status_code, "has not ended" in text(again)) == (422, True)
    assert client_for("support").get(here).status_code == 403
