"""Single cells of an imported file as values: moments, phones, words for yes and for ways to sign in. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo

from kmikro.lib import phones
from kmikro.lib.languages import LANGUAGES
from kmikro.lib.refusal import Refusal
from subscribers.import_columns import bare

YES = {"yes", "y", "true", "1", "on", "ja", "ndiyo", "si", "oui"}
NO = {"no", "n", "false", "0", "off", "hapana", "non"}
NEVER = {"never", "none", "unlimited", "noend", "0"}
KINDS = {
    **dict.fromkeys(("person", "individual", "residential", "home", "private", "personal"), "person"),
    **dict.fromkeys(("company", "business", "corporate", "organisation", "organization"), "company"),
}
WAYS = {
    **dict.fromkeys(("any", "all", "both"), "any"),
    **dict.fromkeys(("hotspot", "wifi"), "hotspot"),
    **dict.fromkeys(("ppp", "pppoe", "pptp", "l2tp", "sstp", "ovpn"), "ppp"),
    **dict.fromkeys(("dhcp", "ipoe", "static"), "dhcp"),
}
WORKS = YES | {"active", "enabled", "online", "expired"}  # expired: the end says it, not the status
PAUSED = NO | {"paused", "suspended", "disabled", "inactive", "blocked", "offline", "disconnected"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = (
    r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)? ?(?P<half>[AaPp][Mm])?)?"
)
_ISO = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _TIME)
_NUMBERS = re.compile(r"(?P<first>\d{1,2})[-/.](?P<other>\d{1,2})[-/.](?P<year>\d{2}|\d{4})" + _TIME)
_ROUTER = re.compile(r"(?P<name>[A-Za-z]{3})/(?P<day>\d{1,2})/(?P<year>\d{4})" + _TIME)  # of RouterOS 6
_SPOKEN = re.compile(r"(?P<day>\d{1,2})[- ](?P<name>[A-Za-z]{3})[a-z]*[- ](?P<year>\d{4})" + _TIME)
_POWERS = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
FARTHEST = timedelta(days=3653)


def moment(text: str, dates: str, zone: tzinfo) -> datetime:
    """A moment on the wall clock of `zone`; a date alone is the end of that day. Raises ValueError."""
    try:
        whole = datetime.fromisoformat(text)
        if whole.tzinfo is not None:
            return whole.astimezone(UTC)
    except ValueError:
        pass
    for shape in (_ISO, _NUMBERS, _ROUTER, _SPOKEN):
        if found := shape.fullmatch(text):
            return _local(found.groupdict(), dates, zone).astimezone(UTC)
    raise ValueError(text)


def _local(parts: Mapping[str, str | None], dates: str, zone: tzinfo) -> datetime:
    year = int(parts["year"] or 0)
    if "first" in parts:
        day, month = int(parts["first"] or 0), int(parts["other"] or 0)
        day, month = (month, day) if dates == "mdy" else (day, month)
    else:
        day = int(parts["day"] or 0)
        named = (parts.get("name") or "").lower()
        month = _MONTHS.index(named) + 1 if "name" in parts else int(parts["month"] or 0)
    at = time(23, 59, 59)
    if parts["hour"] is not None:
        hour, half = int(parts["hour"]), (parts["half"] or "").lower()
        if half:
            hour = hour % 12 + (12 if half == "pm" else 0)
        at = time(hour, int(parts["minute"] or 0), int(parts["second"] or 0))
    return datetime(
        year + 2000 if year < 100 else year, month, day, at.hour, at.minute, at.second, tzinfo=zone
    )


def end_of(text: str, dates: str, zone: tzinfo, now: datetime) -> datetime | None:
    """Until when an account is valid; None where the words say for ever. Raises Refusal."""
    if bare(text) in NEVER:
        return None
    try:
        read = moment(text, dates, zone)
    except ValueError:
        text = f"“{text[:40]}” is no date. Write it like 2027-01-31 or 2027-01-31 18:00."
        raise Refusal("bad_date", text) from None
    if read - now > FARTHEST or read.year < 2000:
        raise Refusal("bad_date", f"{read:%Y-%m-%d} is too far away. An end is at most ten years away.")
    return read


def phones_of(text: str, country: str) -> list[tuple[str, str, str]]:
    """(number, digits, label) of each number in a cell; 'Wife: 0722 000 001; 0733 000 002'. Raises Refusal."""
    found = []
    for each in filter(None, (part.strip() for part in re.split(r"[;,\n]| / ", text))):
        label, colon, rest = each.partition(":")
        number = (rest if colon else each).strip()
        digits = phones.digits(number, country) if phones.is_written(number) else ""
        if _POWERS.fullmatch(number):
            text = f"{number} is a number that a spreadsheet shortened. Format the column as text there."
            raise Refusal("bad_phone", text)
        if not digits:
            raise Refusal("bad_phone", "Write the phone number in digits, like +254 700 000 001.")
        found.append((number, digits, label.strip()[:30] if colon else ""))
    return found


def language_of(text: str) -> str:
    """Raises Refusal."""
    known = {code: code for code in LANGUAGES} | {bare(name): code for code, name in LANGUAGES.items()}
    known |= {"swahili": "sw", "french": "fr", "spanish": "es", "portuguese": "pt", "indonesian": "id"}
    if (found := known.get(bare(text))) is None:
        raise Refusal("bad_language", f"Customers are answered in {', '.join(LANGUAGES.values())}.")
    return found


def one_of(text: str, words: Mapping[str, str]) -> str:
    """Raises Refusal."""
    if (found := words.get(bare(text))) is None:
        allowed = ", ".join(dict.fromkeys(words.values()))
        raise Refusal("bad_word", f"“{text[:40]}” is not known here. Write one of: {allowed}.")
    return found


def is_paused(text: str) -> bool:
    """Raises Refusal."""
    word = bare(text)
    if word in WORKS:
        return False
    if word in PAUSED:
        return True
    raise Refusal("bad_word", f"“{text[:40]}” is not known here. Write active or paused.")
