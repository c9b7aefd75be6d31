"""An account gets another plan and keeps its end."""

import pytest

from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from subscribers import plan_moves
from tests.factories import make_plan, make_service, make_voucher
from tests.subscribers.imports import BY, NOW

pytestmark = pytest.mark.django_db


def test_a_plan_is_changed_once_and_journalled(inside_isp):
    old, new = make_plan(name="Home 10"), make_plan(name="Home 20")
    service = make_service(kind="account", plan=old, expires_at=NOW)
    for _ in range(2):
        plan_moves.move(service, new, **BY)
    service.refresh_from_db()
    assert (service.plan, service.expires_at) == (new, NOW)
    assert JournalEntry.objects.get(verb="account.plan").facts == {
        "changed": ["Home 10", "Home 20"],
        "plan": new.pk,
    }


def test_what_cannot_be(inside_isp):
    plan = make_plan()
    for service, target in (
        (make_voucher().service, plan),
        (make_service(kind="account", status="ended"), plan),
        (make_service(kind="account"), make_plan(is_archived=True)),
    ):
        with pytest.raises(Refusal):
            plan_moves.move(service, target, **BY)
