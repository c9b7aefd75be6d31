"""Packet traces: what a router asks and what we answer, for a quarter of an hour."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Moment, Number, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from radius import traces
from radius.models import PacketTrace, TracedPacket
from routers.models import Router


class TraceOut(serializers.Serializer[PacketTrace]):
    """A trace; `subject` is a name, code or MAC, and null when all packets of `router` are followed."""

    id = serializers.IntegerField()
    subject = serializers.SerializerMethodField(
        help_text="A name that may be a code is covered without the scope vouchers:codes."
    )
    router = serializers.IntegerField(source="router_id", allow_null=True, help_text="Id of a router.")
    started_at = Moment()
    ends_at = Moment()
    by = serializers.CharField()
    kept = serializers.IntegerField(help_text="Packets, at most 500.")
    missed = serializers.IntegerField(help_text="Packets that there was no room for.")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_subject(self, trace: PacketTrace) -> str | None:
        shown = trace.subject if self.context["clear"] else traces.told(trace)
        return shown or None


class TraceNew(Strict):
    """Whom to follow: one of the two."""

    username = Text(required=False, max_length=253, help_text="A user name, a code or a MAC.")
    router = Number(required=False, min_value=1, help_text="Id of a router: all of its packets.")


class AttributeOut(serializers.Serializer[Any]):
    """Secrets, and what is not known to be none, are shown as their length: `(16 octets)`."""

    name = serializers.CharField()
    value = serializers.CharField()


class PacketOut(serializers.Serializer[TracedPacket]):
    """One packet in words, attributes in their order."""

    id = serializers.IntegerField()
    at = Moment()
    direction = serializers.ChoiceField(TracedPacket.Direction.choices)
    code = serializers.CharField(help_text="Empty: there was no answer, see `outcome`.")
    identifier = serializers.IntegerField()
    router = serializers.IntegerField(source="router_id")
    peer = serializers.CharField()
    outcome = serializers.CharField(help_text="Why it was dropped or refused; empty for what went well.")
    attributes = serializers.SerializerMethodField()

    @extend_schema_field(AttributeOut(many=True))
    def get_attributes(self, packet: TracedPacket) -> list[dict[str, str]]:
        shown = packet.attributes
        if not self.context["clear"]:
            shown = traces.cover(self.context["trace"], shown)
        return [{"name": name, "value": value} for name, value in shown]


def _rows() -> "QuerySet[PacketTrace]":
    return PacketTrace.objects.select_related("service")


def _context(request: Request) -> dict[str, Any]:
    return {"clear": access.may(request, Action.SEE_CODES)}


class Traces(View):
    scopes = {"GET": Action.TRACE, "POST": Action.TRACE}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=TraceOut(many=True))
    def get(self, request: Request) -> Response:
        """List packet traces of the last day."""
        return self.page(_rows(), TraceOut, **_context(request))

    @extend_schema(request=TraceNew, responses={201: TraceOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Follow packets for 15 minutes.

        It begins within a second and ends by itself. Starting what runs already gives the running trace.
        """
        asked = self.body(request, TraceNew)
        router_id = asked.get("router")
        if router_id is not None and not Router.objects.filter(pk=router_id).exists():
            raise ValidationError({"router": ["There is no such router."]})
        trace = traces.start(
            subject=asked.get("username", ""),
            router_id=router_id,
            by=access.actor(request),
            now=datetime.now(UTC),
        )
        return Response(TraceOut(trace, context=_context(request)).data, status=201)


class OneTrace(View):
    scopes = {"GET": Action.TRACE, "DELETE": Action.TRACE}

    @extend_schema(responses=TraceOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at a packet trace."""
        return Response(TraceOut(one(_rows(), pk), context=_context(request)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """End a packet trace now.

        Its packets are kept until a day after it began.
        """
        traces.stop(one(_rows(), pk), by=access.actor(request), now=datetime.now(UTC))
        return Response(status=204)


class Packets(View):
    scopes = {"GET": Action.TRACE}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=PacketOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List the packets of a trace, newest first."""
        trace = one(_rows(), pk)
        return self.page(trace.packets.all(), PacketOut, trace=trace, **_context(request))
