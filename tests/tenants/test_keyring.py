"""Data keys: made once, wrapped, renewed beside running work, and retired when nothing needs them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from kmikro.lib.secrets import Undecryptable, seal
from subscribers.models import Service
from tenants import keyring, rotation, scope
from tenants.keyring import FRESH, LiveKeyring
from tenants.models import Isp, TenantKey
from tests.factories import make_router, make_service, make_voucher

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh_ring() -> Iterator[None]:
    """What a test made is rolled back, so the process must not remember it."""
    keyring.RING.forget()
    yield
    keyring.RING.forget()


def fill(isp: Isp, count: int) -> None:
    with scope.inside(isp.schema_name):
        router = make_router()
        for number in range(count):
            make_service(code=f"a{number}", kind="account", secret=f"secret-{number}")
        make_voucher(code="CDFHJKMNPRTV")
        make_service()  # a voucher without any secret
        router.enrolment_sealed = "token"
        router.save()


def texts(isp: Isp) -> set[str]:
    with scope.inside(isp.schema_name), connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM subscribers_service WHERE secret <> ''")
        return {row[0] for row in cursor.fetchall()}


def secrets_of(isp: Isp) -> list[str]:
    with scope.inside(isp.schema_name):
        return [each.secret for each in Service.objects.filter(kind="account").order_by("id")]


def test_every_tenant_has_its_own_key_and_public_has_none(isp: Isp, neighbour: Isp) -> None:
    ring = LiveKeyring()
    mine, theirs = ring.newest(isp.schema_name), ring.newest(neighbour.schema_name)
    assert mine is not None
    assert theirs is not None
    assert (mine[0], theirs[0], len(mine[1])) == (1, 1, 32)
    assert mine[1] != theirs[1]
    assert ring.newest("public") is None
    assert ring.newest("t_aaaaaaaaaaaa") is None
    assert ring.numbered(isp.schema_name, 99) is None


def test_a_wrapped_key_of_another_tenant_or_number_opens_nothing(isp: Isp, neighbour: Isp) -> None:
    theirs = TenantKey.objects.get(schema=neighbour.schema_name)
    TenantKey.objects.filter(schema=isp.schema_name).update(wrapped=theirs.wrapped)
    with pytest.raises(Undecryptable):
        LiveKeyring().newest(isp.schema_name)


def test_keys_are_ensured_once(isp: Isp) -> None:
    keyring.ensure_keys([isp.schema_name], now=NOW)
    assert TenantKey.objects.filter(schema=isp.schema_name).count() == 1


def test_another_process_hears_of_a_new_key_soon(isp: Isp) -> None:
    now = [100.0]
    ring = LiveKeyring(lambda: now[0])
    before = ring.newest(isp.schema_name)
    assert keyring.make_key(isp.schema_name, now=NOW) == 2
    assert ring.newest(isp.schema_name) == before
    now[0] += FRESH + 0.1
    found = ring.newest(isp.schema_name)
    assert found is not None
    assert found[0] == 2
    assert before is not None
    assert ring.numbered(isp.schema_name, 1) == before[1]


def test_rotation_seals_everything_anew_in_batches(
    isp: Isp, neighbour: Isp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 3)
    fill(isp, 8)
    fill(neighbour, 1)
    before, theirs = secrets_of(isp), texts(neighbour)
    number = keyring.make_key(isp.schema_name, now=NOW)
    assert rotation.left(isp.schema_name, number) == 12  # 8 accounts, 1 code, 3 of the router
    report = rotation.reseal(isp.schema_name, number)
    assert (report.resealed, report.unreadable) == (12, 0)
    assert rotation.left(isp.schema_name, number) == 0
    assert rotation.reseal(isp.schema_name, number).resealed == 0
    assert secrets_of(isp) == before
    assert all(each.startswith("k1:2:") for each in texts(isp))
    assert texts(neighbour) == theirs
    assert keyring.retire(isp.schema_name, number, now=NOW) == 1
    assert TenantKey.objects.get(schema=neighbour.schema_name).retired_at is None
    assert secrets_of(isp) == before


def test_rotation_takes_up_old_forms_and_passes_by_what_no_key_opens(isp: Isp) -> None:
    fill(isp, 2)
    schema = isp.schema_name
    old = seal(b"from-before", bound_to=f"{schema}|subscribers.service|secret")
    with scope.inside(schema), connection.cursor() as cursor:
        cursor.execute("UPDATE subscribers_service SET secret = %s WHERE label = (SELECT min(label) FROM "
                       "subscribers_service WHERE kind = 'account')", [old])  # fmt: skip
        cursor.execute("UPDATE subscribers_service SET secret = 'k1:1:' || repeat('A', 80) WHERE label = "
                       "(SELECT max(label) FROM subscribers_service WHERE kind = 'account')")  # fmt: skip
    number = keyring.make_key(schema, now=NOW)
    report = rotation.reseal(schema, number)
    assert report.unreadable == 1
    assert rotation.left(schema, number) == 1
    with scope.inside(schema):
        kept = Service.objects.filter(kind="account").order_by("label")
        assert kept[0].secret == "from-before"


def test_keys_follow_the_key_of_the_service(isp: Isp) -> None:
    fill(isp, 1)
    before = secrets_of(isp)
    with override_settings(SECRET_KEY="n" * 50, SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        keyring.RING.forget()
        assert secrets_of(isp) == before
        keyring.rewrap(isp.schema_name)
    with override_settings(SECRET_KEY="n" * 50, SECRET_KEY_FALLBACKS=[]):
        keyring.RING.forget()
        assert secrets_of(isp) == before


def test_the_command_rotates_one_isp(isp: Isp, neighbour: Isp, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(isp, 2)
    before, said = secrets_of(isp), StringIO()
    slept: list[float] = []
    monkeypatch.setattr("tenants.management.commands.rotate_keys.time.sleep", slept.append)
    call_command("rotate_keys", "--isp", isp.slug, stdout=said)
    assert said.getvalue() == f"{isp.slug}: key 2 seals everything; 1 older key(s) retired\n"
    assert slept and slept[0] > FRESH
    assert secrets_of(isp) == before
    assert TenantKey.objects.filter(schema=neighbour.schema_name).count() == 1
    with pytest.raises(CommandError):
        call_command("rotate_keys", "--isp", "nobody")


def test_rotation_beside_running_work_loses_nothing(fresh_isp: Isp) -> None:
    """Real commits: one thread keeps changing secrets while the other rotates three times."""
    schema, wanted, stop = fresh_isp.schema_name, {}, threading.Event()
    with scope.inside(schema):
        ids = [make_service(code=f"a{at}", kind="account", secret="first").pk for at in range(20)]

    def work() -> None:
        turn = 0
        try:
            while not stop.is_set():
                pk, turn = ids[turn % len(ids)], turn + 1
                with scope.inside(schema):
                    held = Service.objects.select_for_update().get(pk=pk)
                    held.secret = f"changed-{turn}"
                    held.save(update_fields=["secret"])
                wanted[pk] = f"changed-{turn}"
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for _ in range(3):
            number = keyring.make_key(schema, now=NOW)
            assert rotation.reseal(schema, number).unreadable == 0
    finally:
        stop.set()
        worker.join(20)
    assert not worker.is_alive()
    assert wanted
    rotation.reseal(schema, number)
    assert rotation.left(schema, number) == 0
    with scope.inside(schema):
        found = {each.pk: each.secret for each in Service.objects.filter(pk__in=ids)}
    assert {pk: found[pk] for pk in wanted} == wanted
    TenantKey.objects.filter(schema=schema).delete()
