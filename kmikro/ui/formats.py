"""Numbers, sizes, spans and money as people read them; a number and its unit never part (no-break space)."""

import re
from datetime import datetime, timedelta
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal, get_currency_symbol

from kmikro.lib.money import exponent

NBSP = "\u00a0"
MINUS = "\u2212"
# CLDR abbreviates these by locale; the trade writes them one way.
SYMBOLS = {"KES": "KSh", "UGX": "USh", "TZS": "TSh", "RWF": "FRw"}
UNIT = re.compile(r"(\d[\d,.]*) (%|min|ms|s|h|d|GB|MB|kB|TB|Mbps|Gbps|kbps|km|°C|V|days|day|people)(?![\w-])")
CURRENCY = re.compile(r"\b(KSh|USh|TSh|FRw|[A-Z]{3}) (\d)")


def locale_of(language: str) -> Locale:
    """The CLDR locale of a language code; English when it is unknown."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def scaled(value: float, units: tuple[str, ...]) -> str:
    """A value in the largest decimal unit that keeps it at 1 or more: 3 figures at most."""
    size = abs(value)
    step = 0
    while size >= 999.5 and step < len(units) - 1:
        size /= 1000
        step += 1
    text = f"{size:.0f}" if step == 0 or size >= 99.5 else f"{size:.1f}".removesuffix(".0")
    return f"{MINUS if value < 0 else ''}{text}{NBSP}{units[step]}"


def data_size(octets: float) -> str:
    """Octets in decimal units, as data bundles are sold: 1.2 GB."""
    return scaled(octets, ("B", "kB", "MB", "GB", "TB", "PB"))


def bit_rate(bits_per_second: float) -> str:
    """Bits per second: 5 Mbps."""
    return scaled(bits_per_second, ("bps", "kbps", "Mbps", "Gbps", "Tbps"))


def span(seconds: float) -> str:
    """A length of time in its two largest units: 38 s, 2 h 5 min, 3 d 4 h."""
    left = max(0, int(seconds))
    days, left = divmod(left, 86_400)
    hours, left = divmod(left, 3_600)
    minutes, left = divmod(left, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (left, "s")]
    first = next((index for index, (count, _) in enumerate(parts) if count), 3)
    shown = [part for part in parts[first : first + 2] if part[0]] or [parts[3]]
    if first == 2 and minutes >= 10:
        shown = [parts[2]]
    return " ".join(f"{count}{NBSP}{unit}" for count, unit in shown)


def short_span(seconds: float) -> str:
    """A length of time in its largest unit only, for ages: 38 s, 14 min, 3 h, 2 days."""
    left = max(0, int(seconds))
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if left >= size:
            count = left // size
            return f"{count}{NBSP}{'day' if unit == 'days' and count == 1 else unit}"
    return f"{left}{NBSP}s"


def age(moment: datetime, now: datetime) -> str:
    """How long ago (or until) a moment is, seen from `now`: '38 s ago', 'in 3 days', 'now'."""
    seconds = (now - moment).total_seconds()
    if abs(seconds) < 1:
        return "now"
    return f"{short_span(seconds)} ago" if seconds > 0 else f"in {short_span(-seconds)}"


def seconds_of(value: timedelta | float) -> float:
    """Seconds of a timedelta or of a plain number of seconds."""
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


def amount(minor: int, currency: str, language: str = "en") -> str:
    """Money in minor units: 150000 KES is 'KSh 1,500'; cents are shown only when there are some."""
    locale = locale_of(language)
    places = exponent(currency)
    value = Decimal(abs(minor)).scaleb(-places)
    pattern = "#,##0" if value == value.to_integral_value() else "#,##0." + "0" * places
    symbol = SYMBOLS.get(currency) or get_currency_symbol(currency, locale)
    gap = NBSP if symbol[-1:].isalpha() else ""
    return f"{MINUS if minor < 0 else ''}{symbol}{gap}{format_decimal(value, format=pattern, locale=locale)}"


def percent(hundredths: int) -> str:
    """Hundredths of a percent: 1250 is '12.5 %'."""
    return f"{Decimal(hundredths).scaleb(-2).normalize():f}{NBSP}%"


def bind_units(text: str) -> str:
    """Text whose numbers do not part from their units: '16 %', 'KSh 1,500'."""
    return UNIT.sub(rf"\1{NBSP}\2", CURRENCY.sub(rf"\1{NBSP}\2", text))
