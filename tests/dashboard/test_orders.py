"""Orders on pages: preview, who is cut, progress, stop, export; hostile names stay text."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from accounts.models import JournalEntry
from routers import care
from routers.models import CareItem, CareRun, Router
from tenants.models import Isp
from tests.conftest import HostClient
from tests.factories import make_router, make_session, make_site

pytestmark = pytest.mark.django_db
NAUGHTY = '"><svg/onload=1><img src=x onerror=alert(1)>'
ClientFor = Callable[..., HostClient]


@pytest.fixture
def gate(inside_isp: Isp) -> Router:
    return make_router(name=f"Gate {NAUGHTY}"[:60])


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_preview_says_who_is_worked_on_and_who_is_cut(gate: Router, client_for: ClientFor) -> None:
    make_router(name="Asleep", is_up=False)
    make_session(router_id=gate.pk, username="ana.home")
    page = text(client_for("owner").get("/routers/orders/new/?kind=reboot"))
    assert "1 session is cut" in page
    assert "ana.home" in page
    assert care.LEFT_OUT["down"] in page
    assert "<svg/onload" not in page
    assert text(client_for("owner").get("/routers/orders/new/?kind=format&site=x")).count("Order it") == 0
    none = text(client_for("owner").get("/routers/orders/new/?kind=check&q=zzz"))
    assert "No router fits" in none


def test_an_order_is_made_of_the_filter(gate: Router, client_for: ClientFor) -> None:
    make_router(name="Other")
    answer = client_for("manager").post("/routers/orders/new/", {"kind": "backup", "q": "Gate"})
    run = CareRun.objects.get()
    assert answer["Location"] == f"/routers/orders/{run.pk}/"
    assert [item.router for item in run.items.all()] == [gate]
    assert (run.by, JournalEntry.objects.filter(verb="routers.backup").count()) == ("Manager Ana Net", 1)
    page = text(client_for("technician").get(f"/routers/orders/{run.pk}/"))
    assert "<svg/onload" not in page
    assert 'hx-trigger="every 2s"' in page
    assert "Back up" in text(client_for("technician").get("/routers/orders/"))
    listed = text(client_for("technician").get("/routers/orders/?format=csv"))
    assert '"Back up","running","Manager Ana Net"' in listed
    assert '"1","0","0","0"' in listed


@pytest.mark.parametrize(
    "body",
    [
        {"kind": ""},
        {"kind": "site"},
        {"kind": "restore"},
        {"kind": "check", "router": "0"},
        {"kind": "check", "not_before": "soon"},
        {"kind": "check", "not_before": "2001-01-01T00:00"},
    ],
)
def test_what_cannot_be_ordered(gate: Router, client_for: ClientFor, body: dict[str, str]) -> None:
    assert client_for("owner").post("/routers/orders/new/", body).status_code == 422
    assert not CareRun.objects.exists()


def test_a_window_is_by_the_clock_of_the_isp(gate: Router, client_for: ClientFor) -> None:
    nairobi = timezone(timedelta(hours=3))
    opens = (datetime.now(nairobi) + timedelta(days=2)).replace(hour=2, minute=0, second=0, microsecond=0)
    client_for("owner").post(
        "/routers/orders/new/", {"kind": "backup", "not_before": f"{opens:%Y-%m-%dT%H:%M}"}
    )
    assert CareRun.objects.get().not_before == opens


def test_a_move_names_its_site(gate: Router, client_for: ClientFor) -> None:
    site = make_site(name="Hill")
    client_for("owner").post(
        "/routers/orders/new/", {"kind": "site", "to": str(site.pk), "router": str(gate.pk)}
    )
    assert CareRun.objects.get().details == {"site": site.pk}


def test_results_and_a_stop(gate: Router, client_for: ClientFor) -> None:
    owner = client_for("owner")
    owner.post("/routers/orders/new/", {"kind": "backup"})
    run = CareRun.objects.get()
    CareItem.objects.filter(run=run).update(
        state="failed", trouble=NAUGHTY, steps=[{"state": "bad", "title": "=1+1", "text": NAUGHTY}]
    )
    page = text(owner.get(f"/routers/orders/{run.pk}/"))
    assert "<svg/onload" not in page
    assert "&lt;svg/onload=1&gt;" in page
    sheet = text(owner.get(f"/routers/orders/{run.pk}/?format=csv"))
    assert "'=1+1" in sheet
    assert owner.post(f"/routers/orders/{run.pk}/stop/").status_code == 302
    run.refresh_from_db()
    assert run.state == "stopped"
    part = owner.get(f"/routers/orders/{run.pk}/", headers={"HX-Request": "true"})
    assert "every 2s" not in text(part)
    assert owner.post("/routers/orders/999999/stop/").status_code == 404


def test_who_may_order(gate: Router, client_for: ClientFor) -> None:
    for role in ("support", "technician"):
        assert client_for(role).get("/routers/orders/").status_code == 200
        assert client_for(role).post("/routers/orders/new/", {"kind": "check"}).status_code == 403
    assert client_for("cashier").get("/routers/orders/").status_code == 403


def test_orders_and_their_routers_are_found(gate: Router, client_for: ClientFor) -> None:
    client = client_for("manager")
    client.post("/routers/orders/new/", {"kind": "backup", "q": "Gate"})
    run = CareRun.objects.get()
    for query in ("?q=manager", "?state=running", "?kind=backup"):
        assert f"/routers/orders/{run.pk}/" in text(client.get(f"/routers/orders/{query}")), query
    for query in ("?q=nobody", "?state=done", "?kind=reboot"):
        assert "No order matches" in text(client.get(f"/routers/orders/{query}")), query
    here = f"/routers/orders/{run.pk}/"
    assert f"/routers/{gate.pk}/" in text(client.get(f"{here}?q=gate&state=waiting"))
    for query in ("?q=nobody", "?state=failed"):
        assert "No router matches" in text(client.get(here + query)), query
