"""Designs of vouchers, and what is printed unless another is chosen."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Moment, Named, Number, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from billing import designs, papers, redeeming, slip_html
from billing.models import Design, VoucherRules
from kmikro.lib.refusal import Refusal


class DesignOut(serializers.Serializer[Design]):
    """HTML for one kind of paper; `{{ code }}` and other fields are filled when it is printed."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    paper = serializers.ChoiceField(papers.CHOICES)
    html = serializers.CharField(
        help_text="As it was cleaned: without scripts and anything from other sites."
    )
    changed_at = Moment()


class DesignIn(Strict):
    name = Text(max_length=60)
    paper = serializers.ChoiceField(papers.CHOICES)
    html = Text(
        max_length=slip_html.LONGEST,
        trim_whitespace=False,
        help_text=f"Fields: {', '.join(slip_html.FIELDS)}.",
    )


class VoucherRulesOut(serializers.Serializer[VoucherRules]):
    """What the ISP wants of all its vouchers."""

    paper = serializers.ChoiceField(papers.CHOICES)
    design = Named(allow_null=True, help_text="Null: the paper's own look.")
    top_up = serializers.ChoiceField(
        VoucherRules.TopUp.choices, help_text="When the data begins that a voucher adds to an account."
    )


class VoucherRulesIn(Strict):
    paper = serializers.ChoiceField(papers.CHOICES, required=False)
    design = Number(min_value=1, required=False, allow_null=True, help_text="Id; its paper is taken too.")
    top_up = serializers.ChoiceField(VoucherRules.TopUp.choices, required=False)


class VoucherDesigns(View):
    scopes = {"GET": Action.SEE_VOUCHERS, "POST": Action.CHANGE_PLANS}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=DesignOut(many=True))
    def get(self, request: Request) -> Response:
        """List voucher designs."""
        return self.page(Design.objects.all(), DesignOut)

    @extend_schema(request=DesignIn, responses={201: DesignOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Make a voucher design."""
        given = self.body(request, DesignIn)
        made = designs.make(**given, by=access.actor(request), now=datetime.now(UTC))
        return Response(DesignOut(made).data, status=201)


class OneVoucherDesign(View):
    scopes = {
        "GET": Action.SEE_VOUCHERS,
        "PATCH": Action.CHANGE_PLANS,
        "DELETE": Action.CHANGE_PLANS,
    }

    @extend_schema(responses=DesignOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at a voucher design."""
        return Response(DesignOut(one(Design.objects.all(), pk)).data)

    @extend_schema(request=DesignIn, responses=DesignOut)
    def patch(self, request: Request, pk: int) -> Response:
        """Change a voucher design."""
        held = one(Design.objects.all(), pk)
        before: dict[str, Any] = {"name": held.name, "paper": held.paper, "html": held.html}
        given = {**before, **self.body(request, DesignIn, partial=True)}
        designs.change(held, **given, by=access.actor(request), now=datetime.now(UTC))
        return Response(DesignOut(held).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Remove a voucher design."""
        designs.remove(one(Design.objects.all(), pk), by=access.actor(request), now=datetime.now(UTC))
        return Response(status=204)


class RulesOfVouchers(View):
    scopes = {"GET": Action.SEE_VOUCHERS, "PATCH": Action.CHANGE_PLANS}

    @extend_schema(responses=VoucherRulesOut)
    def get(self, request: Request) -> Response:
        """Look at what is wanted of all vouchers."""
        return Response(VoucherRulesOut(designs.rules()).data)

    @extend_schema(request=VoucherRulesIn, responses=VoucherRulesOut)
    def patch(self, request: Request) -> Response:
        """Say what is wanted of all vouchers: what is printed as a rule, when top-ups begin."""
        given, usual = self.body(request, VoucherRulesIn, partial=True), designs.rules()
        by, now = access.actor(request), datetime.now(UTC)
        if "top_up" in given:
            redeeming.choose(given["top_up"], by=by, now=now)
        if not {"paper", "design"} & set(given):
            return Response(VoucherRulesOut(designs.rules()).data)
        design = usual.design
        if "design" in given:
            pk = given["design"]
            design = Design.objects.filter(pk=pk).first() if pk is not None else None
            if pk is not None and design is None:
                raise Refusal("unknown_design", "There is no design with this id.", field="design")
        elif "paper" in given:
            design = None
        paper = given.get("paper", usual.paper)
        held = designs.choose(paper, design, by=by, now=now)
        return Response(VoucherRulesOut(held).data)
