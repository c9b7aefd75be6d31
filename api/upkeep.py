"""Backups, RouterOS versions and short looks of routers."""

from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.journal import record
from accounts.roles import Action
from api import access
from api.fields import Moment, Named, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from kmikro.lib.refusal import Refusal
from routers import asks, backups, care_tasks, queries, tools
from routers.models import RouterBackup, RouterFirmware


class BackupOut(serializers.Serializer[RouterBackup]):
    """A version of a router's configuration."""

    id = serializers.IntegerField()
    reason = serializers.CharField()
    taken_at = Moment()
    seen_at = Moment(help_text="When the router was last seen with this configuration.")
    version = serializers.CharField()
    digest = serializers.CharField()
    lines = serializers.IntegerField()
    added = serializers.IntegerField(help_text="Lines, against the version before.")
    removed = serializers.IntegerField()
    copy_size = serializers.IntegerField(
        help_text="Octets of the router's own backup file; 0: there is none."
    )
    copy_note = serializers.CharField(help_text="Why there is none.")


class BackupText(BackupOut):
    """A version with its text, in which passwords are masked."""

    text = serializers.CharField()


class FirmwareOut(serializers.Serializer[RouterFirmware]):
    """What a router runs and what its channel offers."""

    id = serializers.IntegerField()
    router = Named()
    channel = serializers.CharField()
    installed = serializers.CharField()
    latest = serializers.CharField()
    is_behind = serializers.BooleanField()
    status = serializers.CharField()
    board_firmware = serializers.CharField()
    board_upgrade = serializers.CharField()
    checked_at = Moment()


class LookNew(Strict):
    tool = serializers.ChoiceField([(name, tool.title) for name, tool in tools.TOOLS.items()])
    subject = Text(
        max_length=64, required=False, default="", allow_blank=True, help_text="IP address or interface."
    )


class LookTable(serializers.Serializer[Any]):
    """What a look showed."""

    heads = serializers.ListField(child=serializers.CharField())
    cells = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    summary = serializers.CharField()


class LookOut(serializers.Serializer[Any]):
    """A look; it is kept for a minute."""

    token = serializers.CharField()
    tool = serializers.CharField()
    subject = serializers.CharField()
    is_done = serializers.BooleanField()
    trouble = serializers.CharField()
    table = LookTable(allow_null=True)


class Backups(View):
    scopes = {"GET": Action.SEE_ROUTERS}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=BackupOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List the backups of a router."""
        return self.page(backups.of(one(queries.all_routers(), pk).pk).order_by("-pk"), BackupOut)


class OneBackup(View):
    scopes = {"GET": Action.CHANGE_ROUTERS}

    @extend_schema(responses=BackupText)
    def get(self, request: Request, pk: int, number: int) -> Response:
        """Read a backup. Reading is noted in the journal."""
        router = one(queries.all_routers(), pk)
        backup = one(RouterBackup.objects.filter(router=router), number)
        record(access.actor(request), "backup.read", router, now=datetime.now(UTC), backup=backup.pk)
        return Response(BackupText(backup).data)


class Firmware(View):
    scopes = {"GET": Action.SEE_ROUTERS}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=FirmwareOut(many=True))
    def get(self, request: Request) -> Response:
        """List RouterOS versions, as the routers told last."""
        rows = RouterFirmware.objects.filter(router__leaving_at=None).select_related("router")
        return self.page(rows.order_by("-pk"), FirmwareOut)


class Looks(View):
    scopes = {"POST": Action.SEE_ROUTERS}

    @extend_schema(request=LookNew, responses={202: LookOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Look from a router: ping, path, an interface, the queues.

        `look` needs the scope `radius:trace` too. Ask for the answer until `is_done`.
        """
        router = one(queries.all_routers(), pk)
        wanted = self.body(request, LookNew)
        tool = wanted["tool"]
        if tool == "look" and not access.may(request, Action.TRACE):
            raise Refusal("scope", "This look needs the scope radius:trace.", field="tool")
        subject = tools.checked(tool, wanted["subject"])
        token = asks.begin(router, tool, subject, by=access.actor(request), now=datetime.now(UTC))
        care_tasks.answer.soon(token)
        where = reverse("api-router-look", kwargs={"pk": pk, "token": token})
        return Response(_shown(token, asks.get(token) or {}), status=202, headers={"Location": where})


class OneLook(View):
    scopes = {"GET": Action.SEE_ROUTERS}

    @extend_schema(responses=LookOut)
    def get(self, request: Request, pk: int, token: str) -> Response:
        """Read the answer of a look."""
        router = one(queries.all_routers(), pk)
        ask = asks.get(token)
        if ask is None or ask["router"] != router.pk or ask["what"] not in tools.TOOLS:
            raise NotFound
        if ask["what"] == "look" and not access.may(request, Action.TRACE):
            raise NotFound
        return Response(_shown(token, ask))


def _shown(token: str, ask: asks.Ask) -> dict[str, Any]:
    shown: dict[str, Any] = LookOut(
        {
            "token": token,
            "tool": ask.get("what", ""),
            "subject": ask.get("subject", ""),
            "is_done": ask.get("is_done", False),
            "trouble": ask.get("trouble", ""),
            "table": ask.get("table"),
        }
    ).data
    return shown
