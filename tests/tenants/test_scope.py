import threading
from datetime import UTC, datetime

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts import journal
from accounts.models import JournalEntry, User
from tenants import scope
from tenants.models import Isp
from tests.conftest import drop_isp, make_isp


def whoami() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('search_path')")
        return cursor.fetchone()


def test_inside_takes_role_and_path_and_gives_them_back(isp: Isp) -> None:
    before = whoami()
    with scope.inside(isp.schema_name):
        assert whoami() == (isp.schema_name, isp.schema_name)
        assert User.objects.count() == 6
    assert whoami() == before


def test_the_login_role_alone_may_not_read_a_tenant(isp: Isp) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f'SELECT * FROM "{isp.schema_name}".accounts_user')


def test_a_tenant_may_not_read_its_neighbour_nor_public(isp: Isp, neighbour: Isp) -> None:
    for table in (f'"{neighbour.schema_name}".accounts_user', "public.tenants_isp", "public.accounts_user"):
        with (
            scope.inside(isp.schema_name),
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT * FROM {table}")


def test_an_error_inside_leaves_the_outer_unit_as_it_was(isp: Isp, neighbour: Isp) -> None:
    with scope.inside(isp.schema_name):
        with pytest.raises(RuntimeError), scope.outside(), transaction.atomic():
            raise RuntimeError
        assert whoami() == (isp.schema_name, isp.schema_name)
        with scope.outside():
            assert Isp.objects.count() >= 2
        assert whoami() == (isp.schema_name, isp.schema_name)


@pytest.mark.parametrize("name", ["public", "", "t_short", 't_"; DROP', "pg_catalog", "t_ABCDEFGHIJKL"])
def test_only_generated_names_are_entered(name: str) -> None:
    with pytest.raises(scope.NotInside), scope.inside(name):
        pass


def test_append_only_tables_refuse_the_tenant(inside_isp: Isp, people: dict[str, User]) -> None:
    journal.record(journal.SYSTEM, "made", people["owner"], now=datetime.now(UTC))
    for change in (
        lambda: JournalEntry.objects.all().delete(),
        lambda: JournalEntry.objects.update(verb="x"),
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            change()


def test_two_threads_in_two_tenants_do_not_mix(django_db_setup: None, django_db_blocker: object) -> None:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        isps = [make_isp("thread-one", "One"), make_isp("thread-two", "Two")]
        barrier = threading.Barrier(2)
        seen: dict[str, set[str]] = {}

        def work(isp: Isp) -> None:
            try:
                for _round in range(30):
                    with scope.inside(isp.schema_name):
                        barrier.wait(10)
                        names = set(User.objects.values_list("email", flat=True))
                        seen.setdefault(isp.slug, set()).update(name.split("@")[1] for name in names)
            finally:
                connection.close()

        try:
            threads = [threading.Thread(target=work, args=(isp,)) for isp in isps]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
            assert seen == {"thread-one": {"thread-one.test"}, "thread-two": {"thread-two.test"}}
        finally:
            for isp in isps:
                drop_isp(isp)
