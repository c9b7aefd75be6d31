"""What is not ours on a router, in the browser: shown as text, taken over, given back."""

from typing import Any

import pytest

from routers import inventory
from routers.facts import Facts
from routers.models import Router, Taken
from routers.rows import Found
from tests.factories import NOW, make_router

pytestmark = pytest.mark.django_db
NAUGHTY = "<img src=x onerror=alert(1)>"


def test_shown_taken_and_given_back(inside_isp: Any, client_for: Any) -> None:
    gate = make_router(name="Gate", address="203.0.113.9")
    client, here = client_for("manager"), f"/routers/{gate.pk}/others/"
    assert "was not read yet" in client.get(here).content.decode()
    rows = [
        Found(
            "/queue/simple",
            "*1",
            {".id": "*1", "name": "boss", "target": "10.0.0.5/32", "comment": NAUGHTY, "parent": ""},
        )
    ]
    types = [Found("/queue/type", "*2", {".id": "*2", "name": "wireless-default", "kind": "sfq"})]
    tables = {"/queue/simple": rows, "/queue/type": types}
    inventory.keep(gate.pk, Facts("7.20.8", "", tables), whole=True, now=NOW)
    page = client.get(here).content.decode()
    assert "The queue boss" in page
    assert NAUGHTY not in page
    assert "&lt;img src=x" in page
    assert 'value="/queue/simple *1"' in page
    assert "1 more that stays as it is" in page
    assert 'value="/queue/type *2"' not in page
    client.post(f"{here}take/", {"row": ["/queue/simple *1", "/user *1"]})
    taken = Taken.objects.get()
    assert taken.original["comment"] == NAUGHTY
    assert Router.objects.get(pk=gate.pk).taken.count() == 1
    page = client.get(here).content.decode()
    assert "Taken over" in page
    assert 'value="/queue/simple *1"' not in page, "it waits for our mark"
    client.post(f"{here}{taken.pk}/give-back/")
    assert not Taken.objects.exists()
    assert client_for("technician").post(f"{here}take/", {"row": "/queue/simple *1"}).status_code == 403
