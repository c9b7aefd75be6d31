"""Valid-looking bodies and queries for the matrix; those that depend on the ISP are functions of its side."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from portal import visit as visits
from tests.conftest import PASSWORD
from tests.isolation.planting import EQUAL

NEW = "another long enough phrase"
MAC, IP = "02:00:5E:10:00:01", "10.5.50.33"

PLAN = {
    "name": "Fresh", "price": "50", "validity": "1", "validity_unit": "days", "download": "5", "download_unit": "mbps",
    "upload": "2", "upload_unit": "mbps", "data_limit": "", "data_limit_unit": "GB", "time_limit": "",
    "time_limit_unit": "hours", "devices": "1",
}  # fmt: skip
FALLBACK = {"plan": str(EQUAL), "download_bps": "0.064", "seconds": "15", "seconds_unit": "minutes"}
RULES = {
    "windows-TOTAL_FORMS": "1", "windows-INITIAL_FORMS": "0", "windows-0-days": ["0", "4"], "windows-0-opens": "18:00",
    "windows-0-closes": "00:00", "stages-TOTAL_FORMS": "1", "stages-INITIAL_FORMS": "0", "stages-0-period": "week",
    "stages-0-after": "20", "stages-0-download": "1", "stages-0-upload": "0.5", "grace_seconds": "2",
    "grace_seconds_unit": "days", "daily_seconds": "1.5", "daily_seconds_unit": "hours", "idle_seconds": "",
    "idle_seconds_unit": "minutes", "priority": "3", "lock": "first", "daily_data_bytes": "2,5", "burst_download_bps": "20",
    "burst_seconds": "16", "pool": "slow", "moves_a_day": "3", "speeds-TOTAL_FORMS": "1", "speeds-INITIAL_FORMS": "0",
    "speeds-0-days": ["5"], "speeds-0-opens": "22:00", "speeds-0-closes": "06:00", "speeds-0-download": "40",
    "speeds-0-upload": "", "free-TOTAL_FORMS": "1", "free-INITIAL_FORMS": "0",
    "free-0-days": ["0"], "free-0-opens": "00:00", "free-0-closes": "05:00", "sale-TOTAL_FORMS": "1", "sale-INITIAL_FORMS": "0", "sale-0-days": ["6"], "sale-0-opens": "08:00",
    "sale-0-closes": "20:00", "sale_limit": "month", "carry": "always", "carry_limit_bytes": "5",
}  # fmt: skip
INVITE = {"email": "new@example.test", "name": "New", "role": "support"}
TOKEN = {"name": "Export", "scopes": ["plans:read"], "expires": "90"}
PASSWORDS = {"old": PASSWORD, "password": NEW}
NEW_PASSWORD = {"password": NEW}
JOIN = {"name": "Joined", "password": NEW}
SIGN_UP = {
    "company": "Third Net", "slug": "third-net", "name": "Third", "email": "third@example.test", "password": NEW,
    "country": "KE", "currency": "", "time_zone": "", "terms": "on",
}  # fmt: skip
ROUTER = {"name": "Gate", "site": str(EQUAL), "new_site": "", "interface": "bridge-lan"}
SIGN_IN_WAYS = {
    "services": ["hotspot", "ppp"],
    "mac_login": "on",
    "mac_auth_password": "till",
    "allow_mschap1": "on",
}
ORDER = {"kind": "check", "router": str(EQUAL)}
API_ORDER = {"kind": "check", "routers": [EQUAL]}
OFFER = {"key": "cafe", "target": "10.40.0.0/24", "download": "50M"}
API_OFFER = {"kind": "queue", "key": "cafe", "values": {"target": "10.40.0.0/24", "download": "50M"}}
API_OFFER_VALUES = {"values": {"hosts": "pay.example.com"}}
API_TEMPLATE = {
    "name": "Cafe",
    "offers": [{"kind": "queue", "key": "cafe", "values": {"target": "10.40.0.0/24", "download": "50M"}}],
}
API_FOLLOW = {"template": EQUAL, "values": {"lan": "10.40.0.0/24"}}
API_ALERT_RULE = {
    "name": "Night watch",
    "kinds": ["down"],
    "channel": "email",
    "target": "watch@example.test",
}
API_TAKEN = {"values": {"note": "other words"}}
API_ROLLOUT = {"name": "All", "routers": [EQUAL]}
ALERT_RULE = {
    "name": "Night watch", "kinds": ["down"], "site": "", "channel": "email", "target": "watch@example.test", "is_on": "on",
}  # fmt: skip
API_ROUTER = {"name": "Gate", "site": "Mall"}
API_PLAN = {"name": "Fresh", "price_minor": 5000, "download_bps": 5_000_000, "upload_bps": 2_000_000}
ACCOUNT = {
    "name": "Dora",
    "phone": "+254700000009",
    "username": "dora.home",
    "plan": str(EQUAL),
    "access": "any",
}
SUBSCRIBER = {
    "kind": "company", "name": "Dora Stores", "phone": "Shop: 0700 000 009", "email": "dora@example.test", "site": str(EQUAL),
    "state": "pending", "tags": "fibre, north", "latitude": "-1.2921", "longitude": "36.8219",
}  # fmt: skip
API_ACCOUNT = {"username": "dora.home", "plan": EQUAL, "subscriber": EQUAL}
OWN_TERMS = {
    "expires_at": "2036-01-01T12:00", "grace_seconds": "2", "grace_seconds_unit": "days", "sites": [str(EQUAL)],
    "framed_ip": "10.9.0.7", "framed_ipv6_prefix": "", "delegated_ipv6_prefix": "", "disconnect": "on",
}  # fmt: skip
SPEED = {"download_bps": "10", "upload_bps": "", "until": "hour", "why": "A match", "sure": "1"}
DEVICE = {"mac": "02:00:5E:10:00:77", "label": "Till"}
AMOUNT = {"amount": "5", "direction": "up", "text": "Right", "key": str(uuid.UUID(int=5))}
DESIGN = {"name": "Kiosk", "paper": "roll58", "html": "<b>{{ code }}</b> {{ price }}"}
API_BULK = {"of": "people", "act": "add_tag", "tag": "seen", "ids": [EQUAL]}
API_IMPORT = {"name": "a.csv", "text": "Name\nDora\n"}
IMPORT_RULES = {
    "match": ["account_number"],
    "on_match": "fill",
    "dates": "dmy",
    "state": "active",
    "access": "any",
}
IMPORT_COLUMNS = {"column-0": "name", **IMPORT_RULES}
CLOSE_DAY = {"day": "2026-11-02", "counted": "0", "why": ""}
API_CLOSE_DAY = {"day": "2026-11-02", "counted_minor": 0}
SELL = {"plan": str(EQUAL), "count": "1", "source": "spot", "key": str(uuid.UUID(int=6))}
API_BATCH = {"plan": EQUAL, "count": 2}


def BATCH(side: Any) -> dict[str, Any]:
    return {
        "plan": str(EQUAL),
        "count": "2",
        "note": "x",
        "key": str(uuid.uuid5(uuid.NAMESPACE_DNS, side.tag)),
    }


def SIGN_IN(side: Any) -> dict[str, Any]:
    return {"email": side.emails["owner"], "password": PASSWORD}


def STAFF_SIGN_IN(side: Any) -> dict[str, Any]:
    return {"email": side.keys["staff"], "password": PASSWORD}


def VISIT(side: Any) -> dict[str, Any]:
    """What the router's login page sends the phone with."""
    return {"mac": MAC, "ip": IP, "link-login-only": side.keys["login_url"]}


def PORTAL_ENTER(side: Any) -> dict[str, Any]:
    visit = visits.Visit(side.keys["router"], MAC, IP, side.keys["login_url"])
    return {"visit": visits.seal(visit), "code": side.keys["code"]}


def CONNECTED(_side: Any) -> dict[str, Any]:
    return {"mac": MAC, "ip": IP}


def CORRECTION(side: Any) -> dict[str, Any]:
    hour = datetime.now(UTC) - timedelta(hours=5)
    return {
        "hour": f"{hour:%Y-%m-%dT%H:%M}", "way": "more", "download_bytes": "1", "size_unit": "GB", "why": "Lost reports",
    }  # fmt: skip


def API_CORRECTION(side: Any) -> dict[str, Any]:
    hour = datetime.now(UTC) - timedelta(hours=5)
    return {"hour": hour.isoformat(), "download_bytes": 10**9, "why": "Lost reports"}
