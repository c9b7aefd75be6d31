"""Sites: the places of routers. One is made with the first router that names it."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api.fields import Moment, PageQuery
from api.paging import CursorPages
from api.view import View, one
from subscribers.models import Site


class SiteOut(serializers.Serializer[Site]):
    """A place with routers."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    note = serializers.CharField()
    made_at = Moment()


class SiteQuery(PageQuery):
    search = serializers.CharField(required=False, max_length=80, help_text="In its name.")


class Sites(View):
    scopes = {"GET": Action.SEE_ROUTERS}
    takes = {"GET": SiteQuery}
    pagination_class = CursorPages

    @extend_schema(responses=SiteOut(many=True))
    def get(self, request: Request) -> Response:
        """List sites."""
        return self.page(Site.objects.filter(name__icontains=self.asked.get("search", "")), SiteOut)


class OneSite(View):
    scopes = {"GET": Action.SEE_ROUTERS}

    @extend_schema(responses=SiteOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at a site."""
        return Response(SiteOut(one(Site.objects.all(), pk)).data)
