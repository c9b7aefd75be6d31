"""The newest leak audit, row by row with what it costs a day."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import PageQuery
from api.paging import CursorPages
from api.view import View
from kmikro.lib import codes
from routers import queries
from routers.models import Leak

COVER = "••••••"


class LeakOut(serializers.Serializer[Leak]):
    """A difference between router, accounting and services."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Leak.Kind.choices)
    router = serializers.IntegerField(source="router_id", help_text="Id of a router.")
    service = serializers.IntegerField(source="service_id", allow_null=True)
    session = serializers.IntegerField(source="session_id", allow_null=True)
    username = serializers.SerializerMethodField(
        help_text="A name that may be a code is covered without the scope vouchers:codes."
    )
    mac = serializers.CharField()
    address = serializers.CharField(allow_null=True)
    way = serializers.CharField()
    minor = serializers.IntegerField(help_text="The share of the plan's price for a day, in minor units.")
    currency = serializers.CharField()
    text = serializers.CharField()

    def get_username(self, leak: Leak) -> str:
        if self.context["clear"]:
            return leak.username
        name = codes.normalise(leak.username)
        return codes.masked(name) if len(name) >= codes.LENGTH else COVER


class LeakQuery(PageQuery):
    kind = serializers.ChoiceField(Leak.Kind.choices, required=False)


class Leaks(View):
    scopes = {"GET": Action.SEE_REVENUE}
    takes = {"GET": LeakQuery}
    pagination_class = CursorPages

    @extend_schema(responses=LeakOut(many=True))
    def get(self, request: Request) -> Response:
        """List the leaks of the newest audit."""
        rows = Leak.objects.filter(audit=queries.newest_audit())
        if "kind" in self.asked:
            rows = rows.filter(kind=self.asked["kind"])
        return self.page(rows, LeakOut, clear=access.may(request, Action.SEE_CODES))
