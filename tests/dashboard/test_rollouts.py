"""Rollouts on pages: begun over what a search finds, watched, stopped, gone on with."""

import pytest

from routers.models import Rollout
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
