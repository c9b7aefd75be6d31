"""Rollouts on pages: begun over what a search finds, watched, stopped, gone on with."""

from datetime import UTC, datetime, timedelta

import pytest

from routers.models import Rollout, Router
from tests.dashboard.test_router_templates import cafe, followed
from tests.factories import make_router

pytestmark = pytest.mark.django_db


def test_begin_watch_stop_and_go_on(inside_isp, client_for):
    for name in ("Gate 1", "Gate 2", "Tower"):
        make_router(name=name, state="ready")
    client = client_for("owner")
    assert "No rollout yet" in client.get("/routers/rollouts/").content.decode()
    answer = client.post("/routers/rollouts/new/", {"name": "Pages", "q": "gate"})
    rollout = Rollout.objects.get()
    assert answer["Location"] == f"/routers/rollouts/{rollout.pk}/"
    assert rollout.changes.count() == 2
    shown = client.get(f"/routers/rollouts/{rollout.pk}/").content.decode()
    assert "0 of 2 routers are done" in shown
    assert "Tower" not in shown
    client.post(f"/routers/rollouts/{rollout.pk}/stop/")
    rollout.refresh_from_db()
    assert (rollout.state, rollout.trouble) == ("stopped", "Stopped by Owner Ana Net.")
    client.post(f"/routers/rollouts/{rollout.pk}/resume/")
    rollout.refresh_from_db()
    assert rollout.state == "running"
    assert client.post(f"/routers/rollouts/{rollout.pk}/else/").status_code == 404
    assert "Pages" in client_for("support").get("/routers/rollouts/").content.decode()
    assert client_for("support").post("/routers/rollouts/new/", {"name": "x"}).status_code == 403


def test_nothing_found_is_said(inside_isp, client_for):
    answer = client_for("owner").post("/routers/rollouts/new/", {"name": "x", "q": "nobody"}, follow=True)
    assert "No router that is set up was chosen." in answer.content.decode()


def text(answer):
    return answer.content.decode()


def test_the_lists_find_filter_page_and_export(inside_isp, client_for):
    for number in range(3):
        make_router(name=f"Gate {number}", state="ready")
    client = client_for("owner")
    client.post("/routers/rollouts/new/", {"name": "Pages"})
    rollout = Rollout.objects.get()
    rollout.changes.filter(place=0).update(state="kept")
    for query in ("?q=pag", "?q=owner", "?state=running", "?sort=name"):
        assert "1 of 3" in text(client.get(f"/routers/rollouts/{query}")), query
    for query in ("?q=x", "?state=done"):
        assert "No rollout matches" in text(client.get(f"/routers/rollouts/{query}")), query
    assert '"Pages","Running","Owner Ana Net"' in text(client.get("/routers/rollouts/?format=csv"))
    here = f"/routers/rollouts/{rollout.pk}/"
    assert "Gate 0" in text(client.get(f"{here}?state=kept"))
    assert "Gate 1" not in text(client.get(f"{here}?state=kept"))
    assert "No router matches" in text(client.get(f"{here}?q=tower"))
    assert text(client.get(f"{here}?format=csv")).count("Gate") == 3
    live = text(client.get(here, headers={"HX-Request": "true", "HX-Target": "live"}))
    assert "<h1" in live
    assert "Gate 1" not in live
    rows = text(client.get(here, headers={"HX-Request": "true", "HX-Target": "list"}))
    assert "<h1" not in rows
    assert "Gate 1" in rows


def test_it_waits_for_its_window_and_goes_on_in_another(inside_isp, client_for):
    make_router(name="Gate", state="ready")
    client, opens = client_for("owner"), datetime.now(UTC) + timedelta(days=1)
    bad = client.post("/routers/rollouts/new/", {"name": "Night", "not_before": "soon"}, follow=True)
    assert "Type a date and a time" in text(bad)
    client.post("/routers/rollouts/new/", {"name": "Night", "not_before": f"{opens:%Y-%m-%dT%H:%M}Z"})
    rollout = Rollout.objects.get()
    assert rollout.not_before == opens.replace(second=0, microsecond=0)
    here = f"/routers/rollouts/{rollout.pk}/"
    assert "until then no router is asked" in text(client.get(here))
    client.post(f"{here}stop/")
    assert "Go on" in text(client.get(here))
    client.post(f"{here}resume/", {"not_before": ""})
    rollout.refresh_from_db()
    assert (rollout.state, rollout.not_before) == ("running", None)


def test_a_rollout_over_those_that_follow_a_template(inside_isp, client_for):
    held, client = cafe(), client_for("owner")
    make_router(name="Tower", state="ready")
    none = client.post("/routers/rollouts/new/", {"template": str(held.pk)}, follow=True)
    assert "No router that is set up was chosen." in text(none)
    followed(held)
    client.post("/routers/rollouts/new/", {"template": str(held.pk)})
    rollout = Rollout.objects.get()
    assert rollout.name == "Template Cafe"
    assert [change.router.name for change in rollout.changes.all()] == ["Gate"]
    assert Router.objects.count() == 2
    for nobody in (str(10**9), "", "x", "-1", "9" * 30):
        answer = client.post("/routers/rollouts/new/", {"template": nobody, "q": ""})
        assert (answer.status_code, Rollout.objects.count()) == (404, 1), nobody
