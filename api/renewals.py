"""Renewals of accounts: what one would do, doing it once, taking it back, and all of them."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.arrangements import follow
from api.fields import Id, Moment, Nothing, Number, PageQuery, Strict
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from subscribers import renewing
from subscribers.models import Period, Service
from subscribers.renewing import Preview


class RenewalOut(serializers.Serializer[Period]):
    """A term for which an account was renewed."""

    id = serializers.IntegerField()
    account = serializers.IntegerField(source="service_id")
    plan = serializers.IntegerField(source="plan_id")
    price_minor = serializers.IntegerField()
    currency = serializers.CharField()
    begins_at = Moment()
    ends_at = Moment(allow_null=True)
    ended_before = Moment(allow_null=True, help_text="The end of the account before it.")
    carried_bytes = serializers.IntegerField(help_text="Data that came along.")
    made_at = Moment()
    made_by = serializers.CharField()
    undone_at = Moment(allow_null=True)


class RenewalWouldBe(serializers.Serializer[Preview]):
    """What a renewal would do now."""

    begins_at = Moment()
    ends_at = Moment(allow_null=True)
    ended_before = Moment(allow_null=True)
    price_minor = serializers.IntegerField()
    currency = serializers.CharField()
    carried_bytes = serializers.IntegerField()
    lost_bytes = serializers.IntegerField(help_text="Data that is left and does not come along.")
    lost_seconds = serializers.IntegerField(help_text="The same of online time.")
    wakes = serializers.BooleanField(help_text="It has ended, and would work again.")
    after = serializers.IntegerField(help_text="Id of the renewal that it follows, 0 for none.")


class RenewalNew(Strict):
    after = Number(
        required=False,
        help_text="As the preview said it: refused when another renewal came meanwhile.",
    )


class RenewalQuery(PageQuery):
    account = Id(help_text="Id of an account.")


def account_of(pk: int) -> Service:
    found: Service = one(Service.objects.filter(kind=Service.Kind.ACCOUNT).select_related("plan"), pk)
    return found


class AllRenewals(View):
    scopes = {"GET": Action.SEE_SUBSCRIBERS}
    takes = {"GET": RenewalQuery}
    pagination_class = CursorPages

    @extend_schema(responses=RenewalOut(many=True))
    def get(self, request: Request) -> Response:
        """List renewals, newest first."""
        rows = Period.objects.all()
        if "account" in self.asked:
            rows = rows.filter(service=self.asked["account"])
        return self.page(rows, RenewalOut)


class Renew(View):
    scopes = {"GET": Action.SEE_SUBSCRIBERS, "POST": Action.CHANGE_SUBSCRIBERS}

    @extend_schema(responses=RenewalWouldBe)
    def get(self, request: Request, pk: int) -> Response:
        """See what a renewal would do now."""
        return Response(RenewalWouldBe(renewing.preview(account_of(pk), now=datetime.now(UTC))).data)

    @extend_schema(request=RenewalNew, responses={201: RenewalOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Renew an account by one term of its plan.

        Before the end it follows on it, after the end it begins at once; who is online goes on. No money is taken.
        """
        service, now = account_of(pk), datetime.now(UTC)
        given: dict[str, Any] = self.body(request, RenewalNew)
        made = renewing.renew(service, by=access.actor(request), now=now, after=given.get("after"))
        follow(pk, now)
        return Response(RenewalOut(made).data, status=201)


class UndoRenewal(View):
    scopes = {"POST": Action.CHANGE_SUBSCRIBERS}

    @extend_schema(request=Nothing, responses=RenewalOut)
    @idempotent
    def post(self, request: Request, pk: int, number: int) -> Response:
        """Take the newest renewal of an account back.

        Its end and its counters are as before, and count on.
        """
        row = one(account_of(pk).periods.all(), number)
        self.body(request, Nothing)
        now = datetime.now(UTC)
        row = renewing.undo(row, by=access.actor(request), now=now)
        follow(pk, now)
        return Response(RenewalOut(row).data)
