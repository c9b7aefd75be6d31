"""Vouchers: find, look at, make void. Codes are in clear only for the scope vouchers:codes."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Id, Moment, Named, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from billing import handover, queries, vouchers
from billing.models import Voucher
from kmikro.lib import codes
from radius import disconnect
from subscribers.queries import State


class VoucherOut(serializers.Serializer[Voucher]):
    """One voucher and what was used of it."""

    id = serializers.IntegerField()
    serial = serializers.CharField(source="service.label")
    code = serializers.SerializerMethodField(
        help_text="Covered without the scope vouchers:codes, and after its batch was handed over."
    )
    batch = serializers.IntegerField(source="batch_id")
    plan = Named(source="service.plan")
    state = serializers.ChoiceField([state.value for state in State])
    first_used_at = Moment(source="service.first_used_at", allow_null=True)
    ends_at = Moment(source="service.expires_at", allow_null=True)
    upload_bytes = serializers.IntegerField(source="service.upload_bytes")
    download_bytes = serializers.IntegerField(source="service.download_bytes")
    seconds_used = serializers.IntegerField(source="service.seconds_used")
    voided_at = Moment(allow_null=True)
    void_reason = serializers.CharField()
    made_at = Moment(source="service.made_at")

    def get_code(self, voucher: Voucher) -> str:
        clear = self.context["clear"] and handover.is_open(voucher.batch, datetime.now(UTC))
        return codes.shown(voucher.code) if clear else codes.masked(voucher.code)


class VoucherVoid(Strict):
    reason = Text(
        max_length=200,
        required=False,
        default="",
        allow_blank=True,
        help_text="Stands in the journal and with the voucher.",
    )


class VoucherQuery(PageQuery):
    batch = Id(help_text="Id of a batch.")
    state = serializers.ChoiceField([state.value for state in State], required=False)
    code = serializers.CharField(
        required=False,
        max_length=40,
        help_text="A full code, a serial (12-0004) or a code's last four characters.",
    )


def _found(request: Request) -> Any:
    return queries.vouchers(datetime.now(UTC), access.owner(request))


def _shown(request: Request, voucher: Voucher) -> Response:
    return Response(VoucherOut(voucher, context={"clear": access.may(request, Action.SEE_CODES)}).data)


class Vouchers(View):
    scopes = {"GET": Action.SEE_VOUCHERS}
    takes = {"GET": VoucherQuery}
    pagination_class = CursorPages

    @extend_schema(responses=VoucherOut(many=True))
    def get(self, request: Request) -> Response:
        """List vouchers.

        Without the scope `vouchers:all` only those of the token's maker.
        """
        rows = _found(request)
        if "batch" in self.asked:
            rows = rows.filter(batch_id=self.asked["batch"])
        if "code" in self.asked:
            rows = queries.matching(rows, self.asked["code"])
        if "state" in self.asked:
            rows = rows.filter(state=self.asked["state"])
        return self.page(rows, VoucherOut, clear=access.may(request, Action.SEE_CODES))


class OneVoucher(View):
    scopes = {"GET": Action.SEE_VOUCHERS}

    @extend_schema(responses=VoucherOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at a voucher."""
        return _shown(request, one(_found(request), pk))


class VoidVoucher(View):
    scopes = {"POST": Action.MAKE_VOUCHERS}

    @extend_schema(request=VoucherVoid, responses=VoucherOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Make a voucher void.

        Its code stops working for ever, and who is online with it is disconnected. It cannot be undone.
        """
        found = one(_found(request), pk)
        reason = self.body(request, VoucherVoid)["reason"]
        actor, now = access.actor(request), datetime.now(UTC)
        voucher = vouchers.void(found, by=actor, now=now, reason=reason)
        disconnect.end_all([voucher.service_id], by=actor, now=now)
        return _shown(request, one(_found(request), pk))


class PrintAgainIn(Strict):
    reason = Text(max_length=handover.LONGEST_REASON, help_text="Stands in the journal.")


class CodeOut(serializers.Serializer[Any]):
    """The code of one voucher."""

    code = serializers.CharField()


class PrintVoucherAgain(View):
    scopes = {"POST": Action.PRINT_AGAIN}

    @extend_schema(request=PrintAgainIn, responses=CodeOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Take the code of a voucher again.

        After its batch was handed over, with a reason that the journal keeps.
        """
        voucher = one(_found(request), pk)
        reason = self.body(request, PrintAgainIn)["reason"]
        actor, now = access.actor(request), datetime.now(UTC)
        code = handover.print_again(voucher, voucher.state, by=actor, now=now, reason=reason)
        return Response({"code": codes.shown(code)})
