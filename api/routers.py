"""Routers: list, add (the answer has the command to paste), look at, change, remove."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Flag, Id, Moment, Named, PageQuery, Query, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.refusals import naming
from api.view import View, one
from routers import drift, enrolment, offering, queries, tasks, tunnels
from routers.models import Router
from tenants.models import TunnelKind
from tenants.tunnels import Allotment


class TunnelOut(serializers.Serializer[Allotment]):
    """What our hub sees of a router's tunnel."""

    kind = serializers.ChoiceField(TunnelKind.choices)
    address = serializers.CharField()
    is_up = serializers.BooleanField(
        help_text="Down after four minutes without a handshake; by SSTP when it hung up."
    )
    handshake_at = Moment(allow_null=True, help_text="By SSTP: when it was last heard.")
    received_bytes = serializers.IntegerField()
    sent_bytes = serializers.IntegerField()
    blocked_packets = serializers.IntegerField(help_text="Sent of late to where it may not.")


class RouterOut(serializers.Serializer[Router]):
    """A router without its secrets."""

    _tunnels: dict[int, Allotment] | None = None

    id = serializers.IntegerField()
    name = serializers.CharField()
    site = Named()
    state = serializers.ChoiceField(Router.State.choices)
    trouble = serializers.CharField(help_text="Why the current step does not go on, and the fix.")
    path = serializers.ChoiceField(Router.Path.choices)
    address = serializers.CharField(allow_null=True)
    tunnel = serializers.SerializerMethodField(help_text="Null where the router is reached directly.")
    hotspot_interface = serializers.CharField()
    policy = serializers.ChoiceField(
        Router.Policy.choices, help_text="What a routine comparison does about a difference."
    )
    keeps_people = serializers.BooleanField(help_text="Accounts live on the router as well.")
    identity = serializers.CharField()
    serial = serializers.CharField()
    board = serializers.CharField()
    version = serializers.CharField()
    is_up = serializers.BooleanField()
    checked_at = Moment(allow_null=True)
    up_since = Moment(allow_null=True)
    cpu_load = serializers.IntegerField(allow_null=True, help_text="Percent.")
    free_memory = serializers.IntegerField(allow_null=True, help_text="Bytes.")
    total_memory = serializers.IntegerField(allow_null=True, help_text="Bytes.")
    made_at = Moment()
    ready_at = Moment(allow_null=True)

    @extend_schema_field(TunnelOut(allow_null=True))
    def get_tunnel(self, router: Router) -> Any:
        if router.path != Router.Path.TUNNEL:
            return None
        if self._tunnels is None:  # one query for a whole list
            self._tunnels = tunnels.all_of()
        mine = self._tunnels.get(router.pk)
        return None if mine is None else TunnelOut(mine).data


class RouterMade(RouterOut):
    """A new router with the one line that enrols it."""

    command = serializers.SerializerMethodField(help_text="Paste it into the router's terminal. Good once.")
    command_expires_at = Moment(source="enrolment_expires_at")

    def get_command(self, router: Router) -> str:
        return enrolment.command(router, self.context["host"], six=self.context.get("six", False))


class RouterNew(Strict):
    name = Text(max_length=60)
    site = Text(max_length=80, help_text="Name of the site; a new one is made.")
    hotspot_interface = Text(max_length=40, required=False, default="bridge-lan")


class RouterIn(Strict):
    name = Text(max_length=60)
    site = Text(max_length=80, help_text="Name of the site; a new one is made.")
    hotspot_interface = Text(max_length=40, help_text="The router is told when it is another one.")
    policy = serializers.ChoiceField(Router.Policy.choices)
    keeps_people = Flag()


class RouterQuery(PageQuery):
    state = serializers.ChoiceField(Router.State.choices, required=False)
    site = Id(help_text="Id of a site.")


class RemoveQuery(Query):
    release = serializers.BooleanField(
        required=False, default=True, help_text="Take our settings off the router first."
    )


class Routers(View):
    scopes = {"GET": Action.SEE_ROUTERS, "POST": Action.CHANGE_ROUTERS}
    takes = {"GET": RouterQuery}
    pagination_class = CursorPages

    @extend_schema(responses=RouterOut(many=True))
    def get(self, request: Request) -> Response:
        """List routers."""
        rows = queries.all_routers()
        if "state" in self.asked:
            rows = rows.filter(state=self.asked["state"])
        if "site" in self.asked:
            rows = rows.filter(site_id=self.asked["site"])
        return self.page(rows, RouterOut)

    @extend_schema(request=RouterNew, responses={201: RouterMade})
    @idempotent
    def post(self, request: Request) -> Response:
        """Add a router.

        The answer has the command to paste; `state` follows the enrolment from then on.
        """
        wanted, now = self.body(request, RouterNew), datetime.now(UTC)
        with naming(new_site="site", interface="hotspot_interface"):
            router = enrolment.begin(
                name=wanted["name"],
                site=enrolment.place(wanted["site"], now=now),
                interface=wanted["hotspot_interface"],
                by=access.actor(request),
                now=now,
            )
        host = access.host(request)
        where = reverse("api-router", kwargs={"pk": router.pk})
        shown: Any = RouterMade(router, context={"host": host}).data
        return Response(shown, status=201, headers={"Location": where})


class OneRouter(View):
    scopes = {"GET": Action.SEE_ROUTERS, "PATCH": Action.CHANGE_ROUTERS, "DELETE": Action.CHANGE_ROUTERS}
    takes = {"DELETE": RemoveQuery}

    @extend_schema(responses=RouterOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at a router."""
        return Response(RouterOut(one(queries.all_routers(), pk)).data)

    @extend_schema(request=RouterIn, responses=RouterOut)
    @transaction.atomic
    def patch(self, request: Request, pk: int) -> Response:
        """Change a router; what is left out stays."""
        wanted, now = self.body(request, RouterIn, partial=True), datetime.now(UTC)
        router, by = held(pk), access.actor(request)
        if wanted.keys() & {"name", "site", "hotspot_interface"}:
            with naming(new_site="site", interface="hotspot_interface"):
                tell = enrolment.change(
                    router,
                    name=wanted.get("name", router.name),
                    site=enrolment.place(wanted["site"], now=now) if "site" in wanted else router.site,
                    interface=wanted.get("hotspot_interface", router.hotspot_interface),
                    by=by,
                    now=now,
                )
            if tell:
                tasks.sync.soon(pk, "Another interface")
        if "policy" in wanted:
            drift.settle_policy(router, wanted["policy"], by=by, now=now)
        if wanted.get("keeps_people", router.keeps_people) != router.keeps_people:
            offering.keep_people(router, wanted["keeps_people"], by=by, now=now)
        return Response(RouterOut(one(queries.all_routers(), pk)).data)

    @extend_schema(responses={204: None})
    @transaction.atomic
    def delete(self, request: Request, pk: int) -> Response:
        """Remove a router.

        Its RADIUS packets are dropped from this moment; a worker takes our settings off it.
        """
        router = one(queries.all_routers(), pk)
        if enrolment.remove(
            router, release=self.asked["release"], by=access.actor(request), now=datetime.now(UTC)
        ):
            tasks.let_go.soon(pk)
        return Response(status=204)


def held(pk: int) -> Router:
    """The router, locked so that what a worker learns of it meanwhile is not written over; or 404."""
    found: Router = one(queries.all_routers().select_for_update(of=("self",)), pk)
    return found
