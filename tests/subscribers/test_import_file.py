"""A file is read however a spreadsheet wrote it, or refused with what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.refusal import Refusal
from subscribers import import_file


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_separators_marks_quotes_and_blank_rows(separator, mark):
    lines = ["Name|Phone|", '"Ana ""Wa""|x"|0722', "", "||", "'+Beto| 0733 |"]
    text = mark + "\r\n".join(lines).replace("|", separator)
    table = import_file.read(text.encode())
    assert (table.separator, table.header) == (separator, ["Name", "Phone"])
    assert table.rows == [(2, [f'Ana "Wa"{separator}x', "0722"]), (5, ["+Beto", "0733"])]


def test_a_line_for_spreadsheets_says_the_separator():
    table = import_file.read(b"sep=;\nName;Ref,no\nAna;1\n")
    assert (table.header, table.rows) == (["Name", "Ref,no"], [(2, ["Ana", "1"])])


def test_columns_without_a_name_get_one_and_short_rows_are_filled():
    table = import_file.read(b"Name,,Phone\nAna\n")
    assert (table.header, table.rows) == (["Name", "Column 2", "Phone"], [(2, ["Ana", "", ""])])


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"", "The first row is empty"),
        (b"Name\n\n", "no row under"),
        (b"Name\n\xff\n", "Line 2"),
        ("Name\nAna".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"Name\nA\0na", "no text"),
        (b'Name,Phone\n"Ana,1\n', "row 2"),
        (b"a," * 61 + b"a\n1\n", "62 columns"),
        (b"Name\n" + b"x" * 1001, "1,000 characters"),
        (b"Name\n" + b"x\n" * 50_001, "more than 50,000"),
        (b"x" * (16 * 1024 * 1024 + 1), "larger than 16 MB"),
    ],
)
def test_what_is_no_such_file_is_refused_with_what_to_do(octets, said):
    with pytest.raises(Refusal) as refused:
        import_file.read(octets)
    assert said in refused.value.text
    assert refused.value.field == "file"


@given(st.binary(max_size=300))
def test_no_octets_do_anything_but_be_read_or_refused(octets):
    try:
        table = import_file.read(octets)
    except Refusal:
        return
    assert all(len(cells) >= len(table.header) for _number, cells in table.rows)
