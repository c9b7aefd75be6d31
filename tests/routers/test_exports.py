"""The text of a configuration changes only when the configuration does, and holds no secret."""

from hypothesis import given
from hypothesis import strategies as st

from routers import exports

ROW = {
    ".id": "*1",
    "name": "x y",
    "password": "hunter2",
    "wpa-pre-shared-secret": "s",
    "disabled": "false",
    "bytes": "1/2",
    "rx-byte": "7",
    "running": "true",
    "comment": 'say "hi"',
    "last-seen": "1s",
    "running-for": "",
}


def test_states_and_secrets_stay_out() -> None:
    (row,) = exports.cleaned("/ppp/secret", [ROW, {"name": "d", "dynamic": "true"}, {".id": "*9"}])
    assert row == {
        "comment": 'say "hi"',
        "name": "x y",
        "password": "*****",
        "wpa-pre-shared-secret": "*****",
    }
    text = exports.text_of({"/ppp/secret": [row]}, {"/user": "our user may not read it"})
    assert text == (
        '/ppp/secret\n  comment="say \\"hi\\"" name="x y" password=***** wpa-pre-shared-secret=*****\n'
        "# /user: our user may not read it\n"
    )
    assert "hunter2" not in text


def test_order_is_kept_where_it_means_something() -> None:
    rows = [{"chain": "input", "comment": name} for name in "ba"]
    assert [row["comment"] for row in exports.cleaned("/ip/firewall/filter", rows)] == ["b", "a"]
    assert [row["comment"] for row in exports.cleaned("/ip/pool", rows)] == ["a", "b"]


@given(st.lists(st.dictionaries(st.sampled_from(["name", "comment", "ranges"]), st.text(max_size=9))))
def test_the_order_of_the_router_does_not_matter(rows: list[dict[str, str]]) -> None:
    path = "/ip/pool"
    there = exports.text_of({path: exports.cleaned(path, rows)})
    assert there == exports.text_of({path: exports.cleaned(path, reversed(rows))})
    assert exports.difference(there, there) == []


@given(st.text(), st.text())
def test_a_difference_turns_one_into_the_other(before: str, after: str) -> None:
    old, new = (each.replace("\r", "").replace("\n", " ") for each in (before, after))
    first, second = f"/a\n  x={old!r}\n  same\n", f"/a\n  x={new!r}\n  same\n"
    lines = exports.difference(first, second)
    assert exports.counts(lines) == ((1, 1) if first != second else (0, 0))


def test_a_change_is_told_under_its_menu() -> None:
    before = exports.text_of({"/ip/pool": [{"name": "a"}], "/radius": [{"address": "1"}]})
    after = exports.text_of({"/ip/pool": [{"name": "a"}], "/radius": [{"address": "2"}]})
    lines = exports.difference(before, after)
    assert [(line.sign, line.text) for line in lines if line.sign != " "] == [
        ("@", "/ip/pool"),
        ("-", "  address=1"),
        ("+", "  address=2"),
    ]
    assert exports.digest(before) != exports.digest(after)
    assert exports.difference("", after)[0].text == "/ip/pool"


def test_hidden_signs_and_undecodable_octets_are_visible() -> None:
    assert exports.printable("a\u202eb\udcff\0\x1b") == "a\\u202Eb\\xff\\00\\u001B"


def test_a_huge_configuration_is_cut_and_says_so() -> None:
    text = exports.text_of({"/ip/pool": [{"name": "x" * 1000} for _ in range(1100)]})
    assert len(text) < exports.LONGEST + 100
    assert text.endswith("the rest is not kept.\n")
