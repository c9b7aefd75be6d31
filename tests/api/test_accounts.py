"""Accounts over the API: the secret is in the answer that made it, and nowhere else."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import JournalEntry
from radius.models import Session
from subscribers.models import Service, Subscriber
from tenants import scope
from tenants.models import Isp
from tests import factories as make

WRITES = ["subscribers:read", "subscribers:write"]


def test_make_look_and_change(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        plan = make.make_plan(name="Home 10")
    program = token_for(WRITES)
    body = {"username": "ana.home", "plan": plan.pk, "name": "Ana", "phone": "+254700000001", "access": "ppp"}
    made = program.call("POST", "accounts/", body, **{"Idempotency-Key": "one"})
    assert made.status_code == 201, made.content
    account = made.json()
    secret = account.pop("secret")
    assert program.call("POST", "accounts/", body, **{"Idempotency-Key": "one"}).json()["secret"] == secret
    path = made["Location"].removeprefix("/api/v1/")
    looked = program.call("GET", path)
    assert looked.json() == account
    assert (account["subscriber"]["name"], account["plan"]["name"], account["state"]) == (
        "Ana",
        "Home 10",
        "new",
    )
    rotated = program.call("POST", f"{path}secret/", {})
    assert rotated.json()["secret"] != secret
    with scope.inside(isp.schema_name):
        service = Service.objects.get(label="ana.home")
        assert (service.secret, Service.objects.count()) == (rotated.json()["secret"], 1)
        session = make.make_session(service=service)
    assert program.call("POST", f"{path}suspend/").json()["state"] == "suspended"
    with scope.inside(isp.schema_name):
        assert Session.objects.get(pk=session.pk).disconnect_state == "asked"
    assert program.call("POST", f"{path}resume/").json()["state"] == "new"
    assert program.call("POST", f"{path}end/").json()["state"] == "ended"
    refused = program.call("POST", f"{path}resume/")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
    with scope.inside(isp.schema_name):
        verbs = set(JournalEntry.objects.filter(actor="API: Counter script").values_list("verb", flat=True))
    assert verbs == {
        "subscriber.add", "account.open", "account.secret", "service.pause", "session.disconnect", "service.resume", "service.end",
    }  # fmt: skip
    listed = program.call("GET", "accounts/").content.decode()
    assert secret not in listed
    assert rotated.json()["secret"] not in listed


@pytest.mark.parametrize(
    ("more", "status", "field"),
    [
        ({}, 422, "subscriber"),
        ({"subscriber": 999_999}, 422, "subscriber"),
        ({"name": "Ana", "subscriber": 1}, 422, "subscriber"),
        ({"name": "Ana", "username": "-"}, 422, "username"),
        ({"name": "Ana", "phone": "x"}, 422, "phone"),
        ({"name": "Ana", "plan": 999_999}, 422, "plan"),
        ({"name": "Ana", "access": "wifi"}, 400, None),
        ({"name": "Ana", "secret": "mine"}, 400, None),
    ],
)
def test_what_will_not_do(
    token_for: Callable[..., Any], isp: Isp, more: Any, status: int, field: Any
) -> None:
    with scope.inside(isp.schema_name):
        plan = make.make_plan()
    answer = token_for(WRITES).call("POST", "accounts/", {"username": "ana", "plan": plan.pk, **more})
    assert (answer.status_code, answer.json().get("field")) == (status, field), answer.content
    with scope.inside(isp.schema_name):
        assert not Subscriber.objects.exists()
        assert not Service.objects.exists()


def test_filters(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        ana = make.make_service(
            kind="account", label="ana", access="ppp", subscriber=make.make_subscriber(name="Ana W")
        )
        beto = make.make_service(kind="account", label="beto", status="suspended")
        make.make_voucher()
    program = token_for(["subscribers:read"])
    for query, wanted in (
        ("", [beto.pk, ana.pk]),
        ("search=ana%20w", [ana.pk]),
        (f"plan={beto.plan_id}", [beto.pk]),
        (f"subscriber={ana.subscriber_id}", [ana.pk]),
        ("state=suspended", [beto.pk]),
        ("access=ppp", [ana.pk]),
    ):
        assert [row["id"] for row in program.call("GET", f"accounts/?{query}").json()["results"]] == wanted, (
            query
        )
    assert program.call("POST", "accounts/", {}).json()["code"] == "insufficient_scope"
