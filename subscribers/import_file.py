"""A CSV file as people have it: UTF-8 with or without a mark, any of three separators, the first row names columns. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from kmikro.lib.refusal import Refusal

LARGEST = 16 * 1024 * 1024  # bytes
MOST_ROWS = 50_000
MOST_COLUMNS = 60
LONGEST_CELL = 1_000  # characters
SEPARATORS = ",;\t"
SAID = {",": "comma", ";": "semicolon", "\t": "tab"}
_MARKED = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"PK\x03\x04", "a spreadsheet file"))
_SAVE = "Save it as “CSV UTF-8” and choose it again."
# What defusedcsv puts before a cell that a spreadsheet would run; a file of errors comes back so.
_DEFUSED = ("'=", "'+", "'-", "'@", "'|", "'%")


@dataclass(frozen=True, slots=True)
class Table:
    """The names of the columns, and the rows by their number in the file; the header is row 1."""

    separator: str
    header: list[str]
    rows: list[tuple[int, list[str]]]


def read(octets: bytes) -> Table:
    """The table of a file. Raises Refusal that says what to do."""
    text = _text(octets)
    first, _end, rest = text.partition("\n")
    if first.strip().lower().removeprefix("sep=") in SEPARATORS and first.lower().startswith("sep="):
        separator, text = first.rstrip("\r")[4:5], rest  # a line for spreadsheets
    else:
        separator = _separator(text)
    records = _records(text, separator)
    header = [cell.strip() for cell in next(records, (0, []))[1]]
    while header and not header[-1]:
        header.pop()
    if not any(header):
        raise _no("The first row is empty. It has to name the columns.")
    if len(header) > MOST_COLUMNS:
        raise _no(f"There are {len(header)} columns; at most {MOST_COLUMNS} are read.")
    header = [name[:60] or f"Column {at}" for at, name in enumerate(header, 1)]
    rows = []
    for number, cells in records:
        cells = [_cell(cell, number) for cell in cells]
        while len(cells) > len(header) and not cells[-1]:
            cells.pop()
        if any(cells):
            rows.append((number, cells + [""] * (len(header) - len(cells))))
        if len(rows) > MOST_ROWS:
            raise _no(f"There are more than {MOST_ROWS:,} rows. Split the file.")
    if not rows:
        raise _no("There is no row under the names of the columns.")
    return Table(separator, header, rows)


def _text(octets: bytes) -> str:
    if len(octets) > LARGEST:
        raise _no(f"The file is larger than {LARGEST // 1024 // 1024} MB. Split it.")
    for mark, what in _MARKED:
        if octets.startswith(mark):
            raise _no(f"This is {what}. {_SAVE}")
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise _no(f"Line {line} has letters that are not UTF-8. {_SAVE}") from None
    if "\0" in text:
        raise _no(f"This is no text. {_SAVE}")
    return text


def _separator(text: str) -> str:
    """The one that cuts the first row into most columns."""
    head = text[: 64 * 1024]

    def columns(separator: str) -> int:
        try:
            return len(next(csv.reader(io.StringIO(head, newline=""), delimiter=separator), []))
        except csv.Error:
            return 0

    return max(SEPARATORS, key=columns)


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error:
            text = f"The quotes of row {number} do not match. A quote inside a quoted cell is written twice."
            raise _no(text) from None


def _cell(cell: str, number: int) -> str:
    cell = cell.strip()
    if len(cell) > LONGEST_CELL:
        raise _no(f"A cell of row {number} has more than {LONGEST_CELL:,} characters.")
    return cell[1:].replace("\\|", "|") if cell.startswith(_DEFUSED) else cell


def _no(text: str) -> Refusal:
    return Refusal("bad_file", text, field="file")
