"""Consents: what, which version, how and by whom; one that is taken back stays."""

from datetime import UTC, datetime

import pytest

from accounts.journal import SYSTEM, Actor
from kmikro.lib.refusal import Refusal
from subscribers import consents
from tests.factories import make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_given_and_taken_back_once() -> None:
    made = consents.give(make_subscriber(), " Terms ", version="3", how="On paper", by=SYSTEM, now=NOW)
    assert (made.what, made.version, made.how, made.withdrawn_at) == ("Terms", "3", "On paper", None)
    later = datetime(2026, 12, 1, tzinfo=UTC)
    consents.withdraw(made, by=Actor(None, "Ana"), now=later)
    consents.withdraw(made, by=SYSTEM, now=NOW)
    made.refresh_from_db()
    assert (made.withdrawn_at, made.withdrawn_by) == (later, "Ana")


@pytest.mark.parametrize(
    ("what", "version", "how"), [("", "", ""), ("x" * 81, "", ""), ("x", "v" * 41, ""), ("x", "", "h" * 81)]
)
def test_refused(what: str, version: str, how: str) -> None:
    with pytest.raises(Refusal):
        consents.give(make_subscriber(), what, version=version, how=how, by=SYSTEM, now=NOW)
