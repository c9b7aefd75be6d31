"""RADIUS as it is now: what the workers told in the last minute about this ISP, and whether they tell anything."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.roles import Action
from dashboard import listing, names
from dashboard.access import Request, operator
from dashboard.logins import REASONS
from dashboard.page import page
from radius import metrics, queries

SILENT = 10.0  # seconds without a word of any worker; they tell every two
DROPS = {
    "drop_in_progress": "Asked again while we still thought",
    "drop_wrong_message_authenticator": "Signed with another secret",
    "drop_wrong_authenticator": "Signed with another secret",
    "drop_no_message_authenticator": "Not signed",
    "drop_blastradius_shape": "Looks like a forged packet",
    "drop_router_busy": "Too many open questions of one router",
    "drop_full": "Too many open questions",
    "drop_rejects_full": "Too many refusals wait",
    "drop_eap_full": "Too many sign-ins to Wi-Fi at once",
    "drop_code": "Not for this port",
    "drop_status_flood": "Too many health checks",
    "flood": "Unread: too much that was no RADIUS",
    "stale": "Waited too long for us",
    "facts_unavailable": "The database did not answer",
    "store_full": "Accounting had no room",
    "not_durable": "Accounting could not be kept",
}


@operator(Action.SEE_LOGINS)
@require_GET
def live(request: Request) -> HttpResponse:
    """The part that is polled; without htmx it is a page of its own."""
    return page(
        request,
        "dashboard/logins/now.html",
        "now",
        nav_key="radius",
        live=state(request.isp.schema_name, datetime.now(UTC)),
    )


def state(schema: str, now: datetime) -> dict[str, Any]:
    """Everything the live part shows of one ISP."""
    told = metrics.read(settings.STATE_DIR / "metrics", now.timestamp())
    heard_at = max((float(each["at"]) for each in told), default=None)
    is_silent = heard_at is not None and now.timestamp() - heard_at > SILENT
    fresh = [each for each in told if now.timestamp() - float(each["at"]) <= SILENT]
    attempts, records, drops = (_counted(fresh, schema, name) for name in ("attempts", "records", "drops"))
    listing.limit_statements()
    half, most = queries.quantiles(now - timedelta(seconds=metrics.STALE), now)
    waiting = sum(each["queues"].get("accounting", 0) for each in fresh)
    return {
        "is_measured": heard_at is not None,
        "is_silent": is_silent,
        "heard_at": None if heard_at is None else datetime.fromtimestamp(heard_at, UTC),
        "workers": len(fresh),
        "accepted_rate": _rate(fresh, schema, "attempts", lambda code: code == "accept"),
        "refused_rate": _rate(fresh, schema, "attempts", lambda code: code != "accept"),
        "record_rate": _rate(fresh, schema, "records", lambda _: True),
        "dropped": sum(drops.values()),
        "half": half,
        "most": most,
        "waiting": waiting,
        "spooled": max((each["queues"].get("spool", 0) for each in fresh), default=0),
        "refusals": _named(attempts, REASONS, but="accept"),
        "drops": _named(drops, DROPS),
        "routers": _by_router(attempts, records, drops),
        "asked_at": now,
    }


_Key = tuple[int, str]


def _rows(told: dict[str, Any], schema: str, name: str) -> list[tuple[int, str, int]]:
    rows = told.get("minute", {}).get(name, [])
    return [(router, code, count) for tenant, router, code, count in rows if tenant == schema]


def _counted(told: list[dict[str, Any]], schema: str, name: str) -> Counter[_Key]:
    counted: Counter[_Key] = Counter()
    for each in told:
        for router, code, count in _rows(each, schema, name):
            counted[router, code] += count
    return counted


def _rate(told: list[dict[str, Any]], schema: str, name: str, wanted: Any) -> str:
    """A second, over the window of each worker; young workers have a short one."""
    rate = 0.0
    for each in told:
        seconds = float(each.get("minute", {}).get("seconds", 0)) or 1.0
        rate += sum(count for _, code, count in _rows(each, schema, name) if wanted(code)) / seconds
    return f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}" if rate >= 0.05 or not rate else f"{rate:.2f}"


def _named(counted: Counter[_Key], titles: dict[str, str], but: str = "") -> list[tuple[str, int]]:
    named: Counter[str] = Counter()
    for (_, code), count in counted.items():
        if code != but:
            plain = code.removeprefix("drop_").replace("_", " ")
            named[titles.get(code, "No RADIUS" if plain.startswith("malformed") else plain)] += count
    return named.most_common()


def _by_router(*parts: Counter[_Key]) -> list[dict[str, Any]]:
    attempts, records, drops = parts
    found: dict[int, dict[str, Any]] = {}
    for kind, counted in (("attempts", attempts), ("records", records), ("drops", drops)):
        for (router, code), count in counted.items():
            row = found.setdefault(
                router, {"id": router, "accepted": 0, "refused": 0, "records": 0, "drops": 0}
            )
            if kind == "attempts":
                row["accepted" if code == "accept" else "refused"] += count
            else:
                row[kind] += count
    places = names.routers(found) if found else {}
    rows = [{**row, "name": places.get(router, names.GONE)} for router, row in found.items()]
    return sorted(
        rows, key=lambda row: (-(row["accepted"] + row["refused"] + row["records"] + row["drops"]), row["id"])
    )
