"""Days of agents over the API: what is open, closing with counted cash, and what was sold by agent, batch or day."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.agents import seen
from api.fields import Flag, Moment, Number, PageQuery, Query, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.refusals import naming
from api.view import View, one
from billing import agent_days, agent_report
from billing.agent_models import AgentDay

MOST = 1000  # rows of a report


class AgentDayOut(serializers.Serializer[AgentDay]):
    """The days from `first` to `day` as they were closed; amounts have the signs of the ledger."""

    id = serializers.IntegerField()
    first = serializers.DateField()
    day = serializers.DateField()
    opening_minor = serializers.IntegerField()
    top_ups_minor = serializers.IntegerField()
    sales_minor = serializers.IntegerField()
    commissions_minor = serializers.IntegerField()
    returns_minor = serializers.IntegerField(help_text="Sales and commissions taken back.")
    transfers_minor = serializers.IntegerField()
    corrections_minor = serializers.IntegerField()
    handed_over_minor = serializers.IntegerField(help_text="Before this closing.")
    closing_minor = serializers.IntegerField(help_text="Before the counted cash.")
    due_minor = serializers.IntegerField(help_text="Cash to hand over.")
    counted_minor = serializers.IntegerField()
    difference_minor = serializers.IntegerField(help_text="Counted less due.")
    written_off_minor = serializers.IntegerField()
    balance_minor = serializers.IntegerField(help_text="The float after it.")
    why = serializers.CharField()
    closed_at = Moment()
    closed_by = serializers.CharField()


class CloseIn(Strict):
    day = serializers.DateField(help_text="Everything open up to and with it is closed.")
    counted_minor = Number(help_text="Cash that was counted.")
    why = Text(required=False, default="", allow_blank=True, max_length=200, help_text="Where it differs.")
    write_off = Flag(required=False, default=False, help_text="What is missing; else it stays owed.")


class OpenFiguresOut(serializers.Serializer[Any]):
    """What the days since the last closing come to up to now."""

    since = serializers.DateField()
    opening = serializers.IntegerField()
    top_ups = serializers.IntegerField()
    sales = serializers.IntegerField()
    commissions = serializers.IntegerField()
    returns = serializers.IntegerField()
    transfers = serializers.IntegerField()
    corrections = serializers.IntegerField()
    handed_over = serializers.IntegerField()
    closing = serializers.IntegerField()
    due = serializers.IntegerField(help_text="Cash to hand over.")


class ReportQuery(Query):
    by = serializers.ChoiceField(list(agent_report.BY), required=False, default="agent")
    first = serializers.DateField()
    last = serializers.DateField()


class AgentReportRow(serializers.Serializer[Any]):
    """`day` and `batch` are null where the report is not by them."""

    agent = serializers.IntegerField(source="agent_id")
    day = serializers.DateField(allow_null=True, default=None)
    batch = serializers.IntegerField(allow_null=True, default=None)
    currency = serializers.CharField()
    count = serializers.IntegerField(help_text="Vouchers sold less those taken back.")
    price_minor = serializers.IntegerField(help_text="What customers paid.")
    commission_minor = serializers.IntegerField(help_text="What agents kept.")


class AgentReportOut(serializers.Serializer[Any]):
    """At most 1,000 rows."""

    rows = AgentReportRow(many=True)


class Days(View):
    scopes = {"GET": Action.SEE_AGENTS, "POST": Action.CHANGE_AGENTS}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=AgentDayOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List the closed days of an agent."""
        return self.page(AgentDay.objects.filter(agent=one(seen(request), pk)), AgentDayOut)

    @extend_schema(request=CloseIn, responses={201: AgentDayOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Close the open days of an agent with counted cash.

        Nothing is booked on them any more. A difference needs its reason.
        """
        agent = one(seen(request), pk)
        given = self.body(request, CloseIn)
        with naming(counted="counted_minor"):
            made = agent_days.close(
                agent,
                given["day"],
                given["counted_minor"],
                by=access.actor(request),
                now=datetime.now(UTC),
                why=given["why"],
                write_off=given["write_off"],
            )
        return Response(AgentDayOut(made).data, status=201)


class OpenFigures(View):
    scopes = {"GET": Action.SEE_AGENTS}

    @extend_schema(responses=OpenFiguresOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at what is open: opening, sales, closing, and the cash to hand over."""
        agent = one(seen(request), pk)
        today = agent_days.today(datetime.now(UTC))
        since = agent_days.open_since(agent, today)
        found = agent_days.figures(agent, since, max(since, today))
        return Response(
            OpenFiguresOut({"since": since, **asdict(found), "closing": found.closing, "due": found.due}).data
        )


class Report(View):
    scopes = {"GET": Action.SEE_AGENTS}
    takes = {"GET": ReportQuery}

    @extend_schema(responses=AgentReportOut)
    def get(self, request: Request) -> Response:
        """What agents sold between two days, by agent, batch or day.

        Without the scope `agents:all` only the sales of the token's maker and of those below.
        """
        me = None if access.may(request, Action.SEE_ALL_AGENTS) else access.token(request).made_by_id or 0
        rows = agent_report.rows(self.asked["by"], self.asked["first"], self.asked["last"], me)[:MOST]
        return Response(AgentReportOut({"rows": list(rows)}).data)
