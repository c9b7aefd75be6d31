"""Runs of a router: what was compared, what was written, and how it ended."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api.fields import Moment, PageQuery
from api.paging import CursorPages
from api.view import View, one
from routers import queries
from routers.models import SyncRun


class RunStep(serializers.Serializer[Any]):
    """A step that was needed."""

    do = serializers.CharField(required=False, help_text="add, set or remove")
    path = serializers.CharField(required=False)
    sentence = serializers.CharField(source="what", required=False)
    done = serializers.BooleanField(required=False)


class RunOut(serializers.Serializer[SyncRun]):
    """A comparison of what a router should be and what it is."""

    id = serializers.IntegerField()
    reason = serializers.CharField()
    state = serializers.ChoiceField(SyncRun.State.choices)
    started_at = Moment()
    ended_at = Moment(allow_null=True)
    written = serializers.IntegerField()
    trouble = serializers.CharField()
    steps = RunStep(many=True)


class Runs(View):
    scopes = {"GET": Action.SEE_ROUTERS}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=RunOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List what was compared and written on a router."""
        return self.page(SyncRun.objects.filter(router=one(queries.all_routers(), pk)), RunOut)
