"""Rollouts: one change for many routers in waves, with progress, a stop, and going on."""

from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.changes import ChangeOut
from api.fields import Moment, Nothing, Number, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from kmikro.lib.refusal import Refusal
from routers import change_queries, changing, queries, rollouts
from routers.models import Rollout


class RolloutOut(serializers.Serializer[Rollout]):
    """A rollout with how far it is."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(Rollout.State.choices)
    trouble = serializers.CharField(help_text="Why it stopped.")
    by = serializers.CharField(source="made_by")
    made_at = Moment()
    not_before = Moment(allow_null=True)
    not_after = Moment(allow_null=True)
    ended_at = Moment(allow_null=True)
    routers = serializers.IntegerField(help_text="How many it is for.")
    done = serializers.IntegerField(help_text="Kept, or nothing was to do.")
    bad = serializers.IntegerField(help_text="Failed, taken back or unknown.")
    wave = serializers.IntegerField(help_text="Which wave has its turn, from 0.")
    waves = serializers.SerializerMethodField(
        help_text="How many routers have had their turn after each wave."
    )

    def get_waves(self, rollout: Any) -> list[int]:
        return rollouts.waves(rollout.routers)


class Window(Strict):
    not_before = Moment(required=False, help_text="Until then no router is planned.")
    not_after = Moment(required=False, help_text="After it no router begins: the rollout stops.")


class RolloutNew(Window):
    name = Text(max_length=80)
    routers = serializers.ListField(
        child=Number(min_value=1),
        min_length=1,
        max_length=rollouts.MOST,
        help_text="Ids of routers, each once. The first goes first and alone.",
    )


class RolloutQuery(PageQuery):
    state = serializers.ChoiceField(Rollout.State.choices, required=False)
    search = serializers.CharField(required=False, max_length=100, help_text="In name and who began it.")


class Rollouts(View):
    scopes = {"GET": Action.SEE_ROUTERS, "POST": Action.CHANGE_ROUTERS}
    takes = {"GET": RolloutQuery}
    pagination_class = CursorPages

    @extend_schema(responses=RolloutOut(many=True))
    def get(self, request: Request) -> Response:
        """List rollouts."""
        rows = change_queries.rollouts(self.asked.get("search", ""), self.asked.get("state", ""))
        return self.page(rows, RolloutOut)

    @extend_schema(request=RolloutNew, responses={202: RolloutOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Begin a rollout: one router, then a twentieth, then all; the first failure stops it."""
        wanted = self.body(request, RolloutNew)
        places = {number: place for place, number in enumerate(wanted["routers"])}
        chosen = sorted(queries.all_routers().filter(pk__in=places), key=lambda router: places[router.pk])
        if len(chosen) != len(wanted["routers"]):
            raise Refusal(
                "unknown_router",
                "There is no router with one of these ids, or one is twice.",
                field="routers",
            )
        waiting = [router.name for router in chosen if not router.is_ready][:3]
        if waiting:
            raise Refusal("not_ready", f"Not set up yet: {', '.join(waiting)}.", field="routers")
        made = rollouts.begin(
            wanted["name"],
            chosen,
            by=access.actor(request),
            now=datetime.now(UTC),
            not_before=wanted.get("not_before"),
            not_after=wanted.get("not_after"),
        )
        changing.advance.soon(made.pk)
        where = reverse("api-rollout", kwargs={"pk": made.pk})
        return Response(_shown(made.pk), status=202, headers={"Location": where})


def _shown(pk: int) -> Any:
    return RolloutOut(one(change_queries.rollouts(), pk)).data


class OneRollout(View):
    scopes = {"GET": Action.SEE_ROUTERS}

    @extend_schema(responses=RolloutOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at a rollout and how far it is."""
        return Response(_shown(pk))


class RolloutChanges(View):
    scopes = {"GET": Action.SEE_ROUTERS}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=ChangeOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List the changes of a rollout."""
        rollout = one(Rollout.objects.all(), pk)
        return self.page(change_queries.search("", "", rollout=rollout.pk), ChangeOut)


class StopRollout(View):
    scopes = {"POST": Action.CHANGE_ROUTERS}

    @extend_schema(request=Nothing, responses=RolloutOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Stop a rollout.

        No further router has its turn; what is under way goes to its end.
        """
        self.body(request, Nothing)
        held = one(Rollout.objects.select_for_update(), pk)
        rollouts.stop(held, by=access.actor(request), now=datetime.now(UTC))
        return Response(_shown(pk))


class ResumeRollout(View):
    scopes = {"POST": Action.CHANGE_ROUTERS}

    @extend_schema(request=Window, responses={202: RolloutOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Let a stopped rollout go on, at once or in another window.

        Routers whose change went wrong get another one.
        """
        window = self.body(request, Window)
        held = one(Rollout.objects.select_for_update(), pk)
        rollouts.resume(held, **window, by=access.actor(request), now=datetime.now(UTC))
        changing.advance.soon(pk)
        return Response(_shown(pk), status=202)
