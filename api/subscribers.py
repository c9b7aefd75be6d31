"""Subscribers: looked at, and the language in which they are answered."""

from datetime import UTC, datetime

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Moment, Named, PageQuery, Strict, Text
from api.paging import CursorPages
from api.view import View, one
from kmikro.lib.languages import LANGUAGES
from subscribers import people, queries
from subscribers.models import Service, Subscriber


class ServiceOut(serializers.Serializer[Service]):
    """What lets a subscriber connect."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Service.Kind.choices)
    label = serializers.CharField()  # type: ignore[assignment]  # a name that Field has too
    plan = Named()
    status = serializers.ChoiceField(Service.Status.choices)
    first_used_at = Moment(allow_null=True)
    expires_at = Moment(allow_null=True)
    upload_bytes = serializers.IntegerField()
    download_bytes = serializers.IntegerField()
    seconds_used = serializers.IntegerField()


class SubscriberOut(serializers.Serializer[Subscriber]):
    """A person or company with an account."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.CharField()
    note = serializers.CharField()
    language = serializers.CharField(help_text="In which they are answered; empty: the ISP's.")
    made_at = Moment()
    services = ServiceOut(many=True)


class SubscriberIn(Strict):
    language = Text(
        max_length=2, allow_blank=True, help_text=f"One of {', '.join(LANGUAGES)}; empty: the ISP's."
    )


class SubscriberQuery(PageQuery):
    search = serializers.CharField(
        required=False, max_length=100, help_text="Part of a name, phone, email or service name."
    )


class Subscribers(View):
    scopes = {"GET": Action.SEE_SUBSCRIBERS}
    takes = {"GET": SubscriberQuery}
    pagination_class = CursorPages

    @extend_schema(responses=SubscriberOut(many=True))
    def get(self, request: Request) -> Response:
        """List subscribers."""
        return self.page(queries.people(self.asked.get("search", "")), SubscriberOut)


class OneSubscriber(View):
    scopes = {"GET": Action.SEE_SUBSCRIBERS, "PATCH": Action.CHANGE_SUBSCRIBERS}

    @extend_schema(responses=SubscriberOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at a subscriber."""
        return Response(SubscriberOut(one(queries.people(), pk)).data)

    @extend_schema(request=SubscriberIn, responses=SubscriberOut)
    def patch(self, request: Request, pk: int) -> Response:
        """Answer a subscriber in another language: what a router shows when a login is refused."""
        person = one(Subscriber.objects.all(), pk)
        given = self.body(request, SubscriberIn)
        people.answer_in(
            person,
            given["language"],
            by=access.actor(request),
            now=datetime.now(UTC),
        )
        return Response(SubscriberOut(one(queries.people(), pk)).data)
