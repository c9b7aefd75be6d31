import json
from types import SimpleNamespace

import pytest
from django import forms
from django.test import RequestFactory

from dashboard import page
from kmikro.lib.refusal import Refusal


class Form(forms.Form):
    name = forms.CharField(max_length=10)


def request_of(htmx=None):
    request = RequestFactory().get("/")
    request.htmx = htmx or False
    return request


FRAGMENT = SimpleNamespace(boosted=False)
BOOSTED = SimpleNamespace(boosted=True)


@pytest.fixture
def rendered(monkeypatch):
    seen = []
    monkeypatch.setattr(
        page, "render_to_string", lambda name, context, request: seen.append((name, context)) or "x"
    )
    return seen


@pytest.mark.parametrize(
    ("htmx", "part", "name"),
    [
        (None, "list", "t.html"),
        (BOOSTED, "list", "t.html"),
        (FRAGMENT, "list", "t.html#list"),
        (FRAGMENT, None, "t.html"),
    ],
)
def test_a_fragment_is_rendered_only_for_htmx(rendered, htmx, part, name):
    response = page.page(request_of(htmx), "t.html", part, a=1)
    assert rendered == [(name, {"a": 1})]
    assert response["Vary"] == "HX-Request"
    assert response.status_code == 200


def test_a_refusal_lands_on_its_field_or_on_the_form(rendered):
    for field, key in (("name", "name"), ("", "__all__"), ("unknown", "__all__")):
        form = Form({"name": "x"})
        response = page.refused(
            request_of(), "t.html", form=form, refusal=Refusal("no", "Not so.", field=field)
        )
        assert response.status_code == 422
        assert form.errors[key] == ["Not so."]


def test_done_redirects_a_page_and_toasts_a_fragment(rendered):
    assert page.done(request_of(BOOSTED), "/x/")["Location"] == "/x/"
    response = page.done(request_of(FRAGMENT), "/x/", "Saved.")
    assert response.status_code == 204
    assert json.loads(response["HX-Trigger"]) == {
        "toast": {"text": "Saved.", "tone": "ok"},
        "refresh-list": True,
    }


def test_confirm_is_a_dialog_or_a_page(rendered):
    question = {"title": "T", "text": "x", "action": "/a/", "verb": "Go", "cancel_url": "/"}
    page.confirm(request_of(FRAGMENT), **question)
    page.confirm(request_of(), **question)
    assert [name for name, _context in rendered] == [
        "components/confirm.html",
        "components/confirm_page.html",
    ]
