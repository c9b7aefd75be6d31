"""An import is asked for step by step; what does not fit its state is refused."""

from datetime import timedelta

import pytest
from django.db import connection

from kmikro.lib.refusal import Refusal
from subscribers import custom, importing
from subscribers.models import ImportFile, ImportPart
from tests.factories import make_plan
from tests.subscribers.imports import BY, NOW, checked, imported, received

pytestmark = pytest.mark.django_db
TEXT = "Name,MSISDN,Shoes,Expires\nAna,0722000001,39,31/12/2027\n"


def test_a_file_is_guessed_and_its_words_are_sealed(inside_isp):
    file = received(TEXT, "C:\\files\\" + "x" * 200 + ".csv")
    assert (file.state, file.rows, file.parts, file.columns) == (
        "new",
        1,
        1,
        ["name", "phone", "", "expires"],
    )
    assert (file.rules["dates"], file.name.endswith(".csv"), len(file.name)) == ("dmy", True, 120)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM subscribers_importpart")
        assert "Ana" not in cursor.fetchone()[0]
    assert "Ana" in ImportPart.objects.get().content


def test_columns_are_remembered_for_the_same_header(inside_isp):
    field = custom.define("Shoes size", "text", **BY)
    first = received(TEXT)
    importing.settle(first, ["name", "phone", f"custom-{field.pk}", ""], {"on_match": "skip"}, **BY)
    again = received(TEXT.replace("Name,MSISDN", "NAME,msisdn"))
    assert (again.columns, again.rules["on_match"]) == (["name", "phone", f"custom-{field.pk}", ""], "skip")
    custom.archive(field, **BY)
    assert received(TEXT).columns[2] == ""
    assert received(TEXT.replace("Shoes", "Hats")).columns == ["name", "phone", "", "expires"]


def test_pieces_become_one_file(inside_isp):
    file = importing.receive_piece("a.csv", "Name,Pho", is_last=False, country="KE", **BY)
    with pytest.raises(Refusal) as refused:
        importing.add_piece(file, 3, "x", is_last=False, **BY)
    assert "Piece 2" in refused.value.text
    importing.add_piece(file, 2, "ne\nAna,07", is_last=False, **BY)
    file = importing.add_piece(file, 3, "22000001\n", is_last=True, **BY)
    assert (file.state, file.header, file.rows) == ("new", ["Name", "Phone"], 1)
    with pytest.raises(Refusal):
        importing.add_piece(file, 4, "x", is_last=True, **BY)


def test_settling_refuses_what_there_is_not(inside_isp):
    file = received(TEXT)
    archived = make_plan(is_archived=True)
    for columns, rules, field in (
        (["name"], {}, "columns"),
        (["name", "phone", "custom-1", ""], {}, "columns"),
        (["name", "phone", "", ""], {"plan": archived.pk}, "plan"),
        (["name", "phone", "", ""], {"state": "ended"}, "state"),
    ):
        with pytest.raises(Refusal) as refused:
            importing.settle(file, columns, rules, **BY)
        assert refused.value.field == field


def test_each_act_has_its_states(inside_isp):
    file = received(TEXT)
    for act in (importing.start, importing.stop, importing.undo, importing.go_on):
        with pytest.raises(Refusal):
            act(file, **BY)
    done = imported("Name\nAna\n")
    for act in (importing.start, importing.stop, importing.go_on, importing.discard):
        with pytest.raises(Refusal):
            act(done, **BY)
    with pytest.raises(Refusal):
        importing.settle(done, ["name"], {}, **BY)


def test_one_import_runs_at_a_time_and_nothing_starts_for_nothing(inside_isp):
    first, second = checked("Name\nAna\n"), checked("Name\nBeto\n")
    importing.start(first, **BY)
    with pytest.raises(Refusal, match="being imported"):
        importing.start(second, **BY)
    with pytest.raises(Refusal, match="No row"):
        importing.start(checked("Name,Email\nAna,none\n"), **BY)


def test_a_lost_worker_is_replaced_after_a_while_and_not_before(inside_isp):
    file = importing.start(checked("Name\nAna\n"), **BY)
    with pytest.raises(Refusal):
        importing.go_on(file, **BY)
    later = {**BY, "now": NOW + importing.SILENT}
    assert importing.go_on(file, **later).state == "running"
    assert importing.stop(file, **BY).state == "stopped"
    assert importing.go_on(file, **BY).state == "running"
    file.refresh_from_db()
    importing.fail(file, "x" * 300, now=NOW)
    assert (file.state, file.stage) == ("failed", "running")
    assert importing.go_on(file, **BY).state == "running"


def test_what_was_forgotten_is_not_taken_up(inside_isp):
    file = checked("Name\nAna\n")
    file.pieces.all().delete()
    for act in (importing.start, importing.go_on):
        with pytest.raises(Refusal):
            act(file, **{**BY, "now": NOW + timedelta(days=40)})


def test_a_file_is_thrown_away(inside_isp):
    importing.discard(checked("Name\nAna\n"), **BY)
    assert not ImportFile.objects.exists()
    assert not ImportPart.objects.exists()
