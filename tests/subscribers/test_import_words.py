"""Cells as values: dates of several hands, phones with names, words of other systems."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from kmikro.lib.refusal import Refusal
from subscribers import import_words

NAIROBI = ZoneInfo("Africa/Nairobi")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "dates", "wanted"),
    [
        ("2027-02-01", "dmy", "2027-02-01 20:59:59"),  # the end of that day in Nairobi
        ("2027-02-01 18:30", "dmy", "2027-02-01 15:30:00"),
        ("2027-02-01T18:30:05", "dmy", "2027-02-01 15:30:05"),
        ("2027-02-01T18:30:00Z", "dmy", "2027-02-01 18:30:00"),
        ("01/02/2027", "dmy", "2027-02-01 20:59:59"),
        ("01/02/2027", "mdy", "2027-01-02 20:59:59"),
        ("1.2.27 6:05 pm", "dmy", "2027-02-01 15:05:00"),
        ("feb/01/2027 12:00:00", "dmy", "2027-02-01 09:00:00"),
        ("1 Feb 2027", "dmy", "2027-02-01 20:59:59"),
        ("01-February-2027 12:10 AM", "dmy", "2027-01-31 21:10:00"),
    ],
)
def test_moments(text, dates, wanted):
    assert f"{import_words.end_of(text, dates, NAIROBI, NOW):%Y-%m-%d %H:%M:%S}" == wanted


@pytest.mark.parametrize(
    "text", ["31/02/2027", "13/13/2027", "soon", "2027", "2099-01-01", "1970-01-01", "25:00"]
)
def test_what_is_no_end_is_refused(text):
    with pytest.raises(Refusal):
        import_words.end_of(text, "dmy", NAIROBI, NOW)


def test_for_ever():
    assert import_words.end_of("Never", "dmy", NAIROBI, NOW) is None


def test_phones_with_names_and_several_in_a_cell():
    found = import_words.phones_of("Wife: 0722 000 001; +255754000002", "KE")
    assert found == [("0722 000 001", "254722000001", "Wife"), ("+255754000002", "255754000002", "")]
    with pytest.raises(Refusal, match="shortened"):
        import_words.phones_of("2.54722E+11", "KE")
    with pytest.raises(Refusal, match="digits"):
        import_words.phones_of("call me", "KE")


def test_words():
    assert import_words.language_of("Kiswahili") == import_words.language_of("sw") == "sw"
    assert import_words.one_of("PPPoE", import_words.WAYS) == "ppp"
    assert import_words.one_of("Business", import_words.KINDS) == "company"
    assert [import_words.is_paused(text) for text in ("Active", "Disabled", "0", "expired")] == [
        False,
        True,
        True,
        False,
    ]
    for reader in (import_words.language_of, import_words.is_paused):
        with pytest.raises(Refusal):
            reader("purple")
