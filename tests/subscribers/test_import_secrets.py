"""Passwords that were made are told once; what stood in files is forgotten after a month."""

from datetime import timedelta

import pytest

from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from subscribers import import_secrets
from subscribers.models import ImportFile, ImportPart, ImportRow, Service
from tests.factories import make_plan
from tests.subscribers.imports import BY, NOW, checked, imported

pytestmark = pytest.mark.django_db
TEXT = "Account,Name,User,Password\n91,Ana,ana.home,\n92,Beto,beto.home,given-1\n"


def test_made_passwords_are_told_once_and_given_ones_never(inside_isp):
    plan = make_plan()
    file = imported(TEXT, plan=plan.pk)
    assert import_secrets.take(file, **BY) == [
        ("91", "Ana", "ana.home", Service.objects.get(label="ana.home").secret)
    ]
    with pytest.raises(Refusal, match="K-Mikro took them"):
        import_secrets.take(file, **BY)
    assert JournalEntry.objects.get(verb="import.secrets").facts == {"accounts": 1}


def test_there_is_nothing_to_tell_before_and_without(inside_isp):
    plan = make_plan()
    with pytest.raises(Refusal):
        import_secrets.take(checked(TEXT, plan=plan.pk), **BY)
    with pytest.raises(Refusal, match="made no password"):
        import_secrets.take(imported("Name\nAna\n"), **BY)


def test_files_are_forgotten_after_a_month_and_what_became_of_rows_stays(inside_isp):
    done, waiting = imported("Name\nAna\n"), checked("Name\nBeto\n")
    assert import_secrets.forget(now=NOW + timedelta(days=29)) == 0
    import_secrets.forget(now=NOW + timedelta(days=30))
    assert not ImportPart.objects.exists()
    assert list(ImportFile.objects.all()) == [done]
    assert (ImportRow.objects.get().file, waiting.pk) == (done, waiting.pk)
