"""A router's certificates for RADIUS over TLS: which there are, a command for another one, an end to one."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Moment, Nothing
from api.idempotency import idempotent
from api.routers import held
from api.view import View, one
from routers import addresses, enrolment, queries, radsec, script, tasks
from tenants import authority
from tenants.authority import Held


class CertificateOut(serializers.Serializer[Held]):
    """A certificate that the router was given, without its key."""

    number = serializers.IntegerField(help_text="Counts the router's from 1.")
    serial = serializers.CharField()
    fingerprint = serializers.CharField()
    made_at = Moment()
    ends_at = Moment()
    revoked_at = Moment(allow_null=True)


class CertificateList(serializers.Serializer[Any]):
    in_use = serializers.IntegerField(allow_null=True, help_text="Number of the one it was told to use.")
    results = CertificateOut(many=True)


class CertificateCommand(serializers.Serializer[Any]):
    """The one line that brings the router its next certificate."""

    command = serializers.CharField(help_text="Paste it into the router's terminal. Good once.")
    command_expires_at = Moment()


class Certificates(View):
    scopes = {"GET": Action.SEE_ROUTERS, "POST": Action.CHANGE_ROUTERS}

    @extend_schema(responses=CertificateList)
    def get(self, request: Request, pk: int) -> Response:
        """List the certificates of a router."""
        router = one(queries.all_routers(), pk)
        there = authority.held(pk)
        used = radsec.in_use(router, there)
        shown: Any = {"in_use": used.number if used else None, "results": there[::-1]}
        return Response(CertificateList(shown).data)

    @extend_schema(request=Nothing, responses={201: CertificateCommand})
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Make a command that brings a router another certificate."""
        self.body(request, Nothing)
        router, now = held(pk), datetime.now(UTC)
        radsec.ask_new(router, by=access.actor(request), now=now)
        enrolment.issue_token(router, now)
        url = addresses.enrolment_url(access.host(request), router.enrolment_sealed)
        shown: Any = {
            "command": script.one_line(url, file=script.RENEWAL),
            "command_expires_at": router.enrolment_expires_at,
        }
        return Response(CertificateCommand(shown).data, status=201)


class RevokeCertificate(View):
    scopes = {"POST": Action.CHANGE_ROUTERS}

    @extend_schema(request=Nothing, responses=CertificateOut)
    @idempotent
    def post(self, request: Request, pk: int, number: int) -> Response:
        """Revoke a certificate; this cannot be undone.

        A router that uses it goes back to UDP.
        """
        self.body(request, Nothing)
        router = held(pk)
        used_it = radsec.revoke(
            router, _numbered(pk, number), by=access.actor(request), now=datetime.now(UTC)
        )
        if used_it and router.is_ready:
            tasks.sync.soon(pk, "Its certificate was revoked")
        return Response(CertificateOut(_numbered(pk, number)).data)


def _numbered(pk: int, number: int) -> Held:
    found = next((each for each in authority.held(pk) if each.number == number), None)
    if found is None:
        raise NotFound
    return found
