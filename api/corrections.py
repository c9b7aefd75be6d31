"""Corrections of counted usage: rows with a reason beside what routers reported."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.arrangements import follow, service_of
from api.fields import LARGEST, Moment, Nothing, Number, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from subscribers import corrections
from subscribers.corrections import Amount
from subscribers.models import Correction


class CorrectionOut(serializers.Serializer[Correction]):
    """More or, below nothing, less than was counted in an hour."""

    id = serializers.IntegerField()
    service = serializers.IntegerField(source="service_id")
    hour = Moment()
    upload_bytes = serializers.IntegerField()
    download_bytes = serializers.IntegerField()
    seconds = serializers.IntegerField()
    why = serializers.CharField()
    undoes = serializers.IntegerField(
        source="undoes_id", allow_null=True, help_text="Id of the correction that this one counters."
    )
    made_at = Moment()
    made_by = serializers.CharField()


class CorrectionNew(Strict):
    hour = Moment(help_text="Any moment of the clock hour (UTC).")
    upload_bytes = Number(required=False, default=0, min_value=-LARGEST)
    download_bytes = Number(required=False, default=0, min_value=-LARGEST)
    seconds = Number(required=False, default=0, min_value=-LARGEST)
    why = Text(max_length=300, help_text="Stays on record.")


class Corrections(View):
    scopes = {"GET": Action.SEE_SUBSCRIBERS, "POST": Action.CORRECT_USAGE}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=CorrectionOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List what was corrected of a service's usage."""
        return self.page(service_of(pk).corrections.all(), CorrectionOut)

    @extend_schema(request=CorrectionNew, responses={201: CorrectionOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Correct the counted usage of a service.

        Accounting stays as it is. The correction counts at once for caps and fair use; nothing is counted below zero.
        """
        service, given = service_of(pk), self.body(request, CorrectionNew)
        amount = Amount(given["upload_bytes"], given["download_bytes"], given["seconds"])
        by, now = access.actor(request), datetime.now(UTC)
        made: Any = corrections.correct(service, given["hour"], amount, given["why"], by=by, now=now)
        follow(pk, now)
        return Response(CorrectionOut(made).data, status=201)


class UndoCorrection(View):
    scopes = {"POST": Action.CORRECT_USAGE}

    @extend_schema(request=Nothing, responses={201: CorrectionOut})
    @idempotent
    def post(self, request: Request, pk: int, number: int) -> Response:
        """Counter a correction by another one."""
        row = one(service_of(pk).corrections.all(), number)
        self.body(request, Nothing)
        now = datetime.now(UTC)
        made = corrections.undo(row, by=access.actor(request), now=now)
        follow(pk, now)
        return Response(CorrectionOut(made).data, status=201)
