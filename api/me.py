"""Who the token is."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Moment
from api.view import View


class IspOut(serializers.Serializer[Any]):
    """The ISP that the token belongs to."""

    name = serializers.CharField()
    slug = serializers.CharField()
    country = serializers.CharField()
    currency = serializers.CharField()
    time_zone = serializers.CharField()


class Me(serializers.Serializer[Any]):
    """A token: `may` is what it can do now, which is never more than its maker may."""

    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    may = serializers.ListField(child=serializers.CharField())
    expires_at = Moment()
    isp = IspOut()


class WhoAmI(View):
    scopes = {"GET": None}

    @extend_schema(responses=Me)
    def get(self, request: Request) -> Response:
        """Show the token, its scopes and its ISP."""
        token = access.token(request)
        shown = {
            "name": token.name,
            "scopes": sorted(token.scopes),
            "may": sorted(action.value for action in Action if access.may(request, action)),
            "expires_at": token.expires_at,
            "isp": access.isp(request),
        }
        return Response(Me(shown).data)
