"""Everything that ever happened to a subscriber, for programs."""

from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Moment, PageQuery
from api.paging import CursorPages
from api.view import View, one
from radius import timeline
from subscribers.models import Subscriber


class EventOut(serializers.Serializer[Any]):
    """One thing that happened; sessions and refused logins are put together by day."""

    at = Moment()
    kind = serializers.ChoiceField(list(timeline.KINDS))
    what = serializers.CharField(help_text="A verb of the journal, `first_use`, `session` or `refused`.")
    subject = serializers.CharField(help_text="The service, the subscriber, or the day of the sessions.")
    who = serializers.CharField(help_text="Empty: nobody but the network.")
    facts = serializers.DictField(help_text="What changed, bytes, counts.")


class TimelineQuery(PageQuery):
    kind = serializers.ChoiceField(list(timeline.KINDS), required=False)
    cursor = serializers.CharField(
        required=False, max_length=60, help_text="`next_cursor` of the page before."
    )


class Timeline(View):
    scopes = {"GET": Action.SEE_SUBSCRIBERS}
    takes = {"GET": TimelineQuery}
    pagination_class = CursorPages

    @extend_schema(responses=EventOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Read the timeline of a subscriber.

        Sessions are among it for tokens with sessions:read, refused logins for those with logins:read.
        """
        person = one(Subscriber.objects.all(), pk)
        start = None
        if "cursor" in self.asked:
            start = timeline.mark_of(self.asked["cursor"].replace(" ", "+"))
            if start is None:
                raise ValidationError({"cursor": ["Take next_cursor of the page before."]})
        needs = {"session": Action.SEE_SESSIONS, "refused": Action.SEE_LOGINS}
        events, more = timeline.page(
            person,
            zone=ZoneInfo(access.isp(request).time_zone),
            kind=self.asked.get("kind", ""),
            start=start,
            without=[kind for kind, action in needs.items() if not access.may(request, action)],
            most=self.asked["limit"],
        )
        return Response(
            {"results": EventOut(events, many=True).data, "next_cursor": str(more) if more else None}
        )
