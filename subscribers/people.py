"""Subscribers: the people and companies to whom accounts belong."""

import re
from datetime import datetime

from django.db import transaction

from accounts.journal import Actor, record
from kmikro.lib.languages import LANGUAGES
from kmikro.lib.refusal import Refusal
from subscribers.models import Subscriber

PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{3,22}")
LONGEST_NAME = 120


def add(name: str, phone: str = "", language: str = "", *, by: Actor, now: datetime) -> Subscriber:
    """Somebody new, answered in `language` (blank: the ISP's). Raises Refusal with the field that is wrong."""
    called = " ".join(name.replace("\0", "").split())
    if not called or len(called) > LONGEST_NAME:
        text = f"Give the subscriber a name of at most {LONGEST_NAME} characters."
        raise Refusal("bad_name", text, field="name")
    number = phone.strip()
    if number and not PHONE.fullmatch(number):
        raise Refusal("bad_phone", "Write the phone number in digits, like +254 700 000 001.", field="phone")
    _check(language)
    made = Subscriber.objects.create(name=called, phone=number, language=language, made_at=now)
    record(by, "subscriber.add", made, now=now)
    return made


def answer_in(subscriber: Subscriber, language: str, *, by: Actor, now: datetime) -> Subscriber:
    """Answer somebody in this language from now on; blank: in the ISP's. RADIUS hears of it by itself."""
    _check(language)
    with transaction.atomic():
        held = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        if held.language != language:
            record(by, "subscriber.language", held, now=now, changed=[held.language, language])
            held.language = language
            held.save(update_fields=["language"])
    return held


def _check(language: str) -> None:
    if language and language not in LANGUAGES:
        text = f"Customers are answered in {', '.join(LANGUAGES.values())}."
        raise Refusal("bad_language", text, field="language")
