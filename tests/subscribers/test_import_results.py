"""Reads of imports: covered samples, lines by kind, rows with errors as they stood in the file."""

import pytest

from subscribers import import_results, importing
from tests.subscribers.imports import checked, received

pytestmark = pytest.mark.django_db


def test_a_sample_covers_what_may_be_a_password(inside_isp):
    file = received("Name,Secret\nAna,abc\nBeto,\n")
    assert import_results.sample(file, 5) == [["Ana", import_results.COVERED], ["Beto", ""]]
    file.pieces.all().delete()
    assert import_results.sample(file, 5) == []


def test_lines_and_wrong_rows(inside_isp, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 2)
    file = checked("Name,Email\nAna,a@x.test\n,b@x.test\nCarla,none\nDora,also none\n")
    assert [row.number for row in import_results.lines(file, "error")] == [3, 4, 5]
    assert [row.who for row in import_results.lines(file, "error", "carl")] == ["Carla"]
    assert [row.number for row in import_results.lines(file, "", "2")] == [2]
    assert list(import_results.lines(file, "kept")) == []
    wrong = list(import_results.wrong(file))
    assert [(number, cells) for number, _p, cells in wrong] == [
        (3, ["", "b@x.test"]),
        (4, ["Carla", "none"]),
        (5, ["Dora", "also none"]),
    ]
    assert wrong[0][1] == [["Name", "Give the subscriber a name."]]
    file.pieces.all().delete()
    assert [cells for _n, _p, cells in import_results.wrong(file)] == [[], [], []]
    assert list(import_results.files("PEOPLE", "checked")) == [file]
    assert list(import_results.files("", "done")) == []
