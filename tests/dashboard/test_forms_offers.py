"""The form of an offer has the fields of its kind."""

import pytest

from dashboard.forms_offers import OfferForm
from routers import offers


@pytest.mark.parametrize("kind", offers.KINDS)
def test_each_kind(kind: str) -> None:
    known = offers.KINDS[kind]
    form = OfferForm({"key": "one"}, kind=known, with_key=True)
    assert list(form.fields) == ["key", *(part.name for part in known.parts)]
    assert form.is_valid()
    assert "key" not in OfferForm(kind=known, with_key=False).fields
