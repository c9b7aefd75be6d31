"""Why can somebody not connect?"""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Moment, Query
from api.sessions import COVER, ServiceRef
from api.view import View
from radius import why
from radius.why import Reason
from routers.models import Router
from subscribers.models import Service


class StepOut(serializers.Serializer[Any]):
    """One rule, as it would go now."""

    code = serializers.CharField()
    ok = serializers.BooleanField()
    text = serializers.CharField()


class ReasonOut(serializers.Serializer[Reason]):
    """One sentence, what to do, and the rules behind it."""

    state = serializers.ChoiceField([why.ONLINE, why.REFUSED, why.ROUTER, why.READY, why.UNKNOWN])
    code = serializers.CharField(help_text="For machines: the rule that decides.")
    sentence = serializers.SerializerMethodField()
    fix = serializers.CharField()
    steps = StepOut(many=True)
    service = ServiceRef(allow_null=True)
    session_id = serializers.IntegerField(source="session.pk", default=None, allow_null=True)
    attempt_at = Moment(source="attempt.at", default=None, allow_null=True)

    def get_sentence(self, reason: Reason) -> str:
        """What somebody typed at a router may be a code, unless it is an account's name."""
        typed = reason.attempt.username if reason.attempt else ""
        is_account = reason.service is not None and reason.service.kind == Service.Kind.ACCOUNT
        if self.context["clear"] or is_account or not typed:
            return reason.sentence
        return reason.sentence.replace(typed, COVER)


class ExplainQuery(Query):
    q = serializers.CharField(max_length=100, help_text="A code, a serial, a user name or a MAC.")


class Explain(View):
    scopes = {"GET": Action.SEE_LOGINS}
    takes = {"GET": ExplainQuery}

    @extend_schema(responses=ReasonOut)
    def get(self, request: Request) -> Response:
        """Why can they not connect?

        Looks at how things are now: the service, who is online, the last attempt, the routers.
        """
        places = {
            router.pk: why.Place(router.name, router.is_up)
            for router in Router.objects.filter(state=Router.State.READY)
        }
        isp, now = access.isp(request), datetime.now(UTC)
        reason = why.explain(
            self.asked["q"],
            places=places,
            now=now,
            zone=ZoneInfo(isp.time_zone),
            is_suspended=isp.suspended_at is not None,
        )
        context = {"clear": access.may(request, Action.SEE_CODES)}
        return Response(ReasonOut(reason, context=context).data)
