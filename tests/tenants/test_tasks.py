from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from tenants import scope
from tenants.models import Isp
from tenants.tasks import tenant_task

seen: list[Any] = []


@tenant_task()
def note_people(word: str) -> None:
    seen.append((word, scope.current(), sorted(User.objects.values_list("email", flat=True))[0]))


@tenant_task(enter=False)
def note_schema(schema: str) -> None:
    seen.append((schema, scope.current()))


def test_a_task_works_in_the_tenant_that_asked(inside_isp: Isp, soon: Callable[[], Any]) -> None:
    seen.clear()
    with soon():
        note_people.soon("hello")
        note_schema.soon()
    assert seen == [("hello", inside_isp.schema_name, "cashier@ana.test"), (inside_isp.schema_name, None)]


@pytest.mark.parametrize("schema", ["", "public", None, "t_x"])
def test_a_task_without_a_tenant_is_refused(db: None, schema: Any) -> None:
    with pytest.raises(scope.NotInside):
        note_people(schema, "hello")


def test_a_task_of_an_isp_that_is_gone_ends_quietly(isp: Isp) -> None:
    seen.clear()
    Isp.objects.filter(pk=isp.pk).update(state=Isp.State.FAILED)
    note_people(isp.schema_name, "hello")
    assert seen == []


def test_asking_outside_a_tenant_is_refused(db: None) -> None:
    with pytest.raises(scope.NotInside):
        note_people.soon("hello")
