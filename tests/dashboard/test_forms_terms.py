"""The form of own terms: what it shows first is what it reads."""

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


def test_a_place_that_is_gone_is_not_kept():
    form = TermsForm({"grace_seconds_unit": "days", "routers": ["2"]}, **WHERE)
    assert form.is_valid()
    assert form.cleaned_data["terms"] == OwnTerms(routers=[2])
