"""Columns are guessed by what other systems call them, and checked."""

import pytest

from kmikro.lib.refusal import Refusal
from subscribers import import_columns
from subscribers.import_columns import OwnField

OWN = [OwnField("custom-7", "National ID", "text")]


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (["First Name", "Last name", "MSISDN", "pppoe_user", "Profile"], ["name", "name", "phone", "username", "plan"]),
        (["username", "password", "fullname", "phonenumber", "expiration"], ["username", "password", "name", "phone", "expires"]),
        (["name", "User", "Login", "remote-address", "caller-id"], ["name", "username", "", "static_ip", "mac"]),
        (["Account No.", "E-mail", "Town", "national id", "shoe size"], ["account_number", "email", "address", "custom-7", ""]),
    ],
)  # fmt: skip
def test_names_are_guessed(header, wanted):
    assert import_columns.guess(header, OWN) == wanted


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["name"], "There are 2 columns"),
        (["name", "shoes"], "cannot be"),
        (["username", "username"], "Two columns are “User name”"),
        (["phone", "email"], "name or the user name"),
        (["name", "plan"], "“Plan” belongs to an account"),
    ],
)
def test_a_choice_that_does_not_fit_is_refused(columns, said):
    with pytest.raises(Refusal) as refused:
        import_columns.checked(columns, ["A", "B"], OWN)
    assert said in refused.value.text


def test_a_choice_that_fits_is_kept():
    assert import_columns.checked(["name", "name"], ["A", "B"]) == ["name", "name"]
    assert import_columns.checked(["username", "custom-7"], ["A", "B"], OWN) == ["username", "custom-7"]


def test_rules_are_as_usual_where_nothing_is_said_and_refused_where_they_are_none():
    rules = import_columns.rules_of({"match": ["phone", "account_number"], "on_match": "skip", "plan": 3})
    assert (rules.match, rules.on_match, rules.plan, rules.dates) == (
        ("account_number", "phone"),
        "skip",
        3,
        "dmy",
    )
    with pytest.raises(Refusal) as refused:
        import_columns.rules_of({"on_match": "delete"})
    assert refused.value.field == "on_match"


@pytest.mark.parametrize(
    ("cells", "country", "wanted"),
    [(["01/02/2027", "31/01/2027"], "US", "dmy"), (["01/31/2027"], "KE", "mdy"), (["01/02/2027"], "KE", "dmy"),
     (["01/02/2027"], "US", "mdy"), (["2027-01-31"], "", "dmy")],
)  # fmt: skip
def test_how_dates_are_written_is_seen(cells, country, wanted):
    assert import_columns.dates_of(cells, country) == wanted
