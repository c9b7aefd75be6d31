"""Subscribers: the people and companies to whom accounts belong."""

import re
from datetime import datetime

from accounts.journal import Actor, record
from kmikro.lib.refusal import Refusal
from subscribers.models import Subscriber

PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{3,22}")
LONGEST_NAME = 120


def add(name: str, phone: str = "", *, by: Actor, now: datetime) -> Subscriber:
    """Somebody new. Raises Refusal when the name is missing or the phone can be no number."""
    called = " ".join(name.replace("\0", "").split())
    if not called or len(called) > LONGEST_NAME:
        text = f"Give the subscriber a name of at most {LONGEST_NAME} characters."
        raise Refusal("bad_name", text, field="name")
    number = phone.strip()
    if number and not PHONE.fullmatch(number):
        raise Refusal("bad_phone", "Write the phone number in digits, like +254 700 000 001.", field="phone")
    made = Subscriber.objects.create(name=called, phone=number, made_at=now)
    record(by, "subscriber.add", made, now=now)
    return made
