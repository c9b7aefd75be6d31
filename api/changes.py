"""Changes of a router under guard: plan, read what would be done and could go wrong, let it be applied, keep, take back."""

from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Flag, Id, Moment, Named, Nothing, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from kmikro.lib.refusal import Refusal
from routers import change_queries, changes, changing, queries
from routers.models import Change

STATES = [(change_queries.OPEN, "Has not ended"), *Change.State.choices]


class ChangeOut(serializers.Serializer[Change]):
    """A change of one router, and what became of it."""

    id = serializers.IntegerField()
    router = Named()
    rollout = Named(allow_null=True)
    reason = serializers.CharField()
    state = serializers.ChoiceField(Change.State.choices)
    waits_for = serializers.CharField(
        help_text="What a waiting change waits for: approval, window, holder (of safe mode) or timer."
    )
    trouble = serializers.CharField()
    is_risky = serializers.BooleanField(help_text="Beginning needs `accept_risks`.")
    by_hand = serializers.BooleanField(help_text="A person keeps it; else our proof does.")
    not_before = Moment(allow_null=True)
    not_after = Moment(allow_null=True)
    made_by = serializers.CharField()
    accepted_by = serializers.CharField(help_text="Who said yes to its risks.")
    approved_by = serializers.CharField()
    made_at = Moment()
    started_at = Moment(allow_null=True)
    armed_until = Moment(allow_null=True, help_text="Then the router goes back by itself.")
    ended_at = Moment(allow_null=True)


class ChangeStep(serializers.Serializer[Any]):
    """A step of a plan."""

    do = serializers.CharField(help_text="add, set or remove")
    path = serializers.CharField()
    sentence = serializers.CharField(source="what")
    line = serializers.CharField(help_text="As a RouterOS line; secrets are masked.")
    done = serializers.BooleanField()


class ChangeRisk(serializers.Serializer[Any]):
    """What could go wrong."""

    code = serializers.CharField()
    level = serializers.CharField(help_text="high: it must be accepted.")
    text = serializers.CharField()


class ChangeLine(serializers.Serializer[Any]):
    """A line of the record."""

    at = Moment()
    who = serializers.CharField()
    what = serializers.CharField()
    ok = serializers.BooleanField()


class ChangeFull(ChangeOut):
    """A change with its plan, its risks and its record."""

    steps = ChangeStep(many=True)
    risks = ChangeRisk(many=True)
    trail = ChangeLine(many=True)


class ChangeNew(Strict):
    reason = Text(max_length=80, required=False, default="", allow_blank=True)
    by_hand = Flag(required=False, default=False, help_text="Keep it by hand within 2 minutes.")
    not_before = Moment(required=False, help_text="It is applied from this moment on.")
    not_after = Moment(required=False, help_text="After it, it is not begun any more.")


class ChangeBegin(Strict):
    accept_risks = Flag(required=False, default=False, help_text="Needed when `is_risky`.")


class ChangesQuery(PageQuery):
    state = serializers.ChoiceField(STATES, required=False)
    search = serializers.CharField(required=False, max_length=100, help_text="In router, reason and planner.")
    router = Id(help_text="Id of a router.")
    rollout = Id(help_text="Id of a rollout.")


class ChangeRulesOut(serializers.Serializer[Any]):
    """What the ISP wants of changes."""

    second_person = serializers.BooleanField(help_text="Who planned a change may not approve it.")


class ChangeRulesIn(Strict):
    second_person = Flag(help_text="true only: a person takes the rule away, on the page.")


class Changes(View):
    scopes = {"GET": Action.SEE_ROUTERS}
    takes = {"GET": ChangesQuery}
    pagination_class = CursorPages

    @extend_schema(responses=ChangeOut(many=True))
    def get(self, request: Request) -> Response:
        """List changes."""
        asked = self.asked
        rows = change_queries.search(
            asked.get("search", ""), asked.get("state", ""), asked.get("router"), asked.get("rollout")
        )
        return self.page(rows, ChangeOut)


class RouterChanges(View):
    scopes = {"GET": Action.SEE_ROUTERS, "POST": Action.CHANGE_ROUTERS}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=ChangeOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List the changes of a router."""
        return self.page(change_queries.search("", "", one(queries.all_routers(), pk).pk), ChangeOut)

    @extend_schema(request=ChangeNew, responses={202: ChangeFull})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Plan a change that makes a router what it should be.

        The router is read and nothing is written: look at the change until its `state` is `planned`.
        """
        router = one(queries.all_routers(), pk)
        wanted = self.body(request, ChangeNew)
        change = changes.plan(router, **wanted, by=access.actor(request), now=datetime.now(UTC))
        changing.plan_change.soon(change.pk)
        where = reverse("api-change", kwargs={"pk": change.pk})
        return Response(ChangeFull(change).data, status=202, headers={"Location": where})


class OneChange(View):
    scopes = {"GET": Action.SEE_ROUTERS}

    @extend_schema(responses=ChangeFull)
    def get(self, request: Request, pk: int) -> Response:
        """Look at a change: its steps, its risks, its record."""
        return Response(ChangeFull(one(change_queries.all_changes(), pk)).data)


def _held(pk: int) -> Change:
    """The change, while nobody else says anything to it."""
    held: Change = one(change_queries.all_changes().select_for_update(of=("self",)), pk)
    return held


class BeginChange(View):
    scopes = {"POST": Action.CHANGE_ROUTERS}

    @extend_schema(request=ChangeBegin, responses=ChangeFull)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Let a planned change be applied.

        At once, in its window, or after a second person's approval: see `state` and `waits_for`.
        """
        yes, change = self.body(request, ChangeBegin)["accept_risks"], _held(pk)
        if changes.begin(change, yes=yes, by=access.actor(request), now=datetime.now(UTC)):
            changing.apply_change.soon(pk)
        return Response(ChangeFull(change).data)


class ApproveChange(View):
    scopes = {"POST": Action.CHANGE_ROUTERS}

    @extend_schema(request=Nothing, responses=ChangeFull)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Approve a change that somebody else planned.

        A token stands for the person who made it: with one's own token nobody is a second person.
        """
        self.body(request, Nothing)
        change = _held(pk)
        if changes.approve(change, by=access.actor(request), now=datetime.now(UTC)):
            changing.apply_change.soon(pk)
        return Response(ChangeFull(change).data)


class _Decide(View):
    scopes = {"POST": Action.CHANGE_ROUTERS}
    what = ""

    def decide(self, request: Request, pk: int) -> Response:
        self.body(request, Nothing)
        change = _held(pk)
        changes.decide(change, self.what, by=access.actor(request), now=datetime.now(UTC))
        changing.settle_change.soon(pk, self.what)
        return Response(ChangeFull(change).data, status=202)


class KeepChange(_Decide):
    what = "keep"

    @extend_schema(request=Nothing, responses={202: ChangeFull})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Keep a change while the router's timer runs; a worker tells the router."""
        return self.decide(request, pk)


class TakeBackChange(_Decide):
    what = "take-back"

    @extend_schema(request=Nothing, responses={202: ChangeFull})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Take a change back while the router's timer runs; a worker tells the router."""
        return self.decide(request, pk)


class LookChange(View):
    scopes = {"POST": Action.CHANGE_ROUTERS}

    @extend_schema(request=Nothing, responses={202: ChangeFull})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Ask again what became of a change that is unknown."""
        self.body(request, Nothing)
        change = _held(pk)
        changes.look(change, by=access.actor(request), now=datetime.now(UTC))
        changing.settle_change.soon(pk, "look")
        return Response(ChangeFull(change).data, status=202)


class DropChange(View):
    scopes = {"POST": Action.CHANGE_ROUTERS}

    @extend_schema(request=Nothing, responses=ChangeFull)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Drop a change that has not begun."""
        self.body(request, Nothing)
        change = _held(pk)
        changes.drop(change, by=access.actor(request), now=datetime.now(UTC))
        return Response(ChangeFull(change).data)


class ChangeRulesNow(View):
    scopes = {"GET": Action.SEE_ROUTERS, "PATCH": Action.CHANGE_ROUTERS}

    @extend_schema(responses=ChangeRulesOut)
    def get(self, request: Request) -> Response:
        """Look at what the ISP wants of changes."""
        return Response(ChangeRulesOut(changes.rules()).data)

    @extend_schema(request=ChangeRulesIn, responses=ChangeRulesOut)
    def patch(self, request: Request) -> Response:
        """Want a second person for every change."""
        if not self.body(request, ChangeRulesIn)["second_person"]:
            # Else who may write routers could approve their own changes, with one token more.
            text = "Only a person who is signed in can take this rule away, on the page Changes."
            raise Refusal("a_person", text, field="second_person")
        rules = changes.set_rules(second_person=True, by=access.actor(request), now=datetime.now(UTC))
        return Response(ChangeRulesOut(rules).data)
