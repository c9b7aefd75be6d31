"""What is arranged with one service beside its plan, for a time: extensions, extra data, other speeds, holidays.

A service is an account (same id) or what is behind a voucher (`service.id` of a session).
"""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Id, Moment, Nothing, Number, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from kmikro.lib.refusal import Refusal
from kmikro.lib.validity import Validity
from radius import enforcing
from subscribers import arranging
from subscribers.arrangement_checks import Wish
from subscribers.arranging import Preview
from subscribers.models import Arrangement, Service

LENGTHS = ("hours", "days", "months")


class ArrangementOut(serializers.Serializer[Arrangement]):
    """What holds beside the plan; of two speeds the newer one holds."""

    id = serializers.IntegerField()
    service = serializers.IntegerField(source="service_id")
    kind = serializers.ChoiceField(Arrangement.Kind.choices)
    starts_at = Moment()
    ends_at = Moment(allow_null=True, help_text="Null: as long as the service. Of an extension: the new end.")
    octets = serializers.IntegerField(help_text="Bytes of extra data.")
    period = serializers.ChoiceField([*Arrangement.Period.choices, ("", "")], help_text="Of extra data.")
    download_bps = serializers.IntegerField(help_text="Of a speed; 0: no limit.")
    upload_bps = serializers.IntegerField()
    moved_seconds = serializers.IntegerField(help_text="By how much it moved the end of the service.")
    why = serializers.CharField()
    made_at = Moment()
    made_by = serializers.CharField()
    undone_at = Moment(allow_null=True)
    undone_by = serializers.CharField()


class ArrangementNew(Strict):
    """One of four kinds; each takes its own names."""

    kind = serializers.ChoiceField(Arrangement.Kind.choices)
    hours = Number(required=False, min_value=1, max_value=87_840, help_text="Of an extension.")
    days = Number(required=False, min_value=1, max_value=3_660, help_text="Of the ISP's calendar.")
    months = Number(required=False, min_value=1, max_value=120, help_text="Of the ISP's calendar.")
    octets = Number(required=False, default=0, help_text="Bytes of extra data.")
    period = serializers.ChoiceField(
        Arrangement.Period.choices,
        required=False,
        help_text="On top of which count of the plan; left out: the first that it has.",
    )
    download_bps = Number(required=False, default=0, help_text="Of a speed; 0: no limit.")
    upload_bps = Number(required=False, default=0)
    starts_at = Moment(required=False, help_text="Of a holiday; left out: now.")
    ends_at = Moment(required=False, help_text="Of a speed, of extra data, of a holiday.")
    why = Text(required=False, default="", max_length=300, allow_blank=True)


class ArrangementWouldBe(serializers.Serializer[Preview]):
    """What an arrangement would do."""

    kind = serializers.CharField(source="row.kind")
    starts_at = Moment(source="row.starts_at")
    until = Moment(source="row.ends_at", allow_null=True)
    ends_before = Moment(allow_null=True, help_text="The end of the service as it is.")
    ends_after = Moment(allow_null=True)
    limit_before = serializers.IntegerField(allow_null=True, help_text="Bytes that may be used.")
    limit_after = serializers.IntegerField(allow_null=True)
    used = serializers.IntegerField(allow_null=True)
    wakes = serializers.BooleanField(help_text="It had ended, and works again.")


class ArrangementQuery(PageQuery):
    service = Id(help_text="Id of a service.")
    kind = serializers.ChoiceField(Arrangement.Kind.choices, required=False)


def service_of(pk: int) -> Service:
    """An account, or the service behind a voucher."""
    found: Service = one(Service.objects.select_related("plan"), pk)
    return found


def wish_of(given: dict[str, Any]) -> Wish:
    """The wish in a body."""
    given = dict(given)
    lengths = {name: given.pop(name) for name in LENGTHS if name in given}
    if len(lengths) > 1:
        raise Refusal(
            "two_lengths", "Give hours, days or months, not several of them.", field=next(iter(lengths))
        )
    more = None
    for name, count in lengths.items():
        more = Validity(seconds=count * 3600) if name == "hours" else Validity(**{name: count})
    return Wish(more=more, **given)


def follow(pk: int, now: datetime) -> None:
    """Bring who is online to it."""
    enforcing.settle(enforcing.uneven([pk]), now)


class AllArrangements(View):
    scopes = {"GET": Action.SEE_SUBSCRIBERS}
    takes = {"GET": ArrangementQuery}
    pagination_class = CursorPages

    @extend_schema(responses=ArrangementOut(many=True))
    def get(self, request: Request) -> Response:
        """List what is and was arranged."""
        rows = Arrangement.objects.all()
        for name, column in (("service", "service_id"), ("kind", "kind")):
            if name in self.asked:
                rows = rows.filter(**{column: self.asked[name]})
        return self.page(rows, ArrangementOut)


class Arrangements(View):
    scopes = {"POST": Action.CHANGE_SUBSCRIBERS}

    @extend_schema(request=ArrangementNew, responses={201: ArrangementOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Arrange something with a service.

        It holds at once: for the next login within a second, for who is online within seconds (`change_state` of the
        session says what the router answered). What its clock or data had ended works again when it is given more.
        """
        service = service_of(pk)
        wish, now = wish_of(self.body(request, ArrangementNew)), datetime.now(UTC)
        made = arranging.arrange(service, wish, by=access.actor(request), now=now)
        follow(pk, now)
        return Response(ArrangementOut(made).data, status=201)


class PreviewArrangement(View):
    scopes = {"POST": Action.SEE_SUBSCRIBERS}

    @extend_schema(request=ArrangementNew, responses=ArrangementWouldBe)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """See what an arrangement would do.

        Nothing is kept.
        """
        service = service_of(pk)
        wish = wish_of(self.body(request, ArrangementNew))
        return Response(ArrangementWouldBe(arranging.preview(service, wish, now=datetime.now(UTC))).data)


class UndoArrangement(View):
    scopes = {"POST": Action.CHANGE_SUBSCRIBERS}

    @extend_schema(request=Nothing, responses=ArrangementOut)
    @idempotent
    def post(self, request: Request, pk: int, number: int) -> Response:
        """Take an arrangement back, as if it had not been."""
        row = one(service_of(pk).arrangements.all(), number)
        self.body(request, Nothing)
        now = datetime.now(UTC)
        row = arranging.undo(row, by=access.actor(request), now=now)
        follow(pk, now)
        return Response(ArrangementOut(row).data)


class ResumeArrangement(View):
    scopes = {"POST": Action.CHANGE_SUBSCRIBERS}

    @extend_schema(request=Nothing, responses=ArrangementOut)
    @idempotent
    def post(self, request: Request, pk: int, number: int) -> Response:
        """End a holiday that goes on.

        The end of the service comes back by what was left of the holiday.
        """
        row = one(service_of(pk).arrangements.all(), number)
        self.body(request, Nothing)
        now = datetime.now(UTC)
        row = arranging.resume(row, by=access.actor(request), now=now)
        follow(pk, now)
        return Response(ArrangementOut(row).data)
