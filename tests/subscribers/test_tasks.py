"""Workers take an import through its stages, and say so when they cannot."""

import pytest
from django.db import DatabaseError

from subscribers import import_running, importing, tasks
from subscribers.models import ImportFile, Subscriber
from tenants import scope
from tests.subscribers.imports import BY, received

TEXT = "Name,Phone\nAna,0722000001\nBeto,0722000002\n"


def stage(isp, worker, act, pk):
    with worker(), scope.inside(isp.schema_name):
        tasks.go_on(act(ImportFile.objects.get(pk=pk), **BY))
    with scope.inside(isp.schema_name):
        return ImportFile.objects.get(pk=pk).state


def test_from_the_file_to_the_undo(isp, worker, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 1)
    with scope.inside(isp.schema_name):
        file = received(TEXT)
    assert (
        stage(isp, worker, lambda file, **by: importing.settle(file, file.columns, file.rules, **by), file.pk)
        == "checked"
    )
    assert stage(isp, worker, importing.start, file.pk) == "done"
    with scope.inside(isp.schema_name):
        assert Subscriber.objects.count() == 2
    assert stage(isp, worker, importing.undo, file.pk) == "undone"
    with scope.inside(isp.schema_name):
        assert not Subscriber.objects.exists()
        assert tasks.import_secrets.forget(now=BY["now"]) == 0


@pytest.mark.parametrize("of", ["check_part", "run_part"])
def test_a_database_that_refuses_is_told(isp, worker, monkeypatch, of):
    with scope.inside(isp.schema_name):
        file = received(TEXT)

    def settle(file, **by):
        return importing.settle(file, file.columns, file.rules, **by)

    def broken(*_given, **_named):
        raise DatabaseError("no")

    if of == "run_part":
        stage(isp, worker, settle, file.pk)
    monkeypatch.setattr(import_running, of, broken)
    act = settle if of == "check_part" else importing.start
    assert stage(isp, worker, act, file.pk) == "failed"
    with scope.inside(isp.schema_name):
        held = ImportFile.objects.get(pk=file.pk)
        assert "DatabaseError" in held.state_text
    monkeypatch.undo()
    assert stage(isp, worker, importing.go_on, file.pk) == ("checked" if of == "check_part" else "done")
