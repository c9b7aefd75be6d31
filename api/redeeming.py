"""A voucher tops up an account."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.arrangements import follow
from api.fields import Flag, Moment, Strict, Text
from api.idempotency import idempotent
from api.renewals import account_of
from api.view import View
from billing import redeeming


class RedeemIn(Strict):
    code = Text(max_length=40, help_text="As it stands on the paper.")
    preview = Flag(required=False, default=False, help_text="Only say what it would add.")


class RedeemOut(serializers.Serializer[Any]):
    """What a voucher adds, or has added."""

    voucher = serializers.CharField(help_text="Its serial.")
    ends_before = Moment(allow_null=True)
    ends_after = Moment(allow_null=True)
    extra_bytes = serializers.IntegerField()
    data_from = Moment(allow_null=True, help_text="Null: at once.")


class Redeem(View):
    scopes = {"POST": Action.CHANGE_SUBSCRIBERS}

    @extend_schema(request=RedeemIn, responses=RedeemOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Top up an account by a voucher.

        Its time and data are added as the ISP wants it; the voucher is used up and not given back.
        """
        account, now = account_of(pk), datetime.now(UTC)
        wanted = self.body(request, RedeemIn)
        planned = redeeming.preview(account, wanted["code"], now=now)
        if not wanted["preview"]:
            redeeming.redeem(account, wanted["code"], by=access.actor(request), now=now)
            follow(pk, now)
        said: dict[str, Any] = {
            "voucher": str(planned.voucher),
            "ends_before": planned.ends_before,
            "ends_after": planned.ends_after,
            "extra_bytes": planned.octets,
            "data_from": planned.data_from,
        }
        return Response(RedeemOut(said).data)
