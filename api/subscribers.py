"""Subscribers: listed and found, made, changed, and moved from one state to another."""

from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.idempotency import idempotent
from api.paging import CursorPages
from api.subscriber_fields import (
    ActIn,
    SubscriberChange,
    SubscriberNew,
    SubscriberOut,
    SubscriberQuery,
    with_site,
)
from api.view import View, one
from kmikro.lib.refusal import Refusal
from radius import disconnect
from subscribers import people, queries, standing
from subscribers.models import Subscriber


def _shown(pk: int) -> dict[str, Any]:
    return dict(SubscriberOut(one(queries.people(), pk)).data)


class Subscribers(View):
    scopes = {"GET": Action.SEE_SUBSCRIBERS, "POST": Action.CHANGE_SUBSCRIBERS}
    takes = {"GET": SubscriberQuery}
    pagination_class = CursorPages

    @extend_schema(responses=SubscriberOut(many=True))
    def get(self, request: Request) -> Response:
        """List subscribers.

        Records that were merged into another are not among them.
        """
        asked = {name: self.asked.get(name) for name in ("state", "tag", "site", "plan")}
        return self.page(
            queries.narrowed(queries.people(self.asked.get("search", "")), **asked), SubscriberOut
        )

    @extend_schema(request=SubscriberNew, responses={201: SubscriberOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Make a subscriber.

        The account number is given here. Services follow with POST /accounts/.
        """
        given = dict(with_site(self.body(request, SubscriberNew)))
        made = people.add(
            given["name"],
            by=access.actor(request),
            now=datetime.now(UTC),
            country=access.isp(request).country,
            state=given.pop("state"),
            more=given,
        )
        where = reverse("api-subscriber", kwargs={"pk": made.pk})
        return Response(_shown(made.pk), status=201, headers={"Location": where})


class OneSubscriber(View):
    scopes = {"GET": Action.SEE_SUBSCRIBERS, "PATCH": Action.CHANGE_SUBSCRIBERS}

    @extend_schema(responses=SubscriberOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at a subscriber.

        One that was merged into another is answered with that one: its id tells so.
        """
        found = one(Subscriber.objects.all(), pk)
        return Response(_shown(found.merged_into_id or found.pk))

    @extend_schema(request=SubscriberChange, responses=SubscriberOut)
    def patch(self, request: Request, pk: int) -> Response:
        """Change a subscriber.

        What is given is changed and stands in the journal with what it was before. Phones, emails and tags are given
        as whole lists.
        """
        person = one(Subscriber.objects.all(), pk)
        given = with_site(self.body(request, SubscriberChange, partial=True))
        by, now = access.actor(request), datetime.now(UTC)
        people.change(person, given, by=by, now=now, country=access.isp(request).country)
        return Response(_shown(pk))


class ActOnSubscriber(View):
    scopes = {"POST": Action.CHANGE_SUBSCRIBERS}

    @extend_schema(request=ActIn, responses=SubscriberOut)
    @idempotent
    def post(self, request: Request, pk: int, verb: str) -> Response:
        """Move a subscriber to another state.

        The verb is accept, activate, block, unblock, deactivate, reactivate or end. Blocking and deactivating suspend
        the active services, and the way back restores exactly those; ending ends them all, for good. Who is online
        with one of them is disconnected.
        """
        person = one(queries.people(), pk)
        why = self.body(request, ActIn).get("why", "")
        by, now = access.actor(request), datetime.now(UTC)
        disconnect.end_all(standing.act(person, verb, by=by, now=now, why=why), by=by, now=now)
        return Response(_shown(pk))


def change_of(request: Request, pk: int) -> Subscriber:
    """The subscriber whose parts are to be changed. Raises Refusal where it was merged into another."""
    found = one(Subscriber.objects.all(), pk)
    assert isinstance(found, Subscriber)
    if found.merged_into_id:
        raise Refusal("merged", "This record was merged into another. Change that one.")
    return found
