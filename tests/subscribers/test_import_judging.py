"""Rows find who they are about by the rule that was picked, see the rows before them, and change nothing twice."""

from dataclasses import replace

import pytest

from subscribers.import_columns import OwnField, Rules
from subscribers.import_judging import Kind, Person, World, judge
from subscribers.import_values import Account, Problem, Row

RULES = Rules()
PHONE = ("0722 000 001", "254722000001", "")


def row(digest="d", number="", name="Ana", username="", plan=5, password="", **more):
    account = Account(username, password, plan, **more.pop("account", {})) if username else None
    return Row(
        digest, number, {"name": name, **more.pop("values", {})} if name else {}, account=account, **more
    )


@pytest.fixture
def ana():
    return Person(
        1, "77", "active", {"name": "Ana", "address": "", "tags": ["old"]}, {"254722000001"}, {"a@x.test"}
    )


@pytest.fixture
def world(ana):
    return World(numbers={"77": ana}, users={"ana.home": ana, "alone": None}, phones={"254722000001": [ana]},
                 macs={"AA:BB:CC:00:00:01": "till"}, addresses={"10.0.0.9": "till"})  # fmt: skip


def test_what_is_wrong_already_is_an_error(world):
    bad = row(problems=[Problem("Name", "No.")])
    assert judge(2, bad, world, RULES).kind == Kind.ERROR


def test_new_and_then_known_to_the_rows_that_follow(world):
    first = judge(2, row("a", "90", "Beto", "beto.home", phones=[PHONE]), world, RULES)
    assert (first.kind, first.opens, first.person.account_number) == (Kind.NEW, True, "90")
    second = judge(3, row("b", "90", "Beto", "beto.shop"), world, RULES)
    assert (second.kind, second.person, second.opens) == (Kind.MERGE, first.person, True)
    again = judge(4, row("a", "90", "Beto", "beto.home", phones=[PHONE]), world, RULES)
    assert (again.kind, again.note) == (Kind.THERE, "The same as row 2.")
    taken = judge(5, row("c", "91", "Carla", "beto.home"), world, RULES)
    assert (taken.kind, taken.problems[0].column) == (Kind.ERROR, "User name")


@pytest.mark.parametrize(
    ("asked", "match", "kind"),
    [
        (row(number="77"), ("account_number",), Kind.THERE),
        (row(number="77"), ("username", "phone"), Kind.ERROR),
        (row(username="ana.home"), ("username",), Kind.THERE),
        (row(username="ana.home"), ("phone",), Kind.ERROR),
        (row(username="alone"), ("username",), Kind.ERROR),
        (row(number="78", username="ana.home"), ("account_number", "username"), Kind.ERROR),
        (row(phones=[PHONE]), ("phone",), Kind.THERE),
        (row(phones=[PHONE]), ("account_number",), Kind.NEW),
        (row(number="78", phones=[PHONE]), ("phone",), Kind.NEW),  # another number is somebody else
        (row(name=""), (), Kind.ERROR),
        (row(name="", username="zoe"), (), Kind.NEW),
        (row(username="zoe", plan=None), (), Kind.ERROR),
        (row(username="zoe", account={"mac": "AA:BB:CC:00:00:01"}), (), Kind.ERROR),
        (row(username="zoe", account={"framed_ip": "10.0.0.9"}), (), Kind.ERROR),
    ],
)
def test_the_rule_decides_who_is_known(world, asked, match, kind):
    assert judge(2, asked, world, replace(RULES, match=match)).kind == kind


def test_a_phone_of_several_is_not_guessed_at(world, ana):
    world.phones["254722000001"].append(Person(2, "78", "active", {"name": "Beto"}))
    verdict = judge(2, row(phones=[PHONE]), world, RULES)
    assert (verdict.kind, "Ana (77), Beto (78)" in verdict.problems[0].text) == (Kind.ERROR, True)


def test_filling_in_the_file_winning_and_leaving_alone(world, ana):
    more = {"values": {"address": "Acacia", "tags": ["new"]}, "emails": ["A@x.test", "b@x.test"]}
    filled = judge(2, row("a", "77", "Ana W", **more), world, RULES)
    assert filled.changes == {"address": ["", "Acacia"], "tags": [["old"], ["new", "old"]]}
    assert (filled.kind, filled.emails) == (Kind.MERGE, ["b@x.test"])
    wins = judge(3, row("b", "77", "Ana W", **more), world, replace(RULES, on_match="replace"))
    assert wins.changes == {"name": ["Ana", "Ana W"]}
    assert judge(4, row("c", "77", "X"), world, replace(RULES, on_match="skip")).kind == Kind.SKIP
    assert judge(5, row("d", "77", "Y"), world, RULES).kind == Kind.THERE


@pytest.mark.parametrize("state", ["blocked", "inactive", "ended"])
def test_nobody_who_is_shut_gets_a_new_account(world, ana, state):
    ana.state = state
    assert judge(2, row(number="77", username="ana.shop"), world, RULES).kind == Kind.ERROR


def test_passwords_and_own_fields_that_are_needed(world):
    strict = replace(RULES, make_passwords=False)
    assert judge(2, row("a", username="zoe"), world, strict).problems[0].column == "Password"
    assert judge(3, row("b", username="zoe", password="given-1"), world, strict).kind == Kind.NEW
    own = [OwnField("custom-7", "ID", "text", is_required=True), OwnField("custom-8", "House", "text")]
    assert judge(4, row("c", custom={"8": "Own"}), world, RULES, own).problems[0].column == "ID"
    assert judge(5, row("d"), world, RULES, own).kind == Kind.NEW
