"""Alert rules over the API."""

from collections.abc import Callable
from typing import Any

from routers.models import AlertRule
from tenants import scope
from tenants.models import Isp
from tests import factories as make

BODY = {"name": "Night watch", "kinds": ["down"], "channel": "email", "target": "watch@example.test"}


def test_made_listed_changed_and_removed(token_for: Callable[..., Any], isp: Isp) -> None:
    program = token_for(["routers:read", "routers:write"])
    with scope.inside(isp.schema_name):
        site = make.make_site()
    made = program.call(
        "POST", "alert-rules/", {**BODY, "site": site.pk, "quiet_from": "22:00", "quiet_until": "06:00"}
    )
    assert made.status_code == 201, made.content
    told = made.json()
    path = f"alert-rules/{told['id']}/"
    assert made.headers["Location"].endswith(f"/{path}")
    assert (told["kinds"], told["site"]["id"], told["quiet_from"], told["secret"]) == (
        ["down"],
        site.pk,
        "22:00",
        "",
    )
    (listed,) = program.call("GET", "alert-rules/").json()["results"]
    assert listed == program.call("GET", path).json()
    assert "secret" not in listed
    hook = {
        "channel": "webhook",
        "target": "https://example.org/alerts",
        "quiet_from": None,
        "quiet_until": None,
    }
    changed = program.call("PATCH", path, hook).json()
    assert (changed["name"], changed["site"]["id"], changed["quiet_from"]) == ("Night watch", site.pk, None)
    assert len(changed["secret"]) == 40
    assert program.call("DELETE", path).status_code == 204
    assert program.call("GET", path).status_code == 404


def test_what_is_refused(token_for: Callable[..., Any], isp: Isp) -> None:
    program = token_for(["routers:read", "routers:write"])
    for change, status in (
        ({"kinds": ["rain"]}, 400),
        ({"site": 10**9}, 422),
        ({"target": "nobody"}, 422),
        ({"channel": "webhook", "target": "http://10.0.0.1/"}, 422),
        ({"quiet_from": "22:00"}, 422),
        ({"quiet_from": "25:00"}, 400),
        ({"colour": "red"}, 400),
    ):
        answer = program.call("POST", "alert-rules/", {**BODY, **change})
        assert answer.status_code == status, (change, answer.content)
    assert token_for(["routers:read"]).call("POST", "alert-rules/", BODY).status_code == 403
    with scope.inside(isp.schema_name):
        assert not AlertRule.objects.exists()
