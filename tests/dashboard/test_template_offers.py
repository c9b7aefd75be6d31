"""Offers of a template on pages: added, changed, left open, taken out; who follows is told of."""

from typing import Any

import pytest

from routers import templating
from routers.models import Template
from tests.dashboard.test_router_templates import cafe, followed, text
from tests.routers.test_offering import BY

pytestmark = pytest.mark.django_db


def test_added_changed_and_taken_out(inside_isp: Any, client_for: Any) -> None:
    held = templating.make("Cafe", **BY)
    client, here = client_for("manager"), f"/routers/templates/{held.pk}/"
    assert "Write a name in braces" in text(client.get(f"{here}offers/add/queue/"))
    bad = client.post(f"{here}offers/add/queue/", {"key": "all", "target": "10.0.0.0/99", "download": "50M"})
    assert (bad.status_code, "no network like" in text(bad)) == (422, True)
    client.post(f"{here}offers/add/queue/", {"key": "all", "target": "{lan}", "download": "50M"})
    (offer,) = Template.objects.get().offers
    assert offer["values"] == {"target": "{lan}", "download": "50M"}
    twice = client.post(f"{here}offers/add/queue/", {"key": "all", "target": "{lan}", "download": "5M"})
    assert (twice.status_code, "called all" in text(twice)) == (422, True)
    assert "{lan}" in text(client.get(f"{here}offers/all/"))
    client.post(f"{here}offers/all/", {"target": "{wan}", "download": "9M"})
    (offer,) = Template.objects.get().offers
    assert offer["values"] == {"target": "{wan}", "download": "9M"}
    for path in ("offers/none/", "offers/none/remove/"):
        answer = client.post(f"{here}{path}", {"target": "{wan}"}, follow=True)
        assert answer.status_code == 404 or "no such offer" in text(answer), path
    assert client.get(f"{here}offers/add/tunnel/").status_code == 404
    client.post(f"{here}offers/all/remove/")
    assert Template.objects.get().offers == []


def test_a_choice_may_be_left_open(inside_isp: Any, client_for: Any) -> None:
    held = templating.make("Cafe", offers=[{"kind": "queue_type", "key": "fair", "values": {"discipline": "{how}"}}], **BY)  # fmt: skip
    client, here = client_for("manager"), f"/routers/templates/{held.pk}/offers/fair/"
    assert '<option value="{how}" selected>' in text(client.get(here))
    assert client.post(here, {"discipline": "{how}"}).status_code == 302
    assert client.post(here, {"discipline": "cake"}).status_code == 302
    assert Template.objects.get().offers[0]["values"]["discipline"] == "cake"


def test_values_that_are_emptied_are_gone(inside_isp: Any, client_for: Any) -> None:
    shut = {"kind": "walled", "key": "shut", "values": {"list": "walled", "hosts": "pay.example.com"}}
    held = templating.make("Cafe", offers=[shut], **BY)
    client_for("manager").post(f"/routers/templates/{held.pk}/offers/shut/", {"list": "", "hosts": ""})
    (offer,) = Template.objects.get().offers
    assert "hosts" not in offer["values"]


def test_who_follows_is_counted_and_what_they_could_not_be_is_refused(
    inside_isp: Any, client_for: Any
) -> None:
    held = cafe()
    followed(held)
    client, here = client_for("manager"), f"/routers/templates/{held.pk}/offers/all/"
    told = client.post(here, {"target": "{lan}", "download": "9M"}, follow=True)
    assert "1 router follows it: nothing is written there" in text(told)
    refused = client.post(here, {"target": "{wan}", "download": "9M"})
    assert (refused.status_code, "Gate: Say what {wan} is" in text(refused)) == (422, True)
    assert client_for("support").post(here, {"target": "{lan}"}).status_code == 403
