"""A router follows a template on pages: chosen, filled in, previewed, followed, left; and the values of a site."""

from typing import Any

import pytest

from routers import templating
from routers.models import Router, SiteValues
from tests.dashboard.test_router_templates import cafe, followed, text
from tests.factories import NOW, make_router
from tests.routers.test_offering import BY
from tests.routers.test_previews import was_read

pytestmark = pytest.mark.django_db


def test_chosen_previewed_followed_and_left(inside_isp: Any, client_for: Any) -> None:
    gate = make_router(name="Gate", address="203.0.113.9", serial="")
    client, here = client_for("manager"), f"/routers/{gate.pk}/template/"
    assert "No template yet" in text(client.get(here))
    held = cafe()
    was_read(gate)
    SiteValues.objects.create(site=gate.site, values={"lan": "10.6.50.0/24"}, changed_at=NOW)
    assert "It follows none now." in text(client.get(here))
    form = text(client.get(f"{here}?template={held.pk}"))
    assert "Empty: 10.6.50.0/24, as the site says" in form
    assert "Follow it" not in form, "first a preview"
    wanted = {"template": str(held.pk), "value-lan": "10.5.50.0/24"}
    shown = text(client.post(here, {**wanted, "act": "preview"}))
    assert "Adds the queue kmikro-queue-all" in shown
    assert "target=10.5.50.0/24" in shown
    assert "Follow it" in shown
    assert Router.objects.get().template is None, "a preview keeps nothing"
    assert Router.objects.get().written_menus == []
    told = client.post(here, {**wanted, "act": "follow"}, follow=True)
    assert "It follows Cafe." in text(told)
    gate.refresh_from_db()
    assert (gate.template_id, gate.template_values) == (held.pk, {"lan": "10.5.50.0/24"})
    assert "From the template Cafe" in text(client.get(f"/routers/{gate.pk}/offers/"))
    leaving = {"template": "", "act": "preview"}
    assert "Leave the template" in text(client.post(here, leaving))
    client.post(here, {**leaving, "act": "follow"})
    assert Router.objects.get().template is None


def test_what_is_missing_or_wrong_is_refused_and_nothing_kept(inside_isp: Any, client_for: Any) -> None:
    gate, held = make_router(name="Gate"), cafe()
    client, here = client_for("manager"), f"/routers/{gate.pk}/template/"
    for value, words in (("", "Say what {lan} is"), ("10.0.0.0/99", "no network like"), ("a{b", "braces")):
        for act in ("preview", "follow"):
            answer = client.post(here, {"template": str(held.pk), "value-lan": value, "act": act})
            assert (answer.status_code, words in text(answer)) == (422, True), (value, act)
    assert client.get(f"{here}?template={10**9}").status_code == 404
    assert client.get(f"{here}?template=nonsense").status_code == 200
    assert Router.objects.get().template is None
    assert client_for("technician").get(here).status_code == 403


def test_a_site_says_what_names_mean(inside_isp: Any, client_for: Any) -> None:
    held = cafe()
    gate = followed(held)
    client, here = client_for("manager"), f"/routers/sites/{gate.site_id}/values/"
    form = text(client.get(f"{here}?template={held.pk}"))
    assert 'name="value-lan"' in form
    told = client.post(f"{here}?template={held.pk}", {"value-lan": "10.6.50.0/24"}, follow=True)
    assert "Saved. 1 there follow a template" in text(told)
    assert SiteValues.objects.get().values == {"lan": "10.6.50.0/24"}
    templating.apply(gate, held, values={}, **BY)
    refused = client.post(here, {"value-lan": ""})
    assert (refused.status_code, "Gate: Say what {lan}" in text(refused)) == (422, True)
    assert client_for("support").get(here).status_code == 403


def test_a_site_where_nothing_is_open_says_so(inside_isp: Any, client_for: Any) -> None:
    gate = make_router(name="Gate")
    page = text(client_for("manager").get(f"/routers/sites/{gate.site_id}/values/"))
    assert "No name is open here" in page
