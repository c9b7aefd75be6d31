from hypothesis import given
from hypothesis import strategies as st

from legal.compare import compare, lines

TEXT = st.lists(st.text("abc", min_size=1, max_size=4), max_size=4)


def section(number: str, title: str, paragraphs: list[str]) -> dict[str, object]:
    return {"number": number, "title": title, "paragraphs": paragraphs, "points": ["one"], "closing": []}


def test_equal_sections_are_not_changed() -> None:
    text = [section("01", "A", ["x"])]
    assert [change.changed for change in compare(text, text)] == [False]


def test_added_and_removed_sections_are_told() -> None:
    changes = compare(
        [section("01", "A", []), section("03", "C", [])],
        [section("01", "A", []), section("02", "B", ["new"])],
    )
    assert [(change.number, change.changed) for change in changes] == [
        ("01", False),
        ("02", True),
        ("03", True),
    ]
    assert {line.kind for line in changes[1].lines} == {"add"}
    assert {line.kind for line in changes[2].lines} == {"del"}


@given(TEXT, TEXT)
def test_the_marks_rebuild_both_texts(old: list[str], new: list[str]) -> None:
    left, right = section("01", "A", old), section("01", "A", new)
    (change,) = compare([left], [right])
    assert [line.text for line in change.lines if line.kind != "add"] == lines(left)
    assert [line.text for line in change.lines if line.kind != "del"] == lines(right)
