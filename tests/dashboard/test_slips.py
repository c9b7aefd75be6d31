"""What stands on a voucher is the same on every paper."""

from datetime import UTC, datetime

import pytest

from billing import papers
from billing.models import Batch
from dashboard import slips


def test_the_last_day_is_told_on_the_clock_of_the_isp(settings):
    settings.TIME_ZONE = "UTC"
    assert slips.use_by_words(Batch(use_by=datetime(2026, 12, 1, tzinfo=UTC))) == "Use by 30 Nov 2026"
    assert slips.use_by_words(Batch()) == ""


def test_as_many_on_a_page_as_the_paper_takes():
    assert [len(page) for page in slips.pages(papers.A4, list(range(25)))] == [24, 1]
    assert [len(page) for page in slips.pages(papers.PAPERS["roll58"], [1, 2, 3])] == [1, 1, 1]
    assert slips.pages(papers.A4, []) == []


@pytest.mark.parametrize("url", ["https://savanna.test/portal/", "http://savanna.test/portal/"])
def test_the_address_is_as_somebody_types_it(url):
    assert slips.shown_address(url) == "savanna.test/portal"


def test_a_design_is_filled_for_each_slip():
    listed = [slips.slip("https://savanna.test/portal/", f"12-000{at}", f"CDFHJKMN000{at}") for at in (1, 2)]
    made = slips.filled("<b>{{ code }}</b>{{ isp }}{{ qr }}{{ qr_large }}", {"isp": "A & B"}, listed)
    assert [each[:21] for each in made] == ["<b>CDFH-JKMN-0001</b>", "<b>CDFH-JKMN-0002</b>"]
    for each in made:
        assert "A &amp; B" in each
        assert each.count("<svg") == 2 and 'class="slip-qr"' in each and 'class="slip-qr-large"' in each
