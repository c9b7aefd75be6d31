"""Services move only along their life, and every move is journalled once."""

from datetime import UTC, datetime

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from subscribers import lifecycle
from tests.factories import make_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
VERBS = {
    "suspend": lifecycle.suspend,
    "resume": lifecycle.resume,
    "end": lifecycle.end,
    "void": lifecycle.void,
}
ALLOWED = {
    ("active", "suspend"): "suspended",
    ("suspended", "resume"): "active",
    ("active", "end"): "ended",
    ("suspended", "end"): "ended",
    ("active", "void"): "void",
    ("suspended", "void"): "void",
}
TARGET = {"suspend": "suspended", "resume": "active", "end": "ended", "void": "void"}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", ["active", "suspended", "ended", "void"])
def test_every_move(state, verb):
    service = make_service(status=state)
    if (state, verb) in ALLOWED:
        assert VERBS[verb](service, by=SYSTEM, now=NOW).status == ALLOWED[state, verb]
        assert JournalEntry.objects.count() == 1
    elif TARGET[verb] == state:
        VERBS[verb](service, by=SYSTEM, now=NOW)
        assert not JournalEntry.objects.exists()
    else:
        with pytest.raises(Refusal):
            VERBS[verb](service, by=SYSTEM, now=NOW)
    service.refresh_from_db()
    assert service.status == ALLOWED.get((state, verb), state)
