"""What belongs to a subscriber: notes, consents and files; and the own fields of the ISP."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Nothing, PageQuery
from api.idempotency import idempotent
from api.paging import CursorPages
from api.subscriber_fields import (
    ConsentIn,
    ConsentOut,
    CustomFieldIn,
    CustomFieldOut,
    FileIn,
    FileOut,
    FileWhole,
    NoteIn,
    NoteOut,
)
from api.subscribers import change_of
from api.view import View, one
from kmikro.lib.refusal import Refusal
from subscribers import attachments, consents, custom, notes
from subscribers.models import CustomField, Subscriber

READ, WRITE = Action.SEE_SUBSCRIBERS, Action.CHANGE_SUBSCRIBERS


def _by(request: Request) -> dict[str, Any]:
    return {"by": access.actor(request), "now": datetime.now(UTC)}


class Notes(View):
    scopes = {"GET": READ, "POST": WRITE}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=NoteOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List the notes about a subscriber."""
        return self.page(one(Subscriber.objects.all(), pk).notes.all(), NoteOut)

    @extend_schema(request=NoteIn, responses={201: NoteOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Write a note about a subscriber."""
        person, given = change_of(request, pk), self.body(request, NoteIn)
        made = notes.write(person, given["text"], given["kind"], pinned=given["is_pinned"], **_by(request))
        return Response(NoteOut(made).data, status=201)


class Consents(View):
    scopes = {"GET": READ, "POST": WRITE}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=ConsentOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List what a subscriber agreed to."""
        return self.page(one(Subscriber.objects.all(), pk).consents.all(), ConsentOut)

    @extend_schema(request=ConsentIn, responses={201: ConsentOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Write down a consent."""
        person, given = change_of(request, pk), self.body(request, ConsentIn)
        made = consents.give(
            person, given["what"], version=given["version"], how=given["how"], **_by(request)
        )
        return Response(ConsentOut(made).data, status=201)


class WithdrawConsent(View):
    scopes = {"POST": WRITE}

    @extend_schema(request=Nothing, responses=ConsentOut)
    @idempotent
    def post(self, request: Request, pk: int, number: int) -> Response:
        """Take a consent back."""
        found = one(change_of(request, pk).consents.all(), number)
        self.body(request, Nothing)
        return Response(ConsentOut(consents.withdraw(found, **_by(request))).data)


class Files(View):
    scopes = {"GET": READ, "POST": WRITE}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=FileOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List the files about a subscriber."""
        return self.page(one(Subscriber.objects.all(), pk).files.defer("content"), FileOut)

    @extend_schema(request=FileIn, responses={201: FileOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Keep a file about a subscriber.

        Its first bytes must be what its name says. A body has at most 1 MB; files up to 5 MB go by the dashboard.
        """
        person, given = change_of(request, pk), self.body(request, FileIn)
        try:
            content = base64.b64decode(given["content"], validate=True)
        except binascii.Error:
            raise Refusal("bad_base64", "The content is not base64.", field="content") from None
        made = attachments.keep(person, given["name"], content, **_by(request))
        return Response(FileOut(made).data, status=201)


class OneFile(View):
    scopes = {"GET": READ, "DELETE": WRITE}

    @extend_schema(responses=FileWhole)
    def get(self, request: Request, pk: int, number: int) -> Response:
        """Read a file about a subscriber."""
        found = one(one(Subscriber.objects.all(), pk).files.all(), number)
        content = base64.b64encode(bytes(found.content)).decode()
        return Response(FileWhole(found, context={"content": content}).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, number: int) -> Response:
        """Throw a file away."""
        attachments.remove(one(change_of(request, pk).files.all(), number), **_by(request))
        return Response(status=204)


class CustomFields(View):
    scopes = {"GET": READ, "POST": WRITE}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=CustomFieldOut(many=True))
    def get(self, request: Request) -> Response:
        """List the ISP's own fields of subscribers."""
        return self.page(CustomField.objects.all(), CustomFieldOut)

    @extend_schema(request=CustomFieldIn, responses={201: CustomFieldOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Define another field."""
        given = self.body(request, CustomFieldIn)
        made = custom.define(
            given["name"],
            given["kind"],
            options=given["options"],
            is_required=given["is_required"],
            **_by(request),
        )
        return Response(CustomFieldOut(made).data, status=201)


class OneCustomField(View):
    scopes = {"DELETE": WRITE}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, number: int) -> Response:
        """Ask for a field no more; what was written stays."""
        custom.archive(one(CustomField.objects.all(), number), **_by(request))
        return Response(status=204)
