"""Celery's door to subscribers: imports and bulk acts, done part by part."""

from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from celery import shared_task
from django.db import DatabaseError, transaction

from subscribers import bulk, bulk_working, import_running, import_secrets, import_undoing, importing
from subscribers.import_judging import World
from subscribers.models import BulkAct, ImportFile
from tenants.tasks import each_isp, tenant_task, unit

log = structlog.get_logger("subscribers.tasks")


@tenant_task(enter=False)
def check_import(schema: str, file_id: int, attempt: int) -> None:
    """The dry run: one transaction for each part, one world for all, because rows see the rows before them."""
    world, part = World(), 1
    try:
        while True:
            with unit(schema):
                if not import_running.check_part(file_id, attempt, part, world, now=datetime.now(UTC)):
                    return
            part += 1
    except DatabaseError as error:
        log.exception("import-check-failed", file=file_id)
        with unit(schema):
            _fail(file_id, error)


@tenant_task()
def run_import(file_id: int) -> None:
    """Import one part and ask for the next: each commits by itself, so progress shows and a crash loses little."""
    if _one(file_id, lambda: import_running.run_part(file_id, now=datetime.now(UTC))):
        run_import.soon(file_id)


@tenant_task()
def undo_import(file_id: int) -> None:
    """Take some rows back and ask for the next."""
    if _one(file_id, lambda: import_undoing.undo_part(file_id, now=datetime.now(UTC))):
        undo_import.soon(file_id)


def _one(file_id: int, work: Callable[[], bool]) -> bool:
    try:
        with transaction.atomic():
            return work()
    except DatabaseError as error:
        log.exception("import-failed", file=file_id)
        _fail(file_id, error)
        return False


def _fail(file_id: int, error: Exception) -> None:
    file = ImportFile.objects.select_for_update(of=("self",)).get(pk=file_id)
    text = f"The database did not take it ({type(error).__name__}). What was done before stays."
    importing.fail(file, text, now=datetime.now(UTC))


def go_on(file: ImportFile) -> None:
    """Ask a worker for the stage that a file is in."""
    match file.state:
        case ImportFile.State.CHECKING:
            check_import.soon(file.pk, file.attempt)
        case ImportFile.State.RUNNING:
            run_import.soon(file.pk)
        case ImportFile.State.UNDOING:
            undo_import.soon(file.pk)


@tenant_task()
def run_bulk(bulk_id: int) -> None:
    """Do some rows of a bulk act and ask for the next: between them it can be stopped."""
    if _some(bulk_id, lambda: bulk_working.run_part(bulk_id, now=datetime.now(UTC))):
        run_bulk.soon(bulk_id)


@tenant_task()
def undo_bulk(bulk_id: int) -> None:
    """Undo some rows of a bulk act and ask for the next."""
    if _some(bulk_id, lambda: bulk_working.undo_part(bulk_id, now=datetime.now(UTC))):
        undo_bulk.soon(bulk_id)


def _some(bulk_id: int, work: Callable[[], bool]) -> bool:
    try:
        with transaction.atomic():
            return work()
    except DatabaseError as error:
        log.exception("bulk-failed", bulk=bulk_id)
        held = BulkAct.objects.select_for_update(of=("self",)).get(pk=bulk_id)
        text = f"The database did not take it ({type(error).__name__}). What was done before stays."
        bulk.fail(held, text, now=datetime.now(UTC))
        return False


def go_on_with(act: BulkAct) -> None:
    """Ask a worker for the stage that a bulk act is in."""
    match act.state:
        case BulkAct.State.RUNNING:
            run_bulk.soon(act.pk)
        case BulkAct.State.UNDOING:
            undo_bulk.soon(act.pk)


@tenant_task()
def forget_imports() -> int:
    """Forget what stood in files that are older than 30 days."""
    return import_secrets.forget(now=datetime.now(UTC))


@shared_task(name="subscribers.tasks.forget_imports_everywhere")
def forget_imports_everywhere() -> int:
    """Beat: every ISP."""
    return each_isp(forget_imports)
