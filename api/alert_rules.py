"""Alert rules: who is told of what, where, and when not."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Flag, Moment, Named, Number, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.paging import CursorPages
from api.view import View, one
from kmikro.lib.refusal import Refusal
from routers import alert_rules
from routers.models import AlertRule, Incident
from subscribers.models import Site

_FIELDS = ("name", "kinds", "channel", "target", "quiet_from", "quiet_until", "is_on")
_NEW: dict[str, Any] = {"kinds": [], "site": None, "quiet_from": None, "quiet_until": None, "is_on": True}


class AlertRuleOut(serializers.Serializer[AlertRule]):
    """Who is told of what."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField(), help_text="None: everything.")
    site = Named(allow_null=True, help_text="null: all sites.")
    channel = serializers.ChoiceField(AlertRule.Channel.choices)
    target = serializers.CharField()
    quiet_from = serializers.TimeField(format="%H:%M", allow_null=True)
    quiet_until = serializers.TimeField(format="%H:%M", allow_null=True)
    is_on = serializers.BooleanField()
    made_at = Moment()


class AlertRuleSaved(AlertRuleOut):
    """A rule as it was saved, with the secret that signs the calls of a webhook."""

    secret = serializers.CharField()


class AlertRuleIn(Strict):
    name = Text(max_length=60)
    kinds = serializers.ListField(
        child=serializers.ChoiceField(Incident.Kind.choices), required=False, help_text="None: everything."
    )
    site = Number(min_value=1, required=False, allow_null=True, help_text="Id of a site; null: all sites.")
    channel = serializers.ChoiceField(AlertRule.Channel.choices)
    target = Text(max_length=300, help_text="An e-mail address, an https address, or a phone number.")
    quiet_from = serializers.TimeField(required=False, allow_null=True, help_text="By the ISP's clock.")
    quiet_until = serializers.TimeField(required=False, allow_null=True)
    is_on = Flag(required=False)


class AlertRules(View):
    scopes = {"GET": Action.SEE_ROUTERS, "POST": Action.CHANGE_ROUTERS}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=AlertRuleOut(many=True))
    def get(self, request: Request) -> Response:
        """List alert rules."""
        return self.page(_all(), AlertRuleOut)

    @extend_schema(request=AlertRuleIn, responses={201: AlertRuleSaved})
    @idempotent
    def post(self, request: Request) -> Response:
        """Make an alert rule."""
        made = _save(None, _NEW | self.body(request, AlertRuleIn), request)
        where = reverse("api-alert-rule", kwargs={"pk": made.pk})
        return Response(AlertRuleSaved(made).data, status=201, headers={"Location": where})


class OneAlertRule(View):
    scopes = {"GET": Action.SEE_ROUTERS, "PATCH": Action.CHANGE_ROUTERS, "DELETE": Action.CHANGE_ROUTERS}

    @extend_schema(responses=AlertRuleOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at an alert rule."""
        return Response(AlertRuleOut(one(_all(), pk)).data)

    @extend_schema(request=AlertRuleIn, responses=AlertRuleSaved)
    @transaction.atomic
    def patch(self, request: Request, pk: int) -> Response:
        """Change an alert rule; what is left out stays."""
        held = one(_all().select_for_update(of=("self",)), pk)
        now = {"site": held.site_id, **{name: getattr(held, name) for name in _FIELDS}}
        saved = _save(held, now | self.body(request, AlertRuleIn, partial=True), request)
        return Response(AlertRuleSaved(saved).data)

    @extend_schema(responses={204: None})
    @transaction.atomic
    def delete(self, request: Request, pk: int) -> Response:
        """Remove an alert rule: nobody is told by it any more."""
        alert_rules.remove(one(_all(), pk), by=access.actor(request), now=datetime.now(UTC))
        return Response(status=204)


def _all() -> Any:
    return AlertRule.objects.select_related("site")


def _save(rule: AlertRule | None, wanted: dict[str, Any], request: Request) -> AlertRule:
    number, site = wanted.pop("site"), None
    if number is not None:
        site = Site.objects.filter(pk=number).first()
        if site is None:
            raise Refusal("no_site", "There is no such site.", field="site")
    return alert_rules.save(rule, **wanted, site=site, by=access.actor(request), now=datetime.now(UTC))
