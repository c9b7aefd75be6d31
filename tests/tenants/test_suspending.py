"""Suspending an ISP: said in both journals, told to RADIUS, lifted again; by the command too."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from tenants import scope, suspending
from tenants.models import Isp

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def verbs(schema: str) -> list[str]:
    found = JournalEntry.objects.filter(verb__startswith="workspace.").order_by("id")
    public = list(found.values_list("verb", flat=True))
    with scope.inside(schema):
        assert list(found.values_list("verb", flat=True)) == public
    return public


def test_suspended_and_resumed(isp: Isp) -> None:
    held = suspending.suspend_isp(isp, " Spam \0 was sent ", by=SYSTEM, now=NOW)
    assert (held.suspended_at, held.suspended_for) == (NOW, "Spam was sent")
    assert held.state == Isp.State.ACTIVE  # everything that follows the active goes on
    with pytest.raises(Refusal, match="already"):
        suspending.suspend_isp(isp, "Again", by=SYSTEM, now=NOW)
    held = suspending.resume_isp(isp, by=SYSTEM, now=NOW)
    assert (held.suspended_at, held.suspended_for) == (None, "")
    with pytest.raises(Refusal, match="not suspended"):
        suspending.resume_isp(isp, by=SYSTEM, now=NOW)
    assert verbs(isp.schema_name) == ["workspace.suspended", "workspace.resumed"]


@pytest.mark.parametrize("reason", ["", " \0", "x" * 201])
def test_a_reason_is_demanded(isp: Isp, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        suspending.suspend_isp(isp, reason, by=SYSTEM, now=NOW)
    assert refused.value.field == "reason"


def test_a_workspace_that_is_not_open(isp: Isp) -> None:
    Isp.objects.filter(pk=isp.pk).update(state=Isp.State.FAILED)
    with pytest.raises(Refusal, match="not open"):
        suspending.suspend_isp(isp, "Abuse", by=SYSTEM, now=NOW)


def test_the_command(isp: Isp, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("suspend_isp", "ana", "--reason", "Spam was sent")
    assert Isp.objects.get(pk=isp.pk).suspended_for == "Spam was sent"
    for given, text in (
        (("ana", "--reason", "x"), "already"),
        (("nobody", "--resume"), "no ISP"),
        (("ana",), "required"),
    ):
        with pytest.raises(CommandError, match=text):
            call_command("suspend_isp", *given)
    call_command("suspend_isp", "ana", "--resume")
    assert Isp.objects.get(pk=isp.pk).suspended_at is None
    assert "lets people in again" in capsys.readouterr().out
    assert set(JournalEntry.objects.values_list("actor", flat=True)) == {"manage.py suspend_isp"}


def test_radius_is_told(fresh_isp: Isp, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        connection.ensure_connection()
        line: Any = connection.connection
        with connection.cursor() as cursor:
            cursor.execute("LISTEN kmikro_nas")
        # What the verb writes, without its journal: that one could never be taken away again.
        Isp.objects.filter(pk=fresh_isp.pk).update(suspended_at=NOW)
        line.poll()
        told = [each.channel for each in line.notifies]
        line.notifies.clear()
        with connection.cursor() as cursor:
            cursor.execute("UNLISTEN *")
    assert told == ["kmikro_nas"]
