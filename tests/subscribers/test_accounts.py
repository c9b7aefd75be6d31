"""Accounts: their names, their secrets, and that nobody reads a secret from the table or the journal."""

import json
from datetime import UTC, datetime

import pytest
from django.db import connection

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from subscribers import accounts, lifecycle
from subscribers.models import Service
from tests.factories import lookup, make_plan, make_service, make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_an_account_gets_a_secret_that_only_the_caller_sees() -> None:
    ana = make_subscriber()
    service, secret = accounts.open_account(
        "Ana.Net@home", make_plan(), ana, by=SYSTEM, now=NOW, access="ppp"
    )
    assert len(secret) >= 10
    assert (service.label, service.kind, service.access, service.subscriber) == (
        "Ana.Net@home",
        "account",
        "ppp",
        ana,
    )
    assert service.lookup == lookup("Ana.Net@home")
    assert Service.objects.get(pk=service.pk).secret == secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM subscribers_service WHERE id = %s", [service.pk])
        assert secret not in cursor.fetchone()[0]
    new = accounts.rotate_secret(service, by=SYSTEM, now=NOW)
    assert new != secret
    assert Service.objects.get(pk=service.pk).secret == new
    entries = JournalEntry.objects.filter(verb__startswith="account.").order_by("id")
    assert [each.verb for each in entries] == ["account.open", "account.secret"]
    written = json.dumps([each.facts for each in entries])
    assert secret not in written
    assert new not in written


def test_secrets_are_all_different() -> None:
    assert len({accounts.new_secret() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "username",
    [
        "",
        " ",
        "a b",
        "a\0b",
        ".a",
        "a.",
        "a" * 65,
        "DOMAIN\\ana",
        "\u00e4na",
        "AA:BB:CC:DD:EE:FF",
        "aabbccddeeff",
        "CDFHJKMNPRTY",
    ],
)
def test_names_that_would_be_mistaken_are_refused(username: str) -> None:
    with pytest.raises(Refusal) as refused:
        accounts.open_account(username, make_plan(), None, by=SYSTEM, now=NOW)
    assert (refused.value.code, refused.value.field) == ("bad_username", "username")


def test_a_name_belongs_to_one_account_and_case_counts() -> None:
    plan = make_plan()
    accounts.open_account("ana", plan, None, by=SYSTEM, now=NOW)
    accounts.open_account("Ana", plan, None, by=SYSTEM, now=NOW)
    with pytest.raises(Refusal) as refused:
        accounts.open_account("ana", plan, None, by=SYSTEM, now=NOW)
    assert refused.value.code == "username_taken"


def test_an_archived_plan_takes_nobody_and_a_voucher_has_no_secret() -> None:
    with pytest.raises(Refusal) as refused:
        accounts.open_account("ana", make_plan(is_archived=True), None, by=SYSTEM, now=NOW)
    assert refused.value.code == "plan_archived"
    with pytest.raises(Refusal) as refused:
        accounts.rotate_secret(make_service(), by=SYSTEM, now=NOW)
    assert refused.value.code == "no_secret"


def test_what_is_over_gets_no_new_secret() -> None:
    service, _secret = accounts.open_account("over", make_plan(), make_subscriber(), by=SYSTEM, now=NOW)
    lifecycle.end(service, by=SYSTEM, now=NOW)
    before = Service.objects.get(pk=service.pk).secret
    with pytest.raises(Refusal, match="is ended") as refused:
        accounts.rotate_secret(service, by=SYSTEM, now=NOW)
    assert refused.value.code == "wrong_state"
    assert Service.objects.get(pk=service.pk).secret == before
