"""Accounts: make, look at, give another secret, pause, resume, end. A secret is in the answer that made it, only."""

from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Id, Moment, Named, Nothing, Number, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from kmikro.lib.refusal import Refusal
from radius import disconnect
from subscribers import accounts, lifecycle, people, queries
from subscribers.models import Plan, Service, Subscriber
from subscribers.queries import State


class AccountOut(serializers.Serializer[Service]):
    """A user name with a plan; its secret is not told."""

    id = serializers.IntegerField()
    username = serializers.CharField(source="label")
    subscriber = Named(allow_null=True)
    plan = Named()
    access = serializers.ChoiceField(Service.Access.choices, help_text="Where it may sign in.")
    state = serializers.ChoiceField([state.value for state in State])
    made_at = Moment()
    first_used_at = Moment(allow_null=True)
    ends_at = Moment(source="expires_at", allow_null=True)
    upload_bytes = serializers.IntegerField()
    download_bytes = serializers.IntegerField()
    seconds_used = serializers.IntegerField()


class AccountMade(AccountOut):
    """The account with the secret that was just made."""

    secret = serializers.SerializerMethodField(help_text="Told this once; the same key repeats it.")

    def get_secret(self, _service: Service) -> str:
        return str(self.context["secret"])


class AccountNew(Strict):
    """Whose account it is: `subscriber`, somebody known, or `name` and `phone` of somebody new."""

    username = Text(max_length=64, help_text="Letters, digits and . _ @ + - between them; capitals count.")
    plan = Number(min_value=1, help_text="Id of a plan on sale.")
    access = serializers.ChoiceField(
        Service.Access.choices,
        required=False,
        default=Service.Access.ANY.value,
        help_text="any: all of them.",
    )
    subscriber = Number(min_value=1, required=False, help_text="Id of a subscriber.")
    name = Text(max_length=120, required=False, help_text="Of a new subscriber.")
    phone = Text(max_length=24, required=False, allow_blank=True, help_text="Of a new subscriber.")
    language = Text(
        max_length=2, required=False, allow_blank=True, help_text="Of a new subscriber; empty: the ISP's."
    )


class AccountQuery(PageQuery):
    search = serializers.CharField(
        required=False,
        max_length=100,
        help_text="Part of a user name, name, phone or email; or a listed device's MAC.",
    )
    plan = Id(help_text="Id of a plan.")
    subscriber = Id(help_text="Id of a subscriber.")
    state = serializers.ChoiceField([state.value for state in State], required=False)
    access = serializers.ChoiceField(Service.Access.choices, required=False)


def found(text: str = "") -> Any:
    """Accounts as this door shows them."""
    return queries.accounts(datetime.now(UTC), text)


def _shown(pk: int) -> Response:
    return Response(AccountOut(one(found(), pk)).data)


def _owner(given: dict[str, Any], request: Request, now: datetime) -> Subscriber:
    number = given.get("subscriber")
    if number is None:
        if "name" not in given:
            raise Refusal(
                "no_subscriber", "Say whose it is: a subscriber's id, or a name.", field="subscriber"
            )
        return people.add(
            given["name"],
            given.get("phone", ""),
            given.get("language", ""),
            by=access.actor(request),
            now=now,
            country=access.isp(request).country,
        )
    if {"name", "phone", "language"} & set(given):
        text = "Give either the id of a subscriber or the name of a new one."
        raise Refusal("two_subscribers", text, field="subscriber")
    known = Subscriber.objects.filter(pk=number).first()
    if known is None:
        raise Refusal("unknown_subscriber", "There is no subscriber with this id.", field="subscriber")
    return known


class Accounts(View):
    scopes = {"GET": Action.SEE_SUBSCRIBERS, "POST": Action.CHANGE_SUBSCRIBERS}
    takes = {"GET": AccountQuery}
    pagination_class = CursorPages

    @extend_schema(responses=AccountOut(many=True))
    def get(self, request: Request) -> Response:
        """List accounts."""
        rows = found(self.asked.get("search", ""))
        for name, column in (
            ("plan", "plan_id"),
            ("subscriber", "subscriber_id"),
            ("state", "state"),
            ("access", "access"),
        ):
            if name in self.asked:
                rows = rows.filter(**{column: self.asked[name]})
        return self.page(rows, AccountOut)

    @extend_schema(request=AccountNew, responses={201: AccountMade})
    @idempotent
    def post(self, request: Request) -> Response:
        """Make an account.

        Its secret is made here and stands in this answer only; with an Idempotency-Key the answer can be had again.
        """
        given, now = self.body(request, AccountNew), datetime.now(UTC)
        plan = Plan.objects.filter(pk=given["plan"]).first()
        if plan is None:
            raise Refusal("unknown_plan", "There is no plan with this id.", field="plan")
        made, secret = accounts.open_account(
            given["username"],
            plan,
            _owner(given, request, now),
            by=access.actor(request),
            now=now,
            access=given["access"],
        )
        shown = AccountMade(one(found(), made.pk), context={"secret": secret}).data
        where = reverse("api-account", kwargs={"pk": made.pk})
        return Response(shown, status=201, headers={"Location": where})


class OneAccount(View):
    scopes = {"GET": Action.SEE_SUBSCRIBERS}

    @extend_schema(responses=AccountOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at an account."""
        return _shown(pk)


class AccountSecret(View):
    scopes = {"POST": Action.CHANGE_SUBSCRIBERS}

    @extend_schema(request=Nothing, responses=AccountMade)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Give an account another secret.

        The old one opens nothing from then on; who is online with it stays so until the next sign-in. The new one
        stands in this answer only.
        """
        self.body(request, Nothing)
        secret = accounts.rotate_secret(one(found(), pk), by=access.actor(request), now=datetime.now(UTC))
        return Response(AccountMade(one(found(), pk), context={"secret": secret}).data)


class SuspendAccount(View):
    scopes = {"POST": Action.CHANGE_SUBSCRIBERS}

    @extend_schema(request=Nothing, responses=AccountOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Pause an account.

        Nobody connects with it until it is resumed, and who is online is disconnected. Its validity goes on.
        """
        self.body(request, Nothing)
        by, now = access.actor(request), datetime.now(UTC)
        lifecycle.suspend(one(found(), pk), by=by, now=now)
        disconnect.end_all([pk], by=by, now=now)
        return _shown(pk)


class ResumeAccount(View):
    scopes = {"POST": Action.CHANGE_SUBSCRIBERS}

    @extend_schema(request=Nothing, responses=AccountOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Let a paused account connect again."""
        self.body(request, Nothing)
        lifecycle.resume(one(found(), pk), by=access.actor(request), now=datetime.now(UTC))
        return _shown(pk)


class EndAccount(View):
    scopes = {"POST": Action.CHANGE_SUBSCRIBERS}

    @extend_schema(request=Nothing, responses=AccountOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """End an account for good.

        Who is online is disconnected; what it used stays in every record.
        """
        self.body(request, Nothing)
        by, now = access.actor(request), datetime.now(UTC)
        lifecycle.end(one(found(), pk), by=by, now=now)
        disconnect.end_all([pk], by=by, now=now)
        return _shown(pk)
