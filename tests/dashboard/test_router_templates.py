"""Templates on pages: made, filled with offers, looked at with who follows, exported, removed."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from routers import templating
from routers.models import Router, SiteValues, Template
from tests.factories import NOW, make_router
from tests.routers.test_offering import BY

pytestmark = pytest.mark.django_db
QUEUE = {"kind": "queue", "key": "all", "values": {"target": "{lan}", "download": "50M"}}
LIST = "/routers/templates/"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def cafe(**more: Any) -> Template:
    return templating.make("Cafe", note="For cafes", offers=[QUEUE], **BY, **more)


def followed(template: Template, name: str = "Gate", **values: str) -> Router:
    router = make_router(name=name, address="203.0.113.9", serial="")
    templating.apply(router, template, values=values or {"lan": "10.5.50.0/24"}, **BY)
    return router


def test_made_renamed_and_removed(inside_isp: Any, client_for: Any) -> None:
    client = client_for("manager")
    assert "No template yet" in text(client.get(LIST))
    made = client.post(f"{LIST}new/", {"name": "Cafe", "note": "For cafes"})
    held = Template.objects.get()
    assert made["Location"] == f"{LIST}{held.pk}/"
    shown = text(client.get(made["Location"]))
    assert "No offer yet" in shown
    assert "No router follows it yet" in shown
    assert "None: it is the same everywhere." in shown
    again = client.post(f"{LIST}new/", {"name": "Cafe"})
    assert (again.status_code, "There is a template Cafe already." in text(again)) == (422, True)
    client.post(f"{LIST}{held.pk}/edit/", {"name": "Bar"})
    held.refresh_from_db()
    assert (held.name, held.note) == ("Bar", "")
    assert "No router may follow it" in text(client.get(f"{LIST}{held.pk}/remove/"))
    client.post(f"{LIST}{held.pk}/remove/")
    assert not Template.objects.exists()
    assert client.get(f"{LIST}{held.pk}/").status_code == 404


def test_the_list_finds_and_exports(inside_isp: Any, client_for: Any) -> None:
    held, client = cafe(), client_for("technician")
    followed(held)
    for query in ("", "?q=caf", "?q=FOR", "?sort=-routers"):
        assert "For cafes" in text(client.get(LIST + query)), query
    assert "No template matches" in text(client.get(f"{LIST}?q=hotel"))
    csv = text(client.get(f"{LIST}?format=csv"))
    assert '"Cafe","For cafes","queue all","lan","1"' in csv
    assert "New template" not in text(client.get(LIST))
    assert client.get(f"{LIST}new/").status_code == 403
    assert client_for("cashier").get(LIST).status_code == 403


def test_who_follows_it_what_names_mean_there_and_who_lacks_one(inside_isp: Any, client_for: Any) -> None:
    held, client = cafe(), client_for("manager")
    gate = followed(held)
    here = f"{LIST}{held.pk}/"
    SiteValues.objects.create(site=gate.site, values={"lan": "10.6.50.0/24"}, changed_at=NOW)
    shown = text(client.get(here))
    for part in ("lan = 10.5.50.0/24", "10.6.50.0/24", "Begin a rollout", f"/routers/{gate.pk}/template/"):
        assert part in shown, part
    Router.objects.update(template_values={})
    SiteValues.objects.all().delete()
    assert "Nobody says what lan is" in text(client.get(here))
    assert '"Gate"' in text(client.get(f"{here}?format=csv"))
    assert "No router matches" in text(client.get(f"{here}?q=tower"))
    refused = client.post(f"{here}remove/", follow=True)
    assert "Gate use it" in text(refused)
    assert Template.objects.exists()
    assert "Begin a rollout" not in text(client_for("support").get(here))


def test_a_page_of_many_followers_costs_no_more_than_of_few(inside_isp: Any, client_for: Any) -> None:
    held, client = cafe(), client_for("manager")
    costs = []
    for batch in (range(2), range(2, 12)):
        for number in batch:
            followed(held, f"Gate {number}")
        client.get(f"{LIST}{held.pk}/")
        with CaptureQueriesContext(connection) as seen:
            client.get(f"{LIST}{held.pk}/")
        costs.append(len(seen))
    assert costs[0] == costs[1] < 20
