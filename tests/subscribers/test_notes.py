"""Notes: written with a name and a time, pinned on top."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.journal import SYSTEM
from kmikro.lib.refusal import Refusal
from subscribers import notes
from tests.factories import make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_pinned_first_then_newest() -> None:
    ana = make_subscriber()
    first = notes.write(ana, " Dog is kind \0", "installer", by=SYSTEM, now=NOW)
    second = notes.write(ana, "Two", by=SYSTEM, now=NOW + timedelta(hours=1))
    assert (first.text, first.by, list(ana.notes.all())) == ("Dog is kind", "K-Mikro", [second, first])
    notes.pin(first, True, by=SYSTEM, now=NOW)
    assert list(ana.notes.all()) == [first, second]


@pytest.mark.parametrize(
    ("text", "kind"), [("", "office"), (" \0", "office"), ("x" * 2001, "office"), ("x", "poem")]
)
def test_refused(text: str, kind: str) -> None:
    with pytest.raises(Refusal):
        notes.write(make_subscriber(), text, kind, by=SYSTEM, now=NOW)
