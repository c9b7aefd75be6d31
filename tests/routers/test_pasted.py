"""The line that a person carries back: read with a terminal's breaks in it, and refused with the reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.refusal import Refusal
from routers import pasted

GOOD = f"{pasted.stamp('0123456789', '0123456789abcdef')}:6.49.10:HE1/x-9:8729:{'aB' * 32}:end"


def test_a_line_is_read_whole_and_with_breaks() -> None:
    for text in (GOOD, f"  {GOOD}\r\n", f"{GOOD[:40]}\n{GOOD[40:80]}\r\n  {GOOD[80:]}"):
        line = pasted.read(text)
        assert (line.router, line.block) == ("0123456789", "0123456789abcdef")
        assert (line.version, line.serial, line.port, line.pin) == ("6.49.10", "HE1/x-9", 8729, "ab" * 32)


def test_boards_without_a_serial_number_have_none() -> None:
    assert pasted.read(GOOD.replace("HE1/x-9", "")).serial == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_ours"),
        ("[admin@MikroTik] > " + GOOD, "not_ours"),
        ("kmikro:2:" + GOOD, "not_ours"),
        (GOOD[:-4], "cut_line"),
        (GOOD[:60], "cut_line"),
        (GOOD[:-4] + "0" * 400 + ":end", "cut_line"),
        (GOOD.replace("8729", "0"), "bad_line"),
        (GOOD.replace("8729", "70000"), "bad_line"),
        (GOOD.replace("aB" * 32, "aB" * 31), "bad_line"),
        (GOOD.replace("aB" * 32, ""), "bad_line"),
        (GOOD.replace("HE1", "<b>"), "bad_line"),
        (GOOD.replace("6.49.10", "6.49.10\u0661"), "bad_line"),
        (GOOD + GOOD, "bad_line"),
    ],
)
def test_anything_else_is_refused_with_the_reason(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        pasted.read(text)
    assert (refused.value.code, refused.value.field) == (code, "line")


@given(st.text(max_size=300))
def test_nothing_that_is_typed_breaks_the_reading(text: str) -> None:
    for tried in (text, GOOD[:20] + text, GOOD[:60] + text + GOOD[60:]):
        try:
            line = pasted.read(tried)
        except Refusal:
            continue
        assert len(line.pin) == 64
        assert 0 < line.port < 65536
