"""What is done to a router at once: compared, read, tried again, given another secret, another command, a block to paste."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Flag, Moment, Nothing, Strict, Text
from api.idempotency import idempotent
from api.routers import RouterMade, RouterOut, held
from api.view import View
from kmikro.lib.refusal import Refusal
from routers import enrolment, pasting, rotation, tasks

SIX, SEVEN = 6, 7


class Compare(Strict):
    however_many = Flag(
        required=False,
        default=False,
        help_text="Write all that the router's plan shows, also when many rows go.",
    )


class CommandNew(Strict):
    version = serializers.ChoiceField([SEVEN, SIX], required=False, default=SEVEN, help_text="Of RouterOS.")


class BlockOut(serializers.Serializer[Any]):
    """A block for the terminal of a router that may not download; it holds a secret."""

    block = serializers.CharField()
    expires_at = Moment()


class LineIn(Strict):
    address = Text(max_length=45, help_text="Public IP address of the router.")
    line = Text(max_length=2000, help_text="The line that the block printed, from kmikro: to :end.")


class _Act(View):
    scopes = {"POST": Action.CHANGE_ROUTERS}


class CompareRouter(_Act):
    @extend_schema(request=Compare, responses={202: RouterOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Compare a router with what it should be and put right what differs; its runs tell how it went."""
        router = held(pk)
        wanted = self.body(request, Compare)
        tasks.sync.soon(pk, "Asked for over the API", wanted["however_many"])
        return Response(RouterOut(router).data, status=202)


class ReadRouter(_Act):
    @extend_schema(request=Nothing, responses={202: RouterOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Read a whole router again; its plan and others then tell of it."""
        self.body(request, Nothing)
        router = held(pk)
        tasks.look.soon(pk)
        return Response(RouterOut(router).data, status=202)


class RetryRouter(_Act):
    @extend_schema(request=Nothing, responses={202: RouterOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Try the current step of setting a router up again now."""
        self.body(request, Nothing)
        router = held(pk)
        if router.is_ready or router.reached_at is None:
            raise Refusal("nothing_to_try", "This router has no step that could be tried again.")
        tasks.enrol.soon(pk)
        return Response(RouterOut(router).data, status=202)


class RouterSecret(_Act):
    @extend_schema(request=Nothing, responses={202: RouterOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Give a router another RADIUS secret.

        The router is told; the old one is good for a day.
        """
        self.body(request, Nothing)
        router = held(pk)
        rotation.rotate(router, by=access.actor(request), now=datetime.now(UTC))
        tasks.sync.soon(pk, "A new RADIUS secret")
        return Response(RouterOut(router).data, status=202)


class RouterCommand(_Act):
    @extend_schema(request=CommandNew, responses={201: RouterMade})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Make a new command, for the router or for the hardware that replaces it.

        Until it is pasted the router counts as not set up; people who are online stay online.
        """
        six = self.body(request, CommandNew)["version"] == SIX
        router = enrolment.renew(held(pk), by=access.actor(request), now=datetime.now(UTC))
        context = {"host": access.host(request), "six": six}
        return Response(RouterMade(router, context=context).data, status=201)


class RouterBlock(_Act):
    @extend_schema(request=CommandNew, responses={201: BlockOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Show the block for a router that may not download, while its command is good."""
        six = self.body(request, CommandNew)["version"] == SIX
        router = held(pk)
        block = pasting.block(router, six=six, now=datetime.now(UTC))
        if not block:
            raise Refusal("no_command", "The command has expired. Make a new one.")
        shown: Any = {"block": block, "expires_at": router.enrolment_expires_at}
        return Response(BlockOut(shown).data, status=201)


class RouterLine(_Act):
    @extend_schema(request=LineIn, responses={202: RouterOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Bring back the line that the block printed; the router is called then."""
        router = held(pk)  # before the body: of an unknown one nothing else is said
        wanted = self.body(request, LineIn)
        pasting.take(
            router, wanted["line"], wanted["address"], by=access.actor(request), now=datetime.now(UTC)
        )
        tasks.enrol.soon(pk)
        return Response(RouterOut(router).data, status=202)
