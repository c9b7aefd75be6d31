"""Countries with their money and clock, from the Unicode CLDR tables of Babel."""

from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.numbers import get_territory_currencies

Choice = tuple[str, str]
# Codes of CLDR that are no country (ISO 3166-1 user-assigned and groupings), or where nobody lives.
NOT_COUNTRIES = frozenset("AC AQ BV CP CQ DG EA EU EZ HM IC QO TA UN XA XB ZZ".split())
# Where a country has several zones: the one of most people. Others take their only zone.
MAIN_ZONES = {
    "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney", "BR": "America/Sao_Paulo",
    "CA": "America/Toronto", "CD": "Africa/Kinshasa", "CL": "America/Santiago", "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia", "DE": "Europe/Berlin", "EC": "America/Guayaquil", "ES": "Europe/Madrid",
    "FM": "Pacific/Pohnpei", "GL": "America/Nuuk", "ID": "Asia/Jakarta", "KI": "Pacific/Tarawa", "KZ": "Asia/Almaty",
    "MH": "Pacific/Majuro", "MN": "Asia/Ulaanbaatar", "MX": "America/Mexico_City", "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland", "PF": "Pacific/Tahiti", "PG": "Pacific/Port_Moresby", "PS": "Asia/Hebron",
    "PT": "Europe/Lisbon", "RU": "Europe/Moscow", "UA": "Europe/Kyiv", "UM": "Pacific/Wake",
    "US": "America/New_York", "UZ": "Asia/Tashkent", "VN": "Asia/Ho_Chi_Minh", "XK": "Europe/Belgrade",
}  # fmt: skip


@lru_cache(maxsize=4)
def countries(language: str = "en") -> list[Choice]:
    """(ISO 3166-1 code, name) by name."""
    names = Locale.parse(language).territories
    known = [
        (code, str(name))
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES
    ]
    return sorted(known, key=lambda pair: pair[1])


@lru_cache(maxsize=4)
def currencies(language: str = "en") -> list[Choice]:
    """(ISO 4217 code, 'code, name') of all money that is legal tender somewhere today."""
    names = Locale.parse(language).currencies
    tender = {code for country, _name in countries() for code in get_territory_currencies(country)}
    return sorted((code, f"{code}, {names.get(code, code)}") for code in tender)


@lru_cache(maxsize=1)
def zones() -> list[Choice]:
    """IANA zones with a place in their name."""
    return [
        (zone, zone.replace("_", " "))
        for zone in sorted(available_timezones())
        if "/" in zone and zone[:4] != "Etc/"
    ]


@lru_cache(maxsize=300)
def currency_of(country: str) -> str:
    """The money of a country; USD where the tables know none."""
    found: list[str] = get_territory_currencies(country)
    return found[0] if found else "USD"


@lru_cache(maxsize=300)
def zone_of(country: str) -> str:
    """The clock of a country, or of most of its people."""
    if country in MAIN_ZONES:
        return MAIN_ZONES[country]
    known = dict(zones())
    mapped = get_global("zone_territories")
    return next((zone for zone in sorted(mapped) if mapped[zone] == country and zone in known), "UTC")
