"""Signed reports of what was forgotten."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api.fields import Moment, PageQuery
from api.paging import CursorPages
from api.view import View, one
from radius import retention_reports
from radius.models import RetentionReport
from radius.retention_reports import Verdict


class RetentionReportOut(serializers.Serializer[RetentionReport]):
    """One night's report."""

    id = serializers.IntegerField()
    begun_at = Moment()
    ended_at = Moment()
    deleted = serializers.IntegerField(help_text="Rows of all kinds.")
    is_complete = serializers.BooleanField(help_text="False: more was left for the next night.")


class RetentionReportWhole(RetentionReportOut):
    """With the text that was signed, octet for octet."""

    text = serializers.CharField(help_text="Canonical JSON: deleted by kind, setting, oldest left.")
    algorithm = serializers.SerializerMethodField()
    signature = serializers.CharField(help_text="Of the text's UTF-8, hex.")
    public_key = serializers.CharField(help_text="Hex.")
    verdict = serializers.SerializerMethodField(help_text="What the signature proves here.")

    def get_algorithm(self, _report: RetentionReport) -> str:
        return retention_reports.ALGORITHM

    def get_verdict(self, report: RetentionReport) -> str:
        verdict: Verdict = retention_reports.check(retention_reports.signed_of(report))
        return verdict.value


class RetentionReports(View):
    scopes = {"GET": Action.SEE_JOURNAL}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=RetentionReportOut(many=True))
    def get(self, request: Request) -> Response:
        """List the reports of what was forgotten."""
        return self.page(RetentionReport.objects.all(), RetentionReportOut)


class OneRetentionReport(View):
    scopes = {"GET": Action.SEE_JOURNAL}

    @extend_schema(responses=RetentionReportWhole)
    def get(self, request: Request, pk: int) -> Response:
        """Read a report with its signature."""
        report: Any = one(RetentionReport.objects.all(), pk)
        return Response(RetentionReportWhole(report).data)
