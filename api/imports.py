"""Imports of subscribers: a file sent, its columns settled, the dry run read, started, undone."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Nothing
from api.idempotency import idempotent
from api.import_fields import (
    ImportColumnsIn,
    ImportedSecretsOut,
    ImportNew,
    ImportOut,
    ImportPieceIn,
    ImportQuery,
    ImportRowOut,
    ImportRowQuery,
)
from api.paging import CursorPages
from api.view import View, one
from subscribers import import_results, import_secrets, importing, tasks
from subscribers.models import ImportFile

READ, WRITE = Action.SEE_SUBSCRIBERS, Action.CHANGE_SUBSCRIBERS


def _by(request: Request) -> dict[str, Any]:
    return {"by": access.actor(request), "now": datetime.now(UTC)}


def _one(pk: int) -> ImportFile:
    found = one(import_results.files(), pk)
    assert isinstance(found, ImportFile)
    return found


class Imports(View):
    scopes = {"GET": READ, "POST": WRITE}
    takes = {"GET": ImportQuery}
    pagination_class = CursorPages

    @extend_schema(responses=ImportOut(many=True))
    def get(self, request: Request) -> Response:
        """List imports of subscribers."""
        return self.page(
            import_results.files(self.asked.get("search", ""), self.asked.get("state", "")), ImportOut
        )

    @extend_schema(request=ImportNew, responses={201: ImportOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Send a CSV file of subscribers.

        Nothing is changed yet: settle its columns, read the dry run, then start it. A large file is sent in pieces.
        """
        given = self.body(request, ImportNew)
        country = access.isp(request).country
        file = importing.receive_piece(
            given["name"], given["text"], is_last=given["is_last"], country=country, **_by(request)
        )
        where = reverse("api-import", kwargs={"pk": file.pk})
        return Response(ImportOut(_one(file.pk)).data, status=201, headers={"Location": where})


class ImportPieces(View):
    scopes = {"POST": WRITE}

    @extend_schema(request=ImportPieceIn, responses=ImportOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Send another piece of a file; the last one lets it be read."""
        file, given = _one(pk), self.body(request, ImportPieceIn)
        importing.add_piece(file, given["number"], given["text"], is_last=given["is_last"], **_by(request))
        return Response(ImportOut(_one(pk)).data)


class OneImport(View):
    scopes = {"GET": READ, "DELETE": WRITE}

    @extend_schema(responses=ImportOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at an import."""
        return Response(ImportOut(_one(pk)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Throw a file away from which nothing was imported."""
        importing.discard(_one(pk), **_by(request))
        return Response(status=204)


class ImportColumns(View):
    scopes = {"POST": WRITE}

    @extend_schema(request=ImportColumnsIn, responses={202: ImportOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Settle what the columns are, and begin the dry run.

        What is left out stays as it was guessed, or as it was settled for the same header before. Look at the import until
        `state` is `checked`; its rows say what becomes of each.
        """
        file, given = _one(pk), self.body(request, ImportColumnsIn)
        rules = {**file.rules, **given.get("rules", {})}
        settled = importing.settle(file, given.get("columns", file.columns), rules, **_by(request))
        tasks.go_on(settled)
        return Response(ImportOut(_one(pk)).data, status=202)


class _Act(View):
    scopes = {"POST": WRITE}

    def act(self, request: Request, pk: int, verb: Callable[..., ImportFile]) -> Response:
        file = _one(pk)
        self.body(request, Nothing)
        tasks.go_on(verb(file, **_by(request)))
        return Response(ImportOut(_one(pk)).data, status=202)


class StartImport(_Act):
    @extend_schema(request=Nothing, responses={202: ImportOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Import what the dry run found; rows with errors are left out."""
        return self.act(request, pk, importing.start)


class StopImport(_Act):
    @extend_schema(request=Nothing, responses={202: ImportOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Stop after the rows that are being imported."""
        return self.act(request, pk, importing.stop)


class GoOnWithImport(_Act):
    @extend_schema(request=Nothing, responses={202: ImportOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Take up what stopped, failed or lost its worker; what is done is not done again."""
        return self.act(request, pk, importing.go_on)


class UndoImport(_Act):
    @extend_schema(request=Nothing, responses={202: ImportOut})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Undo an import.

        What it made and nobody changed or used since goes; the rows of kind `kept` say why something stays.
        """
        return self.act(request, pk, importing.undo)


class ImportRows(View):
    scopes = {"GET": READ}
    takes = {"GET": ImportRowQuery}
    pagination_class = CursorPages

    @extend_schema(responses=ImportRowOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """List the rows of an import: what becomes of each, and what is wrong with those of kind `error`."""
        rows = import_results.lines(_one(pk), self.asked.get("kind", ""), self.asked.get("search", ""))
        return self.page(rows, ImportRowOut)


class ImportSecrets(View):
    scopes = {"POST": WRITE}

    @extend_schema(request=Nothing, responses=ImportedSecretsOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Take the passwords that an import made, once."""
        file = _one(pk)
        self.body(request, Nothing)
        names = ("account_number", "name", "username", "password")
        found = import_secrets.take(file, **_by(request))
        return Response({"results": [dict(zip(names, row, strict=True)) for row in found]})
