"""What changed is handed out once, some of one ISP at a time, and nothing of it is forgotten."""

from __future__ import annotations

from radius.outdated import AT_ONCE, Outdated


def test_nothing_is_wanted_at_first() -> None:
    outdated = Outdated(10)
    assert not outdated.wait(0)
    assert outdated.take() is None


def test_services_and_plans_of_an_isp_come_together_and_once() -> None:
    outdated = Outdated(10)
    for _ in range(2):
        outdated.service("a", "one")
        outdated.service("a", "two")
        outdated.plan("a", 3)
    outdated.service("b", "one")
    assert outdated.wait(0)
    assert outdated.take() == ("a", ["one", "two"], {3})
    assert outdated.take() == ("b", ["one"], set())
    assert outdated.take() is None
    assert not outdated.wait(0)


def test_isps_take_turns_when_one_has_much() -> None:
    outdated = Outdated(10_000)
    names = [str(number) for number in range(2 * AT_ONCE + 1)]
    for name in names:
        outdated.service("a", name)
    outdated.service("b", "one")
    taken = [outdated.take() for _ in range(4)]
    assert [each and each[0] for each in taken] == ["a", "b", "a", "a"]
    assert [name for each in taken if each and each[0] == "a" for name in each[1]] == names


def test_it_is_bounded() -> None:
    outdated = Outdated(2)
    for number in range(9):
        outdated.service("a", str(number))
    assert outdated.take() == ("a", ["0", "1"], set())


def test_clearing_forgets_all() -> None:
    outdated = Outdated(10)
    outdated.plan("a", 3)
    outdated.clear()
    assert outdated.take() is None
