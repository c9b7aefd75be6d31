"""The device list of an account: what may sign in at a hotspot by its MAC alone."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access, accounts
from api.fields import Moment, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from subscribers import devices
from subscribers.models import Device


class DeviceOut(serializers.Serializer[Device]):
    """A device that is let in by its MAC."""

    id = serializers.IntegerField()
    mac = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a name that Field has too
    made_at = Moment()


class DeviceNew(Strict):
    mac = Text(max_length=40, help_text="In any spelling: AA:BB:CC:DD:EE:FF, aabb.ccdd.eeff …")
    label = Text(max_length=80, required=False, default="", allow_blank=True)  # type: ignore[assignment]


def _list(pk: int) -> Any:
    return one(accounts.found(), pk).devices.all()


class Devices(View):
    scopes = {"GET": Action.SEE_SUBSCRIBERS, "POST": Action.CHANGE_SUBSCRIBERS}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=DeviceOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List the devices of an account."""
        return self.page(_list(pk), DeviceOut)

    @extend_schema(request=DeviceNew, responses={201: DeviceOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Put a device on the list of an account.

        A device is on one list of an ISP at most.
        """
        given = self.body(request, DeviceNew)
        account = one(accounts.found(), pk)
        made = devices.add(
            account, given["mac"], given["label"], by=access.actor(request), now=datetime.now(UTC)
        )
        return Response(DeviceOut(made).data, status=201)


class OneDevice(View):
    scopes = {"DELETE": Action.CHANGE_SUBSCRIBERS}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, device: int) -> Response:
        """Take a device off the list.

        Its next sign-in by MAC is refused; who is online stays so until then.
        """
        devices.remove(one(_list(pk), device), by=access.actor(request), now=datetime.now(UTC))
        return Response(status=204)
