"""A question waits a minute, sealed, for its own ISP only, and one router is not asked without end."""

import pytest
from django.core.cache import cache

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from routers import asks
from tenants import scope
from tenants.models import Isp
from tests.factories import NOW, make_router

pytestmark = pytest.mark.django_db


def test_a_question_and_its_answer(isp: Isp, neighbour: Isp) -> None:
    with scope.inside(isp.schema_name):
        router = make_router()
        token = asks.begin(router, "look", "bridge-lan", by=SYSTEM, now=NOW)
        ask = asks.get(token)
        assert ask is not None
        assert (ask["router"], ask["what"], ask["is_done"]) == (router.pk, "look", False)
        asks.put(token, ask | {"table": "10.5.50.9"})
        stored = cache.get(f"ask:{token}")
        assert "10.5.50.9" not in stored
        assert "bridge" not in stored
        entry = JournalEntry.objects.filter(verb="router.asked").get()
        assert "bridge-lan" not in str(entry.facts)
        assert asks.get("unknown") is None
        cache.set("ask:forged", stored, 60)
        assert asks.get("forged") is None
    with scope.inside(neighbour.schema_name):
        assert asks.get(token) is None


def test_who_may_be_asked_and_how_often(inside_isp: Isp) -> None:
    with pytest.raises(Refusal, match="set up"):
        asks.begin(make_router(state="waiting"), "ping", "", by=SYSTEM, now=NOW)
    router = make_router()
    for _ in range(20):
        asks.begin(router, "ping", "1.1.1.1", by=SYSTEM, now=NOW)
    with pytest.raises(Refusal, match="Too many"):
        asks.begin(router, "ping", "1.1.1.1", by=SYSTEM, now=NOW)
    asks.begin(make_router(), "ping", "1.1.1.1", by=SYSTEM, now=NOW)
