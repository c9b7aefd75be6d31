"""Services follow their subscriber by the table, and nobody switches one on while its owner is blocked."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from subscribers import accounts, lifecycle, standing
from subscribers.models import Service
from tests.factories import make_plan, make_service, make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
DO: dict[str, Any] = {"by": SYSTEM, "now": datetime(2026, 11, 22, 12, tzinfo=UTC)}


def test_a_block_holds_what_is_active_and_unblocking_gives_back_exactly_that() -> None:
    ana = make_subscriber()
    on, paused, over = (
        make_service(kind="account", subscriber=ana, status=status)
        for status in ("active", "suspended", "ended")
    )
    assert standing.preview(ana, "block").counts == {"suspended": 1}
    assert standing.act(ana, "block", why="Owes since May", **DO) == [on.pk]
    assert ana.state == "blocked"
    on.refresh_from_db()
    assert (on.status, on.held) == ("suspended", "blocked")
    with pytest.raises(Refusal) as refused:
        lifecycle.resume(on, **DO)
    assert refused.value.code == "subscriber_state"
    assert standing.act(ana, "unblock", **DO) == []
    found = dict(Service.objects.values_list("pk", "status"))
    assert found == {on.pk: "active", paused.pk: "suspended", over.pk: "ended"}
    assert not Service.objects.exclude(held="").exists()
    block, unblock = JournalEntry.objects.filter(target_kind="subscribers.subscriber").order_by("pk")
    assert (block.verb, block.facts["why"], unblock.facts["changed"]) == (
        "subscriber.block",
        "Owes since May",
        ["blocked", "active"],
    )


def test_a_lead_gets_a_service_that_waits() -> None:
    lead = make_subscriber(state="lead")
    service, _secret = accounts.open_account("lead.home", make_plan(), lead, **DO)
    assert service.status == "pending"
    standing.act(lead, "activate", **DO)
    service.refresh_from_db()
    assert service.status == "active"


@pytest.mark.parametrize("state", ["blocked", "inactive", "ended"])
def test_no_new_service_where_nothing_may_connect(state: str) -> None:
    with pytest.raises(Refusal) as refused:
        accounts.open_account("x.home", make_plan(), make_subscriber(state=state), **DO)
    assert refused.value.code == "subscriber_state"


def test_the_end_ends_everything_for_good() -> None:
    ana = make_subscriber()
    service = make_service(kind="account", subscriber=ana)
    assert standing.act(ana, "end", **DO) == [service.pk]
    service.refresh_from_db()
    assert service.status == "ended"
    with pytest.raises(Refusal):
        standing.act(ana, "activate", **DO)


def test_a_pending_service_is_switched_on_by_itself_too() -> None:
    service = make_service(kind="account", subscriber=make_subscriber(), status="pending")
    assert lifecycle.activate(service, **DO).status == "active"
