"""Saved filters: one's own under a name, shared ones for everybody, nothing but what the list takes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.journal import SYSTEM
from kmikro.lib.refusal import Refusal
from subscribers import filters
from subscribers.models import SavedFilter

pytestmark = pytest.mark.django_db
DO: dict[str, Any] = {"by": SYSTEM, "now": datetime(2026, 11, 22, 12, tzinfo=UTC)}


def test_own_and_shared(people: dict[str, Any]) -> None:
    owner, support = people["owner"], people["support"]
    mine = filters.save(" Fibre ", {"tag": "fibre", "page": "9", "q": ""}, owner=owner, is_shared=False, **DO)
    assert (mine.name, mine.chosen) == ("Fibre", {"tag": "fibre"})
    assert list(filters.seen_by(support)) == []
    again = filters.save("Fibre", {"state": "blocked"}, owner=owner, is_shared=True, **DO)
    assert (again.pk, SavedFilter.objects.count()) == (mine.pk, 1)
    assert [each.chosen for each in filters.seen_by(support)] == [{"state": "blocked"}]
    filters.remove(again, **DO)
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("name", "chosen"), [("", {"tag": "x"}), ("x" * 61, {"tag": "x"}), ("Nothing", {"page": "2"})]
)
def test_refused(people: dict[str, Any], name: str, chosen: dict[str, str]) -> None:
    with pytest.raises(Refusal):
        filters.save(name, chosen, owner=people["owner"], is_shared=False, **DO)
