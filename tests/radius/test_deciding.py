"""A name is looked up in the space it belongs to, and a refusal is softened only as the ISP says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from radius.deciding import decide
from radius.events import Accept, Reject
from radius.ports import Unavailable
from radius.terms import PLAIN, Fallback
from tests.radius.fakes import World, facts
from tests.radius.test_policy import NOW, request


def test_a_refusal_stays_one_where_the_isp_gives_nothing() -> None:
    world = World(people={b"nemo": facts(status="suspended")})
    assert isinstance(decide(world, request(), NOW), Reject)
    world.house = {"suspended": Fallback("suspended", 64_000, 64_000, PLAIN, 120)}
    verdict = decide(world, request(), NOW)
    assert isinstance(verdict, Accept)
    assert verdict.session_timeout == 120


def test_a_router_login_never_finds_a_subscriber_of_that_name() -> None:
    asked = replace(request(), service_type=6)
    assert decide(World(), asked, NOW).trace[-1].code == "unknown_user"
    world = World(people={b"\0login\0nemo": facts(kind="login", service_id=0, group="full")})
    assert isinstance(decide(world, asked, NOW), Accept)
    assert decide(world, request(), NOW).trace[-1].code == "unknown_user"


def test_doubt_is_not_decided() -> None:
    with pytest.raises(Unavailable):
        decide(World(down=True), request(), NOW)
