"""The language of an ISP's customers: settled inside the tenant, told to RADIUS at once."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from tenants import scope, workspace
from tenants.models import Isp

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_settled_and_written_down(inside_isp: Isp) -> None:
    for _twice in range(2):
        workspace.answer_in(inside_isp, "sw", by=SYSTEM, now=NOW)
    with pytest.raises(Refusal) as refused:
        workspace.answer_in(inside_isp, "de", by=SYSTEM, now=NOW)
    assert refused.value.field == "language"
    [entry] = JournalEntry.objects.filter(verb="workspace.language")
    assert entry.facts == {"changed": ["en", "sw"]}
    with scope.outside():
        assert Isp.objects.get(pk=inside_isp.pk).language == "sw"


def test_radius_is_told(fresh_isp: Isp, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        connection.ensure_connection()
        line: Any = connection.connection
        with connection.cursor() as cursor:
            cursor.execute("LISTEN kmikro_nas")
        Isp.objects.filter(pk=fresh_isp.pk).update(progress=50)
        line.poll()
        assert line.notifies == []
        with scope.inside(fresh_isp.schema_name):
            workspace.answer_in(fresh_isp, "fr", by=SYSTEM, now=NOW)
        line.poll()
        told = [each.channel for each in line.notifies]
        line.notifies.clear()
        with connection.cursor() as cursor:
            cursor.execute("UNLISTEN *")
    assert told == ["kmikro_nas"]
