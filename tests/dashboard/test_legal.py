import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from pypdf import PdfReader

from accounts.models import JournalEntry
from legal import consent
from tenants import scope
from tenants.models import Isp
from tests.conftest import HostClient


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    consent.forget()
    yield
    consent.forget()


@pytest.fixture
def second_terms(isp: Isp) -> Isp:
    """A second version is in force and Ana's ISP has accepted only the first."""
    first = consent.current("terms", now=datetime.now(UTC))
    assert first is not None
    sections = [dict(first.sections[0], paragraphs=["Quite another text."]), *first.sections[1:]]
    now = datetime.now(UTC)
    consent.publish(
        "terms", sections=sections, changes=["Section 01 is shorter."], dated=date(2026, 11, 1),
        effective_at=now - timedelta(minutes=1), now=now,
    )  # fmt: skip
    isp.terms_version = 1
    isp.save()
    return isp


def test_terms_are_on_every_host(public: HostClient, anonymous: HostClient) -> None:
    for client in (public, anonymous):
        text = client.get("/legal/terms/").content.decode()
        for words in (
            "Return to Dashboard",
            "Legal Documentation",
            "Last updated: September 2025",
            "05",
            "Data Privacy",
        ):
            assert words in text


def test_every_fact_of_the_seed_is_said(public: HostClient) -> None:
    text = public.get("/legal/terms/").content.decode().lower()
    for fact in (
        "internet service providers", "mikrotik", "not exclusive", "reverse engineer", "cyber-attack", "white label",
        "api tunnels", "radius core instances", "firewall", "bandwidth", "third party", "monthly cycles",
        "fixed annual", "not refunded in part", "enterprise", "username", "profile", "browsing history",
    ):  # fmt: skip
        assert fact in text, fact


def test_unknown_kinds_and_numbers_are_not_found(public: HostClient) -> None:
    for path in (
        "/legal/cookies/",
        "/legal/terms/v/99/",
        "/legal/terms/diff/1/99/",
        "/legal/terms/v/99/pdf/",
    ):
        assert public.get(path).status_code == 404


def test_versions_diff_and_pdf(second_terms: Isp, public: HostClient) -> None:
    assert "Version 2" in public.get("/legal/terms/versions/").content.decode()
    difference = public.get("/legal/terms/diff/1/2/").content.decode()
    assert "Quite another text." in difference and "Service License" not in difference
    answer = public.get("/legal/terms/v/1/pdf/")
    assert answer["Content-Type"] == "application/pdf"
    pages = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert "Data Privacy" in pages and "September 2025" in pages


def test_the_owner_is_stopped_until_accepting_and_nobody_else(
    second_terms: Isp, client_for: Callable[..., HostClient]
) -> None:
    owner, support = client_for("owner"), client_for("support")
    assert owner.get("/account/").status_code == 200
    stopped = owner.get("/")
    assert (stopped.status_code, stopped["Location"]) == (302, "/legal/accept/")
    assert support.get("/").status_code == 200
    assert owner.get("/portal/").status_code != 302
    assert owner.post("/legal/accept/", {"version": "2"}).status_code == 422
    assert support.post("/legal/accept/", {"version": "2", "ok": "yes"}).status_code == 403
    assert owner.post("/legal/accept/", {"version": "2", "ok": "yes"})["Location"] == "/legal/accepted/"
    assert owner.get("/").status_code == 200
    assert "owner@ana.test" in owner.get("/legal/accepted/").content.decode()
    with scope.inside(second_terms.schema_name):
        assert JournalEntry.objects.filter(verb="accepted terms").count() == 1
