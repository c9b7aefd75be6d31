"""Records that may be one subscriber: listed, merged after a preview, taken apart again."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Flag, Moment, Named, Nothing, Number, Strict
from api.idempotency import idempotent
from api.view import View, one
from subscribers import merging
from subscribers.models import Merger, Subscriber


class PairOut(serializers.Serializer[Any]):
    """Two records, the older first, and what they share."""

    first = Named()
    second = Named()
    why = serializers.ChoiceField(["phone", "email", "name"], help_text="name: and address.")
    shared = serializers.CharField()


class PairsOut(serializers.Serializer[Any]):
    results = PairOut(many=True)


class MergeIn(Strict):
    gone = Number(min_value=1, help_text="Id of the record that goes.")
    preview = Flag(required=False, default=False, help_text="true: only tell what would move.")


class MergedOut(serializers.Serializer[Any]):
    """How many rows of each kind move, and the merger when it was made."""

    id = serializers.IntegerField(allow_null=True, help_text="Of the merger; null for a preview.")
    moves = serializers.DictField(child=serializers.IntegerField())


class MergerOut(serializers.Serializer[Merger]):
    id = serializers.IntegerField()
    kept = Named()
    gone = Named()
    at = Moment()
    undone_at = Moment(allow_null=True)


class Duplicates(View):
    scopes = {"GET": Action.SEE_SUBSCRIBERS}

    @extend_schema(responses=PairsOut)
    def get(self, request: Request) -> Response:
        """List pairs of records that may be one subscriber.

        Those that share a phone, an email, or name and address; the first hundred.
        """
        return Response({"results": PairOut(merging.pairs(), many=True).data})


class MergeSubscriber(View):
    scopes = {"POST": Action.CHANGE_SUBSCRIBERS}

    @extend_schema(request=MergeIn, responses=MergedOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Merge another record into this one.

        Services, notes, phones, emails, files and consents move here; the other record stays as a tombstone that leads
        here. It can be undone for 30 days.
        """
        kept, given = one(Subscriber.objects.all(), pk), self.body(request, MergeIn)
        gone = Subscriber.objects.filter(pk=given["gone"]).first()
        if gone is None:
            raise NotFound
        moves, number = merging.preview(kept, gone), None
        if not given["preview"]:
            number = merging.merge(kept, gone, by=access.actor(request), now=datetime.now(UTC)).pk
        return Response({"id": number, "moves": moves})


class UndoMerger(View):
    scopes = {"POST": Action.CHANGE_SUBSCRIBERS}

    @extend_schema(request=Nothing, responses=MergerOut)
    @idempotent
    def post(self, request: Request, pk: int, number: int) -> Response:
        """Take two records apart again, for 30 days after they were merged."""
        self.body(request, Nothing)
        merger = one(Merger.objects.filter(kept=pk).select_related("kept", "gone"), number)
        merging.undo(merger, by=access.actor(request), now=datetime.now(UTC))
        merger.refresh_from_db()
        return Response(MergerOut(merger).data)
