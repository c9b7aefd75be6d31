"""Tools, doctor and live speed on pages: asked, polled, shown as text, gone after a minute."""

from collections.abc import Callable
from typing import Any

import pytest

from routers import asks, live, rights, tools
from routers.models import Router
from tenants.models import Isp
from tests.conftest import HostClient
from tests.factories import make_router, make_session

pytestmark = pytest.mark.django_db
NAUGHTY = '"><svg/onload=1><img src=x onerror=alert(1)>'
ClientFor = Callable[..., HostClient]


@pytest.fixture
def gate(inside_isp: Isp) -> Router:
    return make_router(name="Gate")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def asked(client: HostClient, router: Router, **body: str) -> tuple[str, str]:
    where = client.post(f"/routers/{router.pk}/tools/", body)["Location"]
    return where, where.rstrip("/").rpartition("/")[2]


def test_an_answer_is_text(gate: Router, client_for: ClientFor) -> None:
    client = client_for("technician")
    where, token = asked(client, gate, tool="queues")
    assert 'hx-trigger="every 1s"' in text(client.get(where))
    ask = asks.get(token)
    assert ask is not None
    table = {"heads": ["Queue"], "cells": [[NAUGHTY]], "summary": NAUGHTY}
    asks.put(token, ask | {"table": table, "is_done": True})
    page = text(client.get(where))
    assert "<svg/onload" not in page
    assert page.count("&lt;svg/onload=1&gt;") == 2
    assert "every 1s" not in page
    asks.put(token, ask | {"trouble": "It said no.", "lacking": ["test"], "is_done": True})
    assert rights.line("kmikro", ("test",)).replace('"', "&quot;") in text(client.get(where))
    assert "This answer is gone" in text(client.get(f"/routers/{gate.pk}/tools/nothing/"))
    other = make_router()
    assert "This answer is gone" in text(client.get(f"/routers/{other.pk}/tools/{token}/"))


def test_what_is_typed_is_checked(gate: Router, client_for: ClientFor) -> None:
    client = client_for("support")
    for body in ({"tool": "ping", "subject": NAUGHTY}, {"tool": "traffic", "subject": "a,b"}):
        answer = client.post(f"/routers/{gate.pk}/tools/", body)
        assert answer.status_code == 422
        assert "<svg/onload" not in text(answer)
    waiting = make_router(state="waiting")
    assert client.post(f"/routers/{waiting.pk}/tools/", {"tool": "queues"}).status_code == 422
    for name in tools.TOOLS:
        assert client.get(f"/routers/{gate.pk}/tools/?tool={name}").status_code in (200, 403)


def test_what_people_do_is_for_those_who_may_trace(gate: Router, client_for: ClientFor) -> None:
    where, _token = asked(client_for("technician"), gate, tool="look", subject="bridge-lan")
    for path in (where, f"/routers/{gate.pk}/tools/?tool=look"):
        assert client_for("support").get(path).status_code == 403
        assert client_for("technician").get(path).status_code == 200
    assert client_for("cashier").get(f"/routers/{gate.pk}/tools/").status_code == 403


def test_the_doctor_shows_steps_and_the_verdict(gate: Router, client_for: ClientFor) -> None:
    client, here = client_for("technician"), f"/routers/{gate.pk}/doctor/"
    assert "Nothing was looked at" in text(client.get(here))
    where = client.post(here)["Location"]
    token = where.rstrip("/").rpartition("/")[2]
    ask = asks.get(token)
    assert ask is not None
    asks.put(token, ask | {"steps": [{"state": "ok", "title": "Address", "text": NAUGHTY}]})
    page = text(client.get(where, headers={"HX-Request": "true"}))
    assert "Looking" in page
    assert "<svg/onload" not in page
    bad = {"state": "bad", "title": "Sign-in", "text": "Make a new command."}
    asks.put(token, ask | {"steps": [bad], "verdict": bad, "is_done": True})
    assert "<strong>Sign-in.</strong>" in text(client.get(where))
    assert "is gone" in text(client.get(f"{here}nothing/"))


def test_the_doctor_of_one_session(gate: Router, client_for: ClientFor) -> None:
    session, here = make_session(router_id=gate.pk), f"/routers/{gate.pk}/doctor/"
    where = client_for("support").post(here, {"session": str(session.pk)})["Location"]
    ask = asks.get(where.rstrip("/").rpartition("/")[2])
    assert ask is not None
    assert ask["subject"] == f"{session.mac}|{session.framed_ip or ''}"
    other = make_router()
    assert (
        client_for("support").post(f"/routers/{other.pk}/doctor/", {"session": str(session.pk)}).status_code
        == 404
    )


def test_the_speed_of_a_session_and_its_own_end(gate: Router, client_for: ClientFor) -> None:
    session = make_session(router_id=gate.pk)
    client, here = client_for("support"), f"/routers/sessions/{session.pk}/rate/"
    part = {"HX-Request": "true"}
    readings = [live.Reading(0, 0, "hotspot"), live.Reading(250_000, 1_000_000, "hotspot")]
    pages, tokens = [], []
    real = asks.begin

    def noting(*args: Any, **kwargs: Any) -> str:
        tokens.append(real(*args, **kwargs))
        return tokens[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asks, "begin", noting)
        for number, reading in enumerate(readings):
            pages.append(text(client.get(f"{here}?turn={number}", headers=part)))
            ask = asks.get(tokens[-1])
            assert ask is not None
            told = {"upload": reading.upload, "download": reading.download, "found": reading.found}
            asks.put(tokens[-1], ask | {"reading": told, "at": 100.0 + 2 * number, "is_done": True})
        pages.append(text(client.get(f"{here}?turn=2", headers=part)))
    assert "Measuring" in pages[0]
    assert "Now 4 Mbps down, 1 Mbps up" in " ".join(
        pages[2].replace("\u00a0", " ").replace("\u202f", " ").split()
    ), pages[2]
    over = text(client.get(f"{here}?turn=999", headers=part))
    assert "Stopped." in over
    assert "load delay" not in over
    assert client_for("cashier").get(here).status_code == 403
