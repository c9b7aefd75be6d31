"""What a router's login page says about a phone, checked strictly before anything is believed or shown."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from django.core import signing

MAC = re.compile(r"[0-9A-F]{2}(?::[0-9A-F]{2}){5}\Z")
# RouterOS gives the CHAP values as JavaScript octal escapes (\ooo) or, escaped for an address, as octets.
CHAP = re.compile(r"(?:\\[0-3][0-7]{2}|[^\\])+\Z", re.DOTALL)
LONGEST_ORIGIN = 2048
AGE = 6 * 3600  # seconds for which a page that lies open on a phone stays good
SALT = "portal visit"


class BadVisit(Exception):
    """The parameters cannot come from this router; the text says so to the guest."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A phone at a router: mac and ip as the router knows them, login_url proven to be the router's own."""

    router: str
    mac: str
    ip: str
    login_url: str
    orig: str = ""
    chap_id: str = ""
    chap_challenge: str = ""


def read(given: Mapping[str, str], *, router: str, registered_login: str) -> Visit:
    """Check what came in the query. Raises BadVisit; link-login-only must be exactly the registered one."""
    mac = given.get("mac", "").upper().replace("-", ":")
    if not MAC.match(mac):
        raise BadVisit("The router did not say which device this is.")
    try:
        ip = str(ipaddress.IPv4Address(given.get("ip", "")))
    except ValueError:
        raise BadVisit("The router did not say which address this device has.") from None
    if not registered_login or given.get("link-login-only", "") != registered_login:
        raise BadVisit("This page was not opened by the router that it names.")
    chap_id, challenge = given.get("chap-id", ""), given.get("chap-challenge", "")
    if bool(chap_id) != bool(challenge) or any(
        text and (len(text) > 256 or not CHAP.match(text)) for text in (chap_id, challenge)
    ):
        raise BadVisit("The router sent a login challenge that cannot be read.")
    return Visit(router, mac, ip, registered_login, origin(given.get("link-orig", "")), chap_id, challenge)


def origin(text: str) -> str:
    """Where the guest wanted to go, when it is an ordinary address; otherwise nothing."""
    if len(text) > LONGEST_ORIGIN or not text.isprintable() or "\\" in text:
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc else ""


def octets(text: str) -> bytes:
    """The raw octets of a CHAP value: octal escapes and plain characters below 256."""
    raw = re.sub(r"\\([0-3][0-7]{2})", lambda escape: chr(int(escape[1], 8)), text)
    try:
        return raw.encode("latin-1")
    except UnicodeEncodeError:
        raise BadVisit("The router sent a login challenge that cannot be read.") from None


def seal(visit: Visit) -> str:
    """The visit as a form field that nobody can change."""
    return signing.dumps(asdict(visit), salt=SALT, compress=True)


def unseal(text: str, *, router: str) -> Visit:
    """Read our own form field back. Raises BadVisit when it was changed, is old or is another router's."""
    try:
        visit = Visit(**signing.loads(text, salt=SALT, max_age=AGE))
    except (signing.BadSignature, TypeError):
        raise BadVisit("This page has been open for too long.") from None
    if visit.router != router:
        raise BadVisit("This page was not opened by the router that it names.")
    return visit
