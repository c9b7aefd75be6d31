"""Two people at once: the database decides who was first, and only that one is recorded."""

from datetime import UTC, datetime, timedelta
from threading import Thread

from django.db import connection, transaction

from accounts.journal import person
from accounts.models import JournalEntry, User
from billing import vouchers
from billing.models import Voucher
from subscribers.models import Service
from tenants import scope
from tests.factories import make_voucher
from tests.waiting import until

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def asked(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def test_of_two_who_void_at_once_one_is_recorded(fresh_isp):
    with scope.inside(fresh_isp.schema_name):
        voucher = make_voucher()
        actors = {user.pk: person(user) for user in User.objects.filter(role__in=["owner", "manager"])}
    moments = {pk: NOW + timedelta(minutes=pk) for pk in actors}
    lines = []

    def void(pk):
        try:
            with scope.inside(fresh_isp.schema_name):
                seen = Voucher.objects.select_related("service").get(pk=voucher.pk)
                lines.append(asked("SELECT pg_backend_pid()"))
                vouchers.void(seen, by=actors[pk], now=moments[pk])
        finally:
            connection.close()

    threads = [Thread(target=void, args=(pk,)) for pk in actors]
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = ANY(%s)"
    with scope.inside(fresh_isp.schema_name), transaction.atomic():
        Service.objects.select_for_update().get(pk=voucher.service_id)
        for thread in threads:
            thread.start()
        until(lambda: asked(waiting, lines) == 2, 10)
    for thread in threads:
        thread.join(10)
    with scope.inside(fresh_isp.schema_name):
        voucher.refresh_from_db()
        entry = JournalEntry.objects.get(verb="service.void")
    assert (voucher.voided_by_id, voucher.voided_at) == (entry.actor_id, moments[entry.actor_id])
