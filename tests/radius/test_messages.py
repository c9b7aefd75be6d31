"""Customers' sentences: every code in every language, short enough for one attribute, with nothing odd in them."""

from __future__ import annotations

import re
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from radius import fallback, messages, remedies
from radius.messages import LANGUAGES, SENTENCES, say
from subscribers.models import Language

NAIROBI = ZoneInfo("Africa/Nairobi")
AT = 1_795_352_700.0
COUNTED = {"too_many_devices"}
TIMED = {"outside_hours", "day_data_spent", "day_time_spent", "grace"}
CODES = sorted(SENTENCES["en"])


def test_every_language_that_can_be_chosen_is_spoken() -> None:
    assert set(LANGUAGES) == set(SENTENCES) == set(Language.values)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_is_said_with_the_same_fields(language: str) -> None:
    assert set(SENTENCES[language]) == set(CODES)
    for code in CODES:
        assert fields(SENTENCES[language][code]) == fields(SENTENCES["en"][code]), code


def fields(sentence: str) -> set[str]:
    """Which parts are filled in; whether 'yours' begins the sentence is the language's own affair."""
    return {name.lower() for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("kind", ["voucher", "account", "login", ""])
def test_it_fits_and_reads_well(code: str, language: str, kind: str) -> None:
    about = (1_000,) if code in COUNTED else (AT,) if code in TIMED else ()
    text = say(code, language, kind, about, NAIROBI)
    assert 0 < len(text.encode()) <= messages.LONGEST
    assert text[0].isupper()
    assert text[-1] in "."
    assert not re.search(r"[{}<>\n]|  ", text)
    assert code not in TIMED or "22/11 16:05" in text


def test_every_refusal_has_a_sentence_and_a_remedy() -> None:
    assert set(CODES) - {"grace"} == set(remedies.REMEDIES)
    assert set(fallback.REASONS) < set(CODES)


def test_one_and_many() -> None:
    assert [say("too_many_devices", each, "account", (1,), NAIROBI) for each in LANGUAGES] == [
        "Your account is already in use on 1 device.",
        "Akaunti yako tayari inatumika kwenye kifaa 1.",
        "Votre compte est déjà utilisé sur 1 appareil.",
        "Su cuenta ya está en uso en 1 dispositivo.",
        "A sua conta já está em uso em 1 aparelho.",
        "Akun Anda sudah dipakai di 1 perangkat.",
    ]
    assert "vifaa 3" in say("too_many_devices", "sw", "voucher", (3,), NAIROBI)


def test_an_unknown_language_is_english() -> None:
    assert say("ended", "xx", "voucher", (), NAIROBI) == "Your voucher has ended."
