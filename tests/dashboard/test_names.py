"""Codes are covered for who may not see them, account names never are, plans are said in words."""

import pytest

from dashboard import names
from kmikro.lib import codes
from subscribers import offers
from subscribers.models import Service
from subscribers.plans import Terms

CODE = "CDFHJKMNPRT" + codes.check_character("CDFHJKMNPRT")
VOUCHER = Service(kind="voucher")
ACCOUNT = Service(kind="account")


def test_a_code_is_grouped_or_covered():
    assert names.login(CODE.lower(), VOUCHER, clear=True) == codes.shown(CODE)
    assert names.login(CODE, VOUCHER, clear=False) == codes.masked(CODE)
    assert names.login(f"{CODE[:4]} {CODE[4:]}", None, clear=False) == codes.masked(CODE)


@pytest.mark.parametrize("typo", [CODE[:-1] + "0", CODE[:-1], CODE + "X", f"{CODE[:5]}-{CODE[5:-1]}z"])
def test_a_mistyped_code_is_covered_too(typo):
    assert CODE[2:7] not in names.login(typo, None, clear=False)


@pytest.mark.parametrize("name", ["wanjiku.kamau", "bob", "AA:BB:CC:00:00:01"])
def test_other_names_stay(name):
    assert names.login(name, None, clear=False) == name


def test_accounts_stay_whatever_they_look_like():
    assert names.login("wanjikukamau", ACCOUNT, clear=False) == "wanjikukamau"


def test_sentences_lose_the_code():
    said = f"Nobody here is called “{CODE}”."
    assert names.sentence(said, CODE, None, clear=False) == f"Nobody here is called “{codes.masked(CODE)}”."
    assert names.sentence(said, CODE, None, clear=True) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (60, "1 min"),
        (5400, "90 min"),
        (3600, "1 hour"),
        (7200, "2 hours"),
        (86_400, "1 day"),
        (30 * 86_400, "30 days"),
    ],
)
def test_lengths_are_said_in_words(seconds, said):
    assert offers.span(seconds).replace("\u00a0", " ") == said


def test_offer():
    terms = Terms("x", 1, "KES", 5_000_000, 512_000, 86_400, 3 * 10**9, 7200, 2)
    said = "1 day from first use, 2 hours online, 3 GB, 5 Mbps down, 512 kbps up, 2 devices"
    assert offers.words(terms).replace("\u00a0", " ") == said
    assert offers.words(Terms("x", 1, "KES", 0, 0)) == "no speed limit"
