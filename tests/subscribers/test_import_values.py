"""A row as what it asks for, with everything that is wrong with it at once."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from subscribers import import_values
from subscribers.import_columns import BY_KEY, OwnField, Rules

CONTEXT = import_values.Context(
    columns=["name", "phone", "email", "address", "site", "tags", "username", "password", "plan", "expires", "static_ip",
             "mac", "custom-7", "account_number"],
    rules=Rules(), country="KE", zone=ZoneInfo("Africa/Nairobi"), now=datetime(2026, 11, 22, tzinfo=UTC), key=b"k",
    plans={"home 10": 5}, sites={"rongai": 3}, routers={"mall": 9},
    own=[OwnField("custom-7", "House", "choice", ("Own", "Rented"))], is_email=lambda text: "@" in text,
)  # fmt: skip
GOOD = ["Ana  Wanjiku", "0722 000 001", "a@x.test; b@x.test", "Acacia Court", "RONGAI", "Fibre, north", "ana.home", "secret1",
        "Home  10", "2027-01-31", "10.20.0.7", "aa-bb-cc-00-11-22", "rented", "A-77"]  # fmt: skip


def test_a_whole_row():
    row = import_values.read(GOOD, CONTEXT)
    assert row.problems == []
    assert row.values == {
        "name": "Ana Wanjiku",
        "address": "Acacia Court",
        "site_id": 3,
        "tags": ["fibre", "north"],
    }
    assert row.phones == [("0722 000 001", "254722000001", "")]
    assert (row.emails, row.custom, row.account_number) == (["a@x.test", "b@x.test"], {"7": "Rented"}, "A-77")
    account = row.account
    assert (account.username, account.password, account.plan, account.framed_ip) == (
        "ana.home",
        "secret1",
        5,
        "10.20.0.7",
    )
    assert (account.mac, account.has_end, account.access) == ("AA:BB:CC:00:11:22", True, "any")


def test_everything_that_is_wrong_is_told_at_once():
    bad = [
        "x" * 121,
        "call me",
        "no mail",
        "",
        "Karen",
        "",
        "a b",
        "",
        "Gold",
        "soon",
        "127.0.0.1",
        "01:00:00:00:00:00",
        "Tent",
        "#",
    ]
    row = import_values.read(bad, CONTEXT)
    assert {each.column for each in row.problems} == {
        "Name", "Phone", "Email", "Site", "User name", "Plan", "Expires on", "Fixed IPv4 address", "Device that signs in by MAC",
        "House", "Account number",
    }  # fmt: skip
    assert all(each.text.endswith((".", "Rented.")) for each in row.problems)


def test_a_row_with_too_many_cells_is_not_guessed_at():
    row = import_values.read([*GOOD, "more"], CONTEXT)
    assert ("15 cells for 14 columns" in row.problems[0].text, row.account) == (True, None)


def test_several_columns_make_one_name_and_places_narrow_an_account():
    context = replace(CONTEXT, columns=["name", "name", "username", "only_site", "only_router", "status"])
    row = import_values.read(["Ana", "Wanjiku", "ana", "Rongai", "MALL", "disabled"], context)
    assert (row.values["name"], row.account.sites, row.account.routers, row.account.is_paused) == (
        "Ana Wanjiku", (3,), (9,), True,
    )  # fmt: skip


def test_digests_tell_rows_apart_by_what_is_imported_and_nothing_else():
    digest = import_values.read(GOOD, CONTEXT).digest
    assert import_values.read(list(GOOD), replace(CONTEXT, rules=Rules(plan=5))).digest == digest
    assert import_values.read([*GOOD[:-1], "A-78"], CONTEXT).digest != digest
    assert import_values.read(GOOD, replace(CONTEXT, key=b"other")).digest != digest
    narrow = replace(CONTEXT, columns=["name", *[""] * 13])
    assert (
        import_values.read(GOOD, narrow).digest
        == import_values.read(["Ana  Wanjiku", *[""] * 13], narrow).digest
    )


@given(st.lists(st.tuples(st.sampled_from(["", *BY_KEY]), st.text(max_size=40)), max_size=12))
def test_no_cells_do_anything_but_be_read_or_told(pairs):
    context = replace(CONTEXT, columns=[key for key, _cell in pairs])
    import_values.read([cell for _key, cell in pairs], context)
