"""Sessions: who is or was online, and ending one."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Id, Moment, Named, Nothing, PageQuery
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from kmikro.lib import codes
from radius import change, disconnect
from radius.models import Session
from routers.models import Router
from subscribers.models import Service

COVER = "••••••"


class ServiceRef(serializers.Serializer[Service]):
    """The voucher or account that was used."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Service.Kind.choices)
    label = serializers.CharField()  # type: ignore[assignment]  # a name that Field has too


class SessionOut(serializers.Serializer[Session]):
    """One stay on the net."""

    id = serializers.IntegerField()
    username = serializers.SerializerMethodField(
        help_text="A code is covered without the scope vouchers:codes."
    )
    service = ServiceRef(allow_null=True)
    router = serializers.SerializerMethodField()
    mac = serializers.CharField()
    address = serializers.CharField(source="framed_ip", allow_null=True)
    started_at = Moment()
    updated_at = Moment()
    ended_at = Moment(allow_null=True)
    end_cause = serializers.CharField()
    upload_bytes = serializers.IntegerField()
    download_bytes = serializers.IntegerField()
    seconds = serializers.IntegerField()
    disconnect_state = serializers.ChoiceField(
        [
            *("", disconnect.ASKED, disconnect.ACKED, disconnect.BACK, disconnect.REMOVING),
            *(disconnect.REFUSED, disconnect.SILENT, disconnect.ENDED),
        ],
        help_text="What became of the last wish to end it.",
    )
    disconnect_text = serializers.CharField()
    disconnect_at = Moment(allow_null=True)
    change_state = serializers.ChoiceField(
        ["", change.CHANGING, change.CHANGED, change.REFUSED, change.SILENT],
        help_text="What became of the last change of its speed.",
    )
    change_text = serializers.CharField()
    change_at = Moment(allow_null=True)

    def get_username(self, session: Session) -> str:
        """Only an account's name is surely no code; mistyped ones have no service."""
        is_account = session.service is not None and session.service.kind == Service.Kind.ACCOUNT
        if is_account or self.context["clear"]:
            return session.username
        name = codes.normalise(session.username)
        return codes.masked(name) if len(name) >= codes.LENGTH else COVER

    @extend_schema_field(Named(allow_null=True))
    def get_router(self, session: Session) -> dict[str, Any] | None:
        name = self.context["routers"].get(session.router_id)
        return None if name is None else {"id": session.router_id, "name": name}


class SessionQuery(PageQuery):
    state = serializers.ChoiceField(["live", "ended"], required=False)
    router = Id(help_text="Id of a router.")
    service = Id(help_text="Id of a service.")


def _rows() -> "QuerySet[Session]":
    return Session.objects.select_related("service").defer("fold")


def _context(request: Request, ids: Iterable[int] | None = None) -> dict[str, Any]:
    routers = Router.objects.all() if ids is None else Router.objects.filter(pk__in=ids)
    return {
        "clear": access.may(request, Action.SEE_CODES),
        "routers": dict(routers.values_list("pk", "name")),
    }


class Sessions(View):
    scopes = {"GET": Action.SEE_SESSIONS}
    takes = {"GET": SessionQuery}
    pagination_class = CursorPages

    @extend_schema(responses=SessionOut(many=True))
    def get(self, request: Request) -> Response:
        """List sessions."""
        rows = _rows()
        if "state" in self.asked:
            rows = rows.filter(ended_at__isnull=self.asked["state"] == "live")
        for name in ("router", "service"):
            if name in self.asked:
                rows = rows.filter(**{f"{name}_id": self.asked[name]})
        return self.page(rows, SessionOut, **_context(request))


class OneSession(View):
    scopes = {"GET": Action.SEE_SESSIONS}

    @extend_schema(responses=SessionOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at a session."""
        session = one(_rows(), pk)
        return Response(SessionOut(session, context=_context(request, [session.router_id])).data)


class DisconnectSession(View):
    scopes = {"POST": Action.DISCONNECT}

    @extend_schema(request=Nothing, responses={202: SessionOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """End a session.

        The router is asked by a worker; `disconnect_state` says what it answered.
        """
        self.body(request, Nothing)
        disconnect.ask(one(_rows(), pk), by=access.actor(request), now=datetime.now(UTC))
        session = one(_rows(), pk)
        shown = SessionOut(session, context=_context(request, [session.router_id])).data
        return Response(shown, status=202)
