from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import Error, transaction

from kmikro.lib.refusal import Refusal
from legal import consent
from legal.models import Acceptance, Version
from tenants import scope
from tenants.models import Isp

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECTIONS = [
    {"number": "01", "title": "Acceptance of Terms", "paragraphs": ["New."], "points": [], "closing": []}
]


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    consent.forget()
    yield
    consent.forget()


def publish(effective_at: datetime) -> Version:
    return consent.publish(
        "terms",
        sections=SECTIONS,
        changes=["Shorter."],
        dated=date(2026, 11, 1),
        effective_at=effective_at,
        now=NOW,
    )


def test_the_first_terms_are_there_with_their_five_sections(db: None) -> None:
    version = consent.current("terms", now=NOW)
    assert version is not None and version.number == 1
    assert version.dated == date(2025, 9, 1)
    assert [(section["number"], section["title"]) for section in version.sections] == [
        ("01", "Acceptance of Terms"),
        ("02", "Service License"),
        ("03", "Liability & Router Configuration"),
        ("04", "Payments & Refunds"),
        ("05", "Data Privacy"),
    ]
    assert version.digest == consent.digest(version.sections)


def test_published_versions_and_acceptances_never_change(isp: Isp) -> None:
    version = publish(NOW)
    consent.accept(
        version, isp=isp, person_id=1, person="Ana", email="a@a.test", address=None, user_agent="", now=NOW
    )
    for change in (
        lambda: Version.objects.filter(pk=version.pk).update(changes=[]),
        lambda: Acceptance.objects.all().delete(),
    ):
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            change()


def test_the_same_text_is_not_published_twice(db: None) -> None:
    publish(NOW)
    with pytest.raises(Refusal, match="same as the newest"):
        publish(NOW)


def test_an_announced_version_is_newest_but_not_in_force(db: None) -> None:
    version = publish(NOW + timedelta(days=30))
    assert consent.newest("terms", now=NOW) == version
    in_force = consent.current("terms", now=NOW)
    assert in_force is not None and in_force.number == 1


def test_the_gate_opens_with_publishing_closes_at_the_date_and_goes_with_acceptance(isp: Isp) -> None:
    isp.terms_version = 1
    isp.save()
    assert consent.gate(isp, now=NOW) is None
    version = publish(NOW + timedelta(days=30))
    consent.forget()
    waits = consent.gate(isp, now=NOW)
    assert waits is not None and (waits.version, waits.closed) == (version.number, False)
    later = consent.gate(isp, now=NOW + timedelta(days=30))
    assert later is not None and later.closed
    with scope.inside(isp.schema_name):  # accepting works from inside the tenant, where the owner is
        consent.accept(
            version,
            isp=isp,
            person_id=7,
            person="Ana",
            email="a@a.test",
            address="10.0.0.1",
            user_agent="x" * 999,
            now=NOW,
        )
    isp.refresh_from_db()
    assert consent.gate(isp, now=NOW + timedelta(days=30)) is None
    (record,) = consent.acceptances(isp)
    assert (record.version_digest, record.address, len(record.user_agent)) == (
        version.digest,
        "10.0.0.1",
        300,
    )
