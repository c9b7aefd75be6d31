"""A restore adds what is missing; it changes nothing, removes nothing, and never writes a mask."""

from hypothesis import given
from hypothesis import strategies as st

from routers import allowed, exports, restoring

POOL = "/ip/pool"
ROWS = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from("abcdef"), "ranges": st.sampled_from("12")}),
    unique_by=lambda row: row["name"],
)


def steps_of(saved: exports.Rows, there: exports.Rows) -> list[restoring.Step]:
    return restoring.plan({POOL: saved}, {POOL: there}, (POOL,))


@given(ROWS, ROWS)
def test_after_a_restore_nothing_is_missing(saved: exports.Rows, there: exports.Rows) -> None:
    adds = [dict(step.values) for step in steps_of(saved, there) if step.do == "add"]
    after = [*there, *adds]
    assert {row["name"] for row in after} == {row["name"] for row in [*saved, *there]}
    assert all(step.do != "add" for step in steps_of(saved, after))
    assert restoring.digest(steps_of(saved, there)) == restoring.digest(steps_of(saved, there))


def test_sentences() -> None:
    saved = [{"name": "a", "ranges": "1"}, {"name": "b", "ranges": "1"}, {"name": "kmikro-pool"}]
    steps = steps_of(saved, [{"name": "b", "ranges": "2"}])
    assert [(step.do, step.text) for step in steps] == [
        ("add", "/ip/pool a: will be added."),
        ("differs", "/ip/pool b: is there with another ranges; left as it is."),
    ]
    users = restoring.plan(
        {"/ip/hotspot/user": [{"name": "u", "password": exports.MASK}]}, {}, ("/ip/hotspot/user",)
    )
    assert [(step.do, dict(step.values)) for step in users] == [("skip", {})]
    assert "by hand" in users[0].text


def test_only_chosen_menus_and_at_most_so_many() -> None:
    many = [{"name": f"p{n}"} for n in range(restoring.MOST + 3)]
    steps = steps_of(many, [])
    assert sum(step.do == "add" for step in steps) == restoring.MOST
    assert steps[-1].do == "skip"
    assert restoring.plan({POOL: many}, {}, ()) == []
    assert restoring.plan({"/ip/route": many}, {}, ("/ip/route",)) == []


def test_what_a_restore_sends_is_on_the_short_list() -> None:
    assert all(allowed.is_allowed(f"{path}/add") for path in restoring.KEYS)
    assert not allowed.is_allowed("/ip/route/add")
    assert not allowed.is_allowed("/user/add")
