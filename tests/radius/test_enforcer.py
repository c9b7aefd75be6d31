"""Who is looked at when: at once for news, in time for what is due, and nobody for nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.db import OperationalError

from radius.enforcer import AT_ONCE, REST, Enforcer, News


class Looks:
    def __init__(self) -> None:
        self.now = 1000.0
        self.seen: list[tuple[str, News]] = []
        self.due: dict[str, float] = {}
        self.broken: set[str] = set()

    def __call__(self, schema: str, news: News, now: datetime) -> float | None:
        assert now == datetime.fromtimestamp(self.now, UTC)
        if schema in self.broken:
            raise OperationalError("a lock")
        self.seen.append((schema, news))
        return self.due.get(schema)

    def schemas(self) -> list[str]:
        seen, self.seen = [schema for schema, _ in self.seen], []
        return seen


@pytest.fixture
def looks() -> Looks:
    return Looks()


@pytest.fixture
def enforcer(looks: Looks) -> Enforcer:
    made = Enforcer(looks, lambda: looks.now)
    made.call_roll({"a", "b"})
    made.turn()
    looks.schemas()
    return made


def test_everybody_is_looked_at_once_and_then_nobody(looks: Looks) -> None:
    enforcer = Enforcer(looks, lambda: looks.now)
    enforcer.call_roll({"a", "b"})
    assert enforcer.turn() == 2
    assert sorted(looks.schemas()) == ["a", "b"]
    looks.now += 1e6
    assert enforcer.turn() == 0


def test_news_are_gathered_and_told_to_one_look(enforcer: Enforcer, looks: Looks) -> None:
    for payload in ("a s one", "a s two", "a p 7", "a s one"):
        enforcer.hear(payload)
    enforcer.turn()
    [(schema, news)] = looks.seen
    assert (schema, news.lookups, news.plans, news.everything) == ("a", {"one", "two"}, {7}, False)
    assert enforcer.turn() == 0


@pytest.mark.parametrize("payload", ["a s house", "a all", "a p seven", "a"])
def test_what_concerns_all_is_a_look_at_all(enforcer: Enforcer, looks: Looks, payload: str) -> None:
    enforcer.hear(payload)
    enforcer.turn()
    assert looks.seen[0][1].everything


def test_what_is_due_is_looked_at_in_time(enforcer: Enforcer, looks: Looks) -> None:
    looks.due = {"a": 1060.0}
    enforcer.hear("a s one")
    enforcer.turn()
    looks.schemas()
    looks.now = 1059.9
    assert enforcer.turn() == 0
    looks.now = 1060.0
    looks.due = {}
    assert enforcer.turn() == 1
    assert looks.schemas() == ["a"]
    assert enforcer.turn() == 0


def test_an_isp_that_does_not_answer_holds_up_no_other_and_is_looked_at_whole_later(
    enforcer: Enforcer, looks: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive = SimpleNamespace(connection=SimpleNamespace(closed=False))
    monkeypatch.setattr("radius.enforcer.connection", alive)
    looks.broken = {"a"}
    enforcer.hear("a s one")
    enforcer.hear("b s one")
    enforcer.turn()
    assert looks.schemas() == ["b"]
    looks.broken = set()
    looks.now += REST
    enforcer.turn()
    assert [(schema, news.everything) for schema, news in looks.seen] == [("a", True)]


def test_new_isps_are_looked_at_and_those_gone_are_not(enforcer: Enforcer, looks: Looks) -> None:
    enforcer.call_roll({"b", "c"})
    enforcer.turn()
    assert looks.schemas() == ["c"]
    enforcer.hear("a s one")
    enforcer.turn()
    assert looks.schemas() == []


def test_a_thousand_isps_do_not_keep_it_from_listening(looks: Looks) -> None:
    enforcer = Enforcer(looks, lambda: looks.now)
    enforcer.call_roll({str(number) for number in range(1000)})
    enforcer.turn()
    assert len(looks.seen) == AT_ONCE
