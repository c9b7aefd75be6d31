"""How people may sign in through a router: what asks RADIUS there, by MAC, by old methods, PPPoE, TLS."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Flag, Strict, Text
from api.routers import held
from api.view import View, one
from kmikro.lib.refusal import Refusal
from routers import queries, sign_in, tasks
from routers.models import Router

_AS_IT_IS = ("mac_login", "allow_mschap1", "allow_eap", "admit_unknown", "pppoe_interface", "pppoe_network")
_ASKS = "What asks our RADIUS."


class SignInOut(serializers.Serializer[Router]):
    """The settings, without the password that is sent with a MAC."""

    services = serializers.ListField(child=serializers.ChoiceField(sign_in.SERVICES), help_text=_ASKS)
    mac_login = serializers.BooleanField(help_text="Devices on a list sign in at the hotspot by their MAC.")
    has_mac_password = serializers.SerializerMethodField()
    allow_mschap1 = serializers.BooleanField(help_text="Broken since 1999.")
    allow_eap = serializers.BooleanField(help_text="802.1X on Wi-Fi, by EAP-TTLS and PEAP.")
    admit_unknown = serializers.BooleanField(help_text="Unknown users come into the walled garden.")
    pppoe_interface = serializers.CharField(help_text="Empty: no PPPoE server of ours.")
    pppoe_network = serializers.CharField()
    wants_radsec = serializers.BooleanField(help_text="RADIUS over TLS.")

    @extend_schema_field(bool)
    def get_has_mac_password(self, router: Router) -> bool:
        return bool(router.mac_auth_password)


class SignInIn(Strict):
    services = serializers.ListField(
        child=serializers.ChoiceField(sign_in.SERVICES), max_length=len(sign_in.SERVICES), help_text=_ASKS
    )
    mac_login = Flag()
    mac_auth_password = Text(
        max_length=sign_in.LONGEST_PASSWORD,
        allow_blank=True,
        help_text="Sent with a MAC; empty: none from now on.",
    )
    allow_mschap1 = Flag()
    allow_eap = Flag()
    admit_unknown = Flag()
    pppoe_interface = Text(max_length=40, allow_blank=True)
    pppoe_network = Text(max_length=18, allow_blank=True)
    wants_radsec = Flag()


class RouterSignIn(View):
    scopes = {"GET": Action.SEE_ROUTERS, "PATCH": Action.CHANGE_ROUTERS}

    @extend_schema(responses=SignInOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at how people may sign in through a router."""
        return Response(SignInOut(one(queries.all_routers(), pk)).data)

    @extend_schema(request=SignInIn, responses=SignInOut)
    @transaction.atomic
    def patch(self, request: Request, pk: int) -> Response:
        """Change how people may sign in through a router; what is left out stays.

        RADIUS knows it at once, and a router that is set up is told.
        """
        wanted = self.body(request, SignInIn, partial=True)
        router = held(pk)
        if wanted.get("wants_radsec") and not settings.RADSEC:
            text = "This installation does not serve RADIUS over TLS (KMIKRO_RADSEC)."
            raise Refusal("no_radsec", text, field="wants_radsec")
        now: dict[str, Any] = {name: getattr(router, name) for name in (*_AS_IT_IS, "wants_radsec")}
        wish = now | {"services": router.services} | wanted
        wish["services"] = frozenset(wish["services"])
        if sign_in.settle(router, sign_in.SignIn(**wish), by=access.actor(request), now=datetime.now(UTC)):
            # A person took services away: their rows may go, however many.
            tasks.sync.soon(pk, "Sign-in settings", True)
        return Response(SignInOut(router).data)
