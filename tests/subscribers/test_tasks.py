"""Workers take an import through its stages, and say so when they cannot."""

import pytest
from django.db import DatabaseError

from subscribers import bulk, import_running, importing, tasks
from subscribers.models import ImportFile, Service, Subscriber
from tenants import scope
from tests.factories import make_service
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


def test_a_bulk_act_by_workers_and_one_that_breaks(isp, worker, monkeypatch):
    monkeypatch.setattr(tasks.bulk_working, "CHUNK", 1)
    with scope.inside(isp.schema_name):
        for _ in range(3):
            make_service(kind="account")
        made = bulk.ask("suspend", {}, "accounts", Service.objects.all(), **BY)
    with worker(), scope.inside(isp.schema_name):
        tasks.go_on_with(bulk.start(made, **BY))
    with worker(), scope.inside(isp.schema_name):
        assert set(Service.objects.values_list("status", flat=True)) == {"suspended"}
        tasks.go_on_with(bulk.undo(made, **BY))

    def broken(*_given, **_named):
        raise DatabaseError("no")

    with scope.inside(isp.schema_name):
        assert set(Service.objects.values_list("status", flat=True)) == {"active"}
        made = bulk.ask("suspend", {}, "accounts", Service.objects.all(), **BY)
    monkeypatch.setattr(tasks.bulk_working, "run_part", broken)
    with worker(), scope.inside(isp.schema_name):
        tasks.go_on_with(bulk.start(made, **BY))
    with scope.inside(isp.schema_name):
        made.refresh_from_db()
        assert (made.state, made.stage) == ("failed", "running")
