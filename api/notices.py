"""Notices of limits that are nearly used, and whether customers are mailed."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api.fields import Id, Moment, PageQuery
from api.paging import CursorPages
from api.view import View
from radius.quotas import MARKS
from subscribers import notices
from subscribers.models import NoticeRule, UsageNotice

WHAT = ("data", "download", "upload", "time", "stage")


class UsageNoticeOut(serializers.Serializer[UsageNotice]):
    """A mark of a limit that was reached; written once."""

    id = serializers.IntegerField()
    service = serializers.IntegerField(source="service_id")
    what = serializers.ChoiceField(WHAT)
    period = serializers.ChoiceField(["total", "day", "week", "month"])
    stage = serializers.IntegerField(source="number", help_text="Of fair use; 0: it is no stage.")
    begins_at = Moment(allow_null=True, help_text="Of the period; null: of the whole service.")
    limit = serializers.IntegerField(source="most", help_text="Bytes, or seconds of time.")
    used = serializers.IntegerField()
    mark = serializers.IntegerField(help_text="Percent.")
    at = Moment()
    mail = serializers.ChoiceField(UsageNotice.Mail.choices)
    mailed_at = Moment(allow_null=True)


class UsageNoticeQuery(PageQuery):
    service = Id(help_text="Id of a service.")
    what = serializers.ChoiceField(WHAT, required=False)
    mark = serializers.ChoiceField(MARKS, required=False)


class NoticeRuleOut(serializers.Serializer[NoticeRule]):
    """Text messages wait for a provider; letters go where an address is known."""

    mails = serializers.BooleanField()


class UsageNotices(View):
    scopes = {"GET": Action.SEE_SUBSCRIBERS}
    takes = {"GET": UsageNoticeQuery}
    pagination_class = CursorPages

    @extend_schema(responses=UsageNoticeOut(many=True))
    def get(self, request: Request) -> Response:
        """List notices of 80, 90 and 100 % of a limit."""
        rows = UsageNotice.objects.all()
        for name, column in (("service", "service_id"), ("what", "what"), ("mark", "mark")):
            if name in self.asked:
                rows = rows.filter(**{column: self.asked[name]})
        return self.page(rows, UsageNoticeOut)


class UsageNoticeRule(View):
    scopes = {"GET": Action.SEE_SUBSCRIBERS}

    @extend_schema(responses=NoticeRuleOut)
    def get(self, request: Request) -> Response:
        """See whether customers are mailed.

        A person who is signed in switches that.
        """
        return Response(NoticeRuleOut(notices.rule()).data)
