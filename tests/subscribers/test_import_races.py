"""Two workers at one part of an import: the second waits and finds it done; without what guards it rows would be doubled."""

from threading import Event, Thread, current_thread

from django.db import connection

from subscribers import import_running, importing
from subscribers.models import ImportFile, Subscriber
from tenants import scope
from tests.subscribers.imports import BY, NOW, checked
from tests.waiting import until

TEXT = "Name\nAna\nBeto\n"


def begun(isp):
    with scope.inside(isp.schema_name):
        return importing.start(checked(TEXT), **BY)


def asked(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def worker(isp, file, said, pids):
    def work():
        try:
            with scope.inside(isp.schema_name):
                pids.append(asked("SELECT pg_backend_pid()"))
                said.append(import_running.run_part(file.pk, now=NOW))
        finally:
            connection.close()

    return Thread(target=work)


def names(isp):
    with scope.inside(isp.schema_name):
        return sorted(Subscriber.objects.values_list("name", flat=True))


def test_the_second_worker_waits_and_finds_the_part_done(fresh_isp, monkeypatch):
    file, said, pids = begun(fresh_isp), [], []
    second, write = worker(fresh_isp, file, said, pids), import_running.import_writing.write

    def slow(*given, **named):
        second.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = ANY(%s)"
        until(lambda: asked(waiting, pids) == 1, 10)
        return write(*given, **named)

    monkeypatch.setattr(import_running.import_writing, "write", slow)
    with scope.inside(fresh_isp.schema_name):
        assert import_running.run_part(file.pk, now=NOW) is False  # it was the last part
    second.join(10)
    assert (said, names(fresh_isp)) == ([False], ["Ana", "Beto"])


def test_without_the_lock_and_the_memory_of_rows_they_would_be_doubled(fresh_isp, monkeypatch):
    file, has_read, go = begun(fresh_isp), Event(), Event()
    second = worker(fresh_isp, file, [], [])

    def unlocked(file_id):
        found = ImportFile.objects.get(pk=file_id)
        if current_thread() is second:
            has_read.set()
            go.wait(10)
        return found

    monkeypatch.setattr(import_running, "locked", unlocked)
    monkeypatch.setattr(import_running.import_world, "load", lambda *_given, **_named: None)
    second.start()
    assert has_read.wait(10)
    with scope.inside(fresh_isp.schema_name):
        import_running.run_part(file.pk, now=NOW)
    go.set()
    second.join(10)
    assert names(fresh_isp) == ["Ana", "Ana", "Beto", "Beto"]
