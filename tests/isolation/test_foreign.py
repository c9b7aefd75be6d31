"""What only the neighbour has is, for this ISP, what never existed: the same status and the same bytes."""

import pytest
from django.db import connection

from tests.isolation import oracle
from tests.isolation.canaries import found
from tests.isolation.planting import tenant_models
from tests.isolation.principals import OWNER, TOKENS
from tests.isolation.visits import Principal, ask, calls
from tests.isolation.world import World

EVERYTHING = next(each for each in TOKENS if each.name == "token: all")


@pytest.mark.parametrize("principal", [OWNER, EVERYTHING], ids=lambda principal: principal.name)
def test_what_only_the_neighbour_has_is_like_what_never_was(principal: Principal, world: World) -> None:
    client, methods = principal.client(world), ("GET", "POST", "PATCH", "DELETE")
    theirs = calls("tenant", world.a, methods, whose="foreign", other=world.b)
    nobodys = calls("tenant", world.a, methods, whose="unknown")
    problems, compared = [], 0
    for foreign, unknown in zip(theirs, nobodys, strict=True):
        if foreign.method not in foreign.line.statuses or foreign.line.is_api != (principal is EVERYTHING):
            continue
        compared += 1
        answers = []
        for call in (foreign, unknown):
            watch = oracle.Watch(world.a, [world.b])
            with oracle.undone(), connection.execute_wrapper(watch):
                response = ask(client, call)
            answers.append(oracle.normal(response, call.address, *call.parts.values()))
            problems += [f"{call.method} {call.address}: {text}" for text in watch.problems]
            if found(response.content, "B"):
                problems.append(f"{call.method} {call.address} shows {found(response.content, 'B')}")
            if "pk" in call.parts and response.status_code != 404:
                problems.append(f"{call.method} {call.address}: {response.status_code} instead of 404")
        if answers[0] != answers[1]:
            problems.append(f"{foreign.method} {foreign.address} differs from {unknown.address}: {answers}")
    assert not problems, "\n".join(problems[:40])
    assert compared >= 10


def test_the_neighbour_really_has_it(world: World) -> None:
    """The control of the test above: at home every one of those addresses is something."""
    client, empty = OWNER.client(world), []
    client.defaults["HTTP_HOST"] = world.b.host
    for call in calls("tenant", world.b, ("GET",), whose="own"):
        if "pk" not in call.parts or call.line.is_api or "GET" not in call.line.statuses:
            continue
        with oracle.undone():
            if ask(client, call).status_code == 404:
                empty.append(call.address)
    assert not empty


def test_the_search_for_canaries_finds_them(world: World) -> None:
    """The control of all walks: an owner's own pages are full of that ISP's canaries, from most of the models."""
    client, seen = OWNER.client(world), set()
    for call in calls("tenant", world.a, ("GET",)):
        with oracle.undone():
            seen |= set(found(ask(client, call).content, "A"))
    shown = {
        model._meta.label
        for model in tenant_models()
        if any(f"CANARYA{model._meta.label}".upper().replace(".", "") in mark for mark in seen)
    }
    expected = {
        "accounts.User", "accounts.ApiToken", "accounts.Invitation", "billing.Batch", "radius.AuthAttempt", "radius.Session",
        "routers.Router", "routers.SyncRun", "subscribers.Plan", "subscribers.Service", "subscribers.Site",
        "subscribers.Subscriber",
    }  # fmt: skip
    assert expected <= shown, f"no page shows {sorted(expected - shown)}: {sorted(seen)}"
