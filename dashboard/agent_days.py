"""The days of an agent: what each came to, and closing them with counted cash."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods

from accounts.roles import Action
from billing import agent_days, agent_stock
from billing.agent_books import Figures
from billing.agent_models import Agent, AgentDay
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.agents import agent_or_404
from dashboard.forms_agents import MoneyForm, amount, typed
from dashboard.page import done, page, refused
from kmikro.lib.refusal import Refusal
from kmikro.ui import formats

PAGE = "dashboard/agents/days.html"
HEADS = (
    "Day", "Opening", "Float bought", "Sales", "Commissions", "Taken back", "Sent and received", "Corrections", "Handed over",
    "Closing", "Cash to hand over", "Counted", "Difference", "Written off", "Why", "Closed (UTC)", "By", "Currency",
)  # fmt: skip
COLUMNS = (
    "opening", "top_ups", "sales", "commissions", "returns", "transfers", "corrections", "handed_over", "closing",
)  # fmt: skip


class CloseForm(MoneyForm):
    """Fields are named as billing.agent_days refuses them."""

    day = forms.DateField(
        label="Up to and with", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    counted = amount("Cash counted")
    why = forms.CharField(label="Why it differs", max_length=200, required=False)
    write_off = forms.BooleanField(
        label="Write off what is missing", required=False, help_text="Else the agent goes on owing it"
    )


@operator(Action.SEE_AGENTS)
@require_http_methods(["GET", "POST"])
def index(request: Request, pk: int) -> HttpResponse:
    """Day by day, closed or open; a POST closes."""
    closes = access.may(request, Action.CHANGE_AGENTS)
    if request.method == "POST" and not closes:
        return access.no_permission(request)
    agent = agent_or_404(request, pk)
    if request.method == "POST":
        return _close(request, agent)
    if listing.wants_csv(request):
        listing.limit_statements()
        rows = list(agent_days.by_day(agent)[: listing.EXPORT_ROWS])
        found = agent_days.in_figures(agent, rows)
        closed = _closed(agent, [day for day, _figures in found])
        lines = (_csv(agent, day, each, closed.get(day)) for day, each in found)
        return listing.csv_answer(f"days-{pk}", HEADS, lines)
    today = localtime().date()
    first = {"day": today, "counted": typed(_open(agent, today).due, agent.currency)}
    form = CloseForm(currency=agent.currency, initial=first) if closes else None
    return page(request, PAGE, **_list(request, agent), form=form)


def _open(agent: Agent, today: date) -> Figures:
    since = agent_days.open_since(agent, today)
    return agent_days.figures(agent, since, max(since, today))


def _list(request: Request, agent: Agent) -> dict[str, Any]:
    today = localtime().date()
    rows: Any = agent_days.by_day(agent)
    found = listing.paged(request, rows)
    days = agent_days.in_figures(agent, list(found))
    closed = _closed(agent, [day for day, _figures in days])
    return {
        "nav_key": "agents",
        "agent": agent,
        "page": found,
        "rows": [{"day": day, "figures": each, "closed": closed.get(day)} for day, each in days],
        "now": _open(agent, today),
        "since": agent_days.open_since(agent, today),
        "is_closed": agent.closed_until is not None and agent.closed_until >= today,
        "unpaid": agent_stock.unpaid(agent).count(),
        "export_url": listing.link(request, format="csv"),
    }


def _closed(agent: Agent, days: list[date]) -> dict[date, AgentDay]:
    return {each.day: each for each in AgentDay.objects.filter(agent=agent, day__in=days)}


def _csv(agent: Agent, day: date, found: Figures, closed: AgentDay | None) -> tuple[object, ...]:
    def money(minor: int | None) -> str:
        return typed(minor, agent.currency)

    counted: tuple[object, ...] = ("",) * 7
    if closed is not None:
        counted = (
            money(closed.due_minor), money(closed.counted_minor), money(closed.difference_minor),
            money(closed.written_off_minor), closed.why, f"{closed.closed_at:%Y-%m-%d %H:%M:%S}", closed.closed_by,
        )  # fmt: skip
    sums = [money(getattr(found, name)) for name in COLUMNS]
    return (f"{day:%Y-%m-%d}", *sums, *counted, agent.currency)


def _close(request: Request, agent: Agent) -> HttpResponse:
    form = CloseForm(request.POST, currency=agent.currency)
    counted = form.minor("counted") if form.is_valid() else None
    if counted is None:
        return refused(request, PAGE, form=form, **_list(request, agent))
    data = form.cleaned_data
    try:
        made = agent_days.close(
            agent,
            data["day"],
            counted,
            by=access.actor(request),
            now=datetime.now(UTC),
            why=data["why"],
            write_off=data["write_off"],
        )
    except Refusal as refusal:
        return refused(request, PAGE, form=form, refusal=refusal, **_list(request, agent))
    worth = formats.amount(made.balance_minor, agent.currency)
    text = f"Everything up to {made.day:%d %b %Y} is closed. The float is {worth}."
    return done(request, reverse("agent-days", args=[agent.pk]), text)
