"""The form of own terms: what it shows first is what it reads."""

from datetime import UTC, datetime

from django.utils import timezone

from dashboard.forms_terms import TermsForm, initial
from subscribers.own_terms import OwnTerms

WHERE = {"sites": [(1, "Mall")], "routers": [(2, "Gate")]}


def test_what_is_shown_is_read_again():
    terms = OwnTerms(
        grace_seconds=0, sites=[1], routers=[2], framed_ip="10.20.0.7", delegated_ipv6_prefix="2001:db8::/56"
    )
    form = TermsForm({key: value for key, value in initial(terms).items() if value is not None}, **WHERE)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["terms"] == terms


def test_a_place_that_is_gone_is_shown_and_stays_while_it_is_ticked():
    first = initial(OwnTerms(routers=[7]))
    assert (7, "No. 7, which is gone") in TermsForm(initial=first, **WHERE).fields["routers"].choices
    form = TermsForm({"grace_seconds_unit": "days", "routers": ["7"]}, initial=first, **WHERE)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["terms"] == OwnTerms(routers=[7])
    assert not TermsForm({"grace_seconds_unit": "days", "routers": ["7"]}, **WHERE).is_valid()


def test_an_end_that_is_not_touched_keeps_its_seconds():
    ends = datetime(2026, 11, 1, 10, 0, 37, 5, tzinfo=UTC)
    form = TermsForm(
        {"grace_seconds_unit": "days", "expires_at": "2026-11-01T10:00"},
        initial=initial(OwnTerms(expires_at=ends)),
        **WHERE,
    )
    with timezone.override(UTC):
        assert form.is_valid(), form.errors
    assert form.cleaned_data["terms"].expires_at == ends
