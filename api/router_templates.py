"""Templates: one set of offers for many routers, what its open names mean at a site, and who follows it."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Action
from api import access
from api.fields import Moment, Named, Number, PageQuery, Strict, Text
from api.idempotency import idempotent
from api.offers import SPEEDS, OfferNew, RouterPlanOut
from api.paging import CursorPages
from api.view import View, one
from routers import offers, previews, queries, templating, variables
from routers.models import Router, SiteValues, Template
from subscribers.models import Site

DIFFER = "They differ from it now. Nothing is written on them yet: look at their plans."


class TemplateOffer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    key = serializers.CharField()
    values = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField(child=serializers.CharField(), help_text=SPEEDS))
    def get_values(self, held: dict[str, Any]) -> dict[str, str]:
        return offers.as_written(held["kind"], held["values"])


class TemplateOut(serializers.Serializer[Template]):
    """Offers whose values may have `{names}` that a site or a router fills in."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    note = serializers.CharField()
    offers = TemplateOffer(many=True)
    names = serializers.SerializerMethodField(help_text="Those that the values leave open.")
    made_at = Moment()
    changed_at = Moment()

    def get_names(self, template: Template) -> list[str]:
        return variables.names_in(template.offers)


class TemplateChanged(TemplateOut):
    """The template, and the routers that follow it and were changed by this."""

    routers = serializers.SerializerMethodField(help_text=DIFFER)

    @extend_schema_field(Named(many=True))
    def get_routers(self, _template: Template) -> Any:
        return Named(self.context["routers"], many=True).data


class TemplateIn(Strict):
    name = Text(max_length=templating.LONGEST_NAME)
    note = Text(max_length=200, required=False, allow_blank=True)
    offers = OfferNew(
        many=True, required=False, help_text="As a router's own offers, with `{names}` where they differ."
    )


class Values(Strict):
    """What names mean; those that are left out mean nothing any more."""

    values = serializers.DictField(child=Text(max_length=variables.LONGEST, allow_blank=True))


class SiteValuesOut(serializers.Serializer[Any]):
    values = serializers.DictField(child=serializers.CharField())
    changed_at = Moment(allow_null=True)


class SiteValuesChanged(SiteValuesOut):
    """The values, and the routers there that follow a template."""

    routers = serializers.SerializerMethodField(help_text=DIFFER)

    @extend_schema_field(Named(many=True))
    def get_routers(self, _values: SiteValues) -> Any:
        return Named(self.context["routers"], many=True).data


class Following(serializers.Serializer[Any]):
    """The template that a router follows, if any, and its own values before those of its site."""

    template = Named(allow_null=True)
    values = serializers.DictField(child=serializers.CharField(), source="template_values")


class FollowIn(Strict):
    template = Number(min_value=1, allow_null=True, help_text="Id of a template; null: none.")
    values = serializers.DictField(
        child=Text(max_length=variables.LONGEST, allow_blank=True),
        required=False,
        help_text="What names mean at this router. What its site says of them is kept in mind.",
    )


class Templates(View):
    scopes = {"GET": Action.SEE_ROUTERS, "POST": Action.CHANGE_ROUTERS}
    takes = {"GET": PageQuery}
    pagination_class = CursorPages

    @extend_schema(responses=TemplateOut(many=True))
    def get(self, request: Request) -> Response:
        """List templates."""
        return self.page(Template.objects.all(), TemplateOut)

    @extend_schema(request=TemplateIn, responses={201: TemplateOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Make a template; no router follows it yet."""
        wanted = self.body(request, TemplateIn)
        made = templating.make(**wanted, by=access.actor(request), now=datetime.now(UTC))
        where = reverse("api-router-template", kwargs={"pk": made.pk})
        return Response(TemplateOut(made).data, status=201, headers={"Location": where})


class OneTemplate(View):
    scopes = {"GET": Action.SEE_ROUTERS, "PATCH": Action.CHANGE_ROUTERS, "DELETE": Action.CHANGE_ROUTERS}

    @extend_schema(responses=TemplateOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at a template."""
        return Response(TemplateOut(one(Template.objects.all(), pk)).data)

    @extend_schema(request=TemplateIn, responses=TemplateChanged)
    @transaction.atomic
    def patch(self, request: Request, pk: int) -> Response:
        """Change a template.

        Refused when a router that follows it could not be so. No router is written.
        """
        held: Template = one(Template.objects.select_for_update(), pk)
        now = {"name": held.name, "note": held.note, "offers": held.offers}
        wanted = now | self.body(request, TemplateIn, partial=True)
        changed = templating.change(held, **wanted, by=access.actor(request), now=datetime.now(UTC))
        held = one(Template.objects.all(), pk)
        return Response(TemplateChanged(held, context={"routers": changed}).data)

    @extend_schema(responses={204: None})
    @transaction.atomic
    def delete(self, request: Request, pk: int) -> Response:
        """Remove a template that no router follows."""
        held = one(Template.objects.select_for_update(), pk)
        templating.remove(held, by=access.actor(request), now=datetime.now(UTC))
        return Response(status=204)


class ValuesOfSite(View):
    scopes = {"GET": Action.SEE_ROUTERS, "PATCH": Action.CHANGE_ROUTERS}

    @extend_schema(responses=SiteValuesOut)
    def get(self, request: Request, pk: int) -> Response:
        """Look at what open names of templates mean at a site."""
        site = one(Site.objects.all(), pk)
        held = SiteValues.objects.filter(site=site).first() or SiteValues(site=site)
        return Response(SiteValuesOut(held).data)

    @extend_schema(request=Values, responses=SiteValuesChanged)
    @transaction.atomic
    def patch(self, request: Request, pk: int) -> Response:
        """Say what open names of templates mean at a site, in place of what was said before.

        Refused when a router there could not be so. No router is written.
        """
        site = one(Site.objects.select_for_update(), pk)
        wanted = self.body(request, Values)
        changed = templating.settle_site(
            site, wanted["values"], by=access.actor(request), now=datetime.now(UTC)
        )
        held = SiteValues.objects.get(site=site)
        return Response(SiteValuesChanged(held, context={"routers": changed}).data)


class TemplateOfRouter(View):
    scopes = {"GET": Action.SEE_ROUTERS, "PATCH": Action.CHANGE_ROUTERS}

    @extend_schema(responses=Following)
    def get(self, request: Request, pk: int) -> Response:
        """Look at which template a router follows."""
        return Response(Following(one(_routers(), pk)).data)

    @extend_schema(request=FollowIn, responses=Following)
    @transaction.atomic
    def patch(self, request: Request, pk: int) -> Response:
        """Let a router follow a template, or none.

        Nothing is written on the router yet: look at its plan.
        """
        router, template, values = _asked(self, request, pk)
        templating.apply(router, template, values=values, by=access.actor(request), now=datetime.now(UTC))
        return Response(Following(router).data)


class TemplatePreview(View):
    scopes = {"POST": Action.SEE_ROUTERS}

    @extend_schema(request=FollowIn, responses=RouterPlanOut)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Preview a router's plan as if it followed a template; nothing is kept.

        The router is not asked: it is compared as it was last read.
        """
        router, template, values = _asked(self, request, pk)
        would_be = templating.imagined(router, template, values=values)
        host = access.host(request)
        return Response(RouterPlanOut(previews.of(would_be, host, now=datetime.now(UTC))).data)


def _routers() -> Any:
    return queries.all_routers().select_related("template")


def _asked(view: View, request: Request, pk: int) -> tuple[Router, Template | None, dict[str, str]]:
    """The router, the template that it shall follow, and values of its own."""
    router = one(_routers(), pk)
    wanted = view.body(request, FollowIn)
    template = None
    if wanted["template"] is not None:
        template = templating.named(wanted["template"])
    return router, template, wanted.get("values", {})
