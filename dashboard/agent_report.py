"""What agents sold between two days, by agent, batch or day, with the total and as CSV."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET

from accounts.roles import Action
from billing import agent_report
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.agents import me
from dashboard.forms_agents import typed
from dashboard.page import page

PAGE = "dashboard/agents/report.html"
BY = (("agent", "By agent"), ("batch", "By batch"), ("day", "By day"))
HEADS = ("Day", "Agent", "Batch", "Plan", "Vouchers", "Customers paid", "Agents kept", "Yours", "Currency")


@operator(Action.SEE_AGENTS)
@require_GET
def index(request: Request) -> HttpResponse:
    """An agent sees their own sales and those of the agents below."""
    by = listing.choice(request, "by", [name for name, _label in BY], "agent")
    today = localtime().date()
    first, last = _day(request, "first", today.replace(day=1)), _day(request, "last", today)
    rows: Any = agent_report.rows(by, first, last, me(request))
    listing.limit_statements()
    if listing.wants_csv(request):
        return listing.csv_answer(
            "agents-report", HEADS, (_csv(each) for each in rows[: listing.EXPORT_ROWS])
        )
    totals: dict[str, list[dict[str, Any]]] = {}
    for each in agent_report.rows("agent", first, last, me(request)):
        totals.setdefault(each["currency"], []).append(each)
    found = listing.paged(request, rows)
    return page(
        request,
        PAGE,
        nav_key="agents",
        page=found,
        rows=[{**each, "net_minor": each["price_minor"] - each["commission_minor"]} for each in found],
        totals=[(currency, agent_report.total(listed)) for currency, listed in totals.items()],
        by=by,
        first=first,
        last=last,
        chips=listing.chips(request, "by", BY, by),
        export_url=listing.link(request, format="csv"),
        sees_all=access.may(request, Action.SEE_ALL_AGENTS),
    )


def _day(request: Request, name: str, default: date) -> date:
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return default


def _csv(each: dict[str, Any]) -> tuple[object, ...]:
    currency = each["currency"]
    return (
        f"{each['day']:%Y-%m-%d}" if each.get("day") else "", each["agent_name"], each.get("batch") or "",
        each.get("plan_name") or "", each["count"], typed(each["price_minor"], currency),
        typed(each["commission_minor"], currency), typed(each["price_minor"] - each["commission_minor"], currency), currency,
    )  # fmt: skip
