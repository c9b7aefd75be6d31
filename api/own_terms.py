"""What is agreed with one account alone, beside its plan."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access, accounts
from api.fields import Flag, Moment, Nothing, Number, Strict, Text
from api.idempotency import idempotent
from api.view import View, one
from radius import disconnect
from subscribers import own_terms
from subscribers.models import Service


class TermsOut(serializers.Serializer[Service]):
    """Null and empty: the plan's, or none."""

    expires_at = Moment(allow_null=True)
    grace_seconds = serializers.IntegerField(allow_null=True)
    sites = serializers.ListField(child=serializers.IntegerField())
    routers = serializers.ListField(child=serializers.IntegerField())
    framed_ip = serializers.CharField(allow_null=True)
    framed_ipv6_prefix = serializers.CharField(allow_null=True)
    delegated_ipv6_prefix = serializers.CharField(allow_null=True)
    bound_mac = serializers.CharField(help_text="Of the first device, where the plan locks to it.")


class TermsIn(Strict):
    """What is left out stays."""

    expires_at = Moment(required=False, allow_null=True, help_text="Null: no end. Not in the past.")
    grace_seconds = Number(required=False, allow_null=True, help_text="After the end; null: the plan's.")
    sites = serializers.ListField(
        child=Number(min_value=1), required=False, help_text="Empty: everywhere. The plan must allow it too."
    )
    routers = serializers.ListField(
        child=Number(min_value=1), required=False, help_text="Beside those of `sites`."
    )
    framed_ip = Text(required=False, allow_null=True, max_length=15, help_text="IPv4, for PPP and DHCP.")
    framed_ipv6_prefix = Text(required=False, allow_null=True, max_length=43, help_text="Of the line.")
    delegated_ipv6_prefix = Text(
        required=False, allow_null=True, max_length=43, help_text="For the customer's own network."
    )
    disconnect = Flag(
        required=False,
        default=False,
        help_text="When an address changes: end who is online, so that it holds now and not from the next sign-in.",
    )


def _shown(service: Any) -> Response:
    return Response(TermsOut(service).data)


class AccountTerms(View):
    scopes = {"GET": Action.SEE_SUBSCRIBERS, "PATCH": Action.CHANGE_SUBSCRIBERS}

    @extend_schema(responses=TermsOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at what is agreed with an account alone."""
        return _shown(one(accounts.found(), pk))

    @extend_schema(request=TermsIn, responses=TermsOut)
    @transaction.atomic
    def patch(self, request: Request, pk: int) -> Response:
        """Agree something with an account alone.

        End, grace and places hold at once: for the next login within a second, for who is online within five.
        """
        given = self.body(request, TermsIn, partial=True)
        now, by, kick = datetime.now(UTC), access.actor(request), given.pop("disconnect", False)
        service = one(accounts.found(), pk)
        before = own_terms.own_terms_of(service)
        own_terms.agree(service, replace(before, **given), by=by, now=now)
        held = one(accounts.found(), pk)
        if kick and own_terms.moves(before, own_terms.own_terms_of(held)):
            disconnect.end_all([pk], by=by, now=now)
        return _shown(held)


class UnbindAccount(View):
    scopes = {"POST": Action.CHANGE_SUBSCRIBERS}

    @extend_schema(request=Nothing, responses=TermsOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Forget the device that an account is bound to.

        The next one that signs in takes its place.
        """
        self.body(request, Nothing)
        own_terms.unbind(one(accounts.found(), pk), by=access.actor(request), now=datetime.now(UTC))
        return _shown(one(accounts.found(), pk))
