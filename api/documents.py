"""The platform's legal documents: which are in force, and every version."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api.fields import Moment, PageQuery
from api.paging import CursorPages
from api.view import View
from legal import consent
from legal.models import Document, Version


class VersionOut(serializers.Serializer[Version]):
    """A version without its text."""

    number = serializers.IntegerField()
    dated = serializers.DateField()
    effective_at = Moment()
    published_at = Moment()
    changes = serializers.ListField(child=serializers.CharField(), help_text="One sentence each.")
    digest = serializers.CharField(help_text="SHA-256 of the text.")


class Section(serializers.Serializer[Any]):
    """Part of a text."""

    number = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField(required=False)
    paragraphs = serializers.ListField(child=serializers.CharField(), required=False)
    points = serializers.ListField(child=serializers.CharField(), required=False)
    closing = serializers.ListField(child=serializers.CharField(), required=False)


class VersionText(VersionOut):
    """A version with its text."""

    sections = Section(many=True)


class DocumentOut(serializers.Serializer[Any]):
    """A document and the version in force."""

    kind = serializers.ChoiceField(Document.Kind.choices)
    title = serializers.CharField()
    version = VersionOut()


class Documents(View):
    scopes = {"GET": Action.SEE_LEGAL}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=DocumentOut(many=True))
    def get(self, request: Request) -> Response:
        """List legal documents."""
        now = datetime.now(UTC)
        versions = [found for kind in Document.Kind if (found := consent.current(kind, now=now))]
        pages = CursorPages()
        newest = sorted(versions, key=lambda version: -version.document_id)
        cut = pages.of_list(
            newest,
            cursor=self.asked.get("cursor"),
            limit=self.asked["limit"],
            number=lambda version: version.document_id,
        )
        rows: Any = [
            {"kind": version.document.kind, "title": version.document.title, "version": version}
            for version in cut
        ]
        return pages.get_paginated_response(DocumentOut(rows, many=True).data)


class Versions(View):
    scopes = {"GET": Action.SEE_LEGAL}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=VersionOut(many=True))
    def get(self, request: Request, kind: str) -> Response:
        """List the versions of a document."""
        versions = consent.versions(kind, now=datetime.now(UTC))
        if not versions:
            raise NotFound
        pages = CursorPages()
        cut: Any = pages.of_list(
            versions,
            cursor=self.asked.get("cursor"),
            limit=self.asked["limit"],
            number=lambda version: version.number,
        )
        return pages.get_paginated_response(VersionOut(cut, many=True).data)


class OneVersion(View):
    scopes = {"GET": Action.SEE_LEGAL}

    @extend_schema(responses=VersionText)
    def get(self, request: Request, kind: str, number: int) -> Response:
        """Read a version."""
        versions = consent.versions(kind, now=datetime.now(UTC))
        found = next((version for version in versions if version.number == number), None)
        if found is None:
            raise NotFound
        return Response(VersionText(found).data)
