"""What routers offer: each one's own offers, templates for many, and the values of a site that fill them in."""

from django.db import models

from routers import offers
from routers.models.router import Router
from subscribers.models import Site

KINDS = [(kind.name, kind.title) for kind in offers.KINDS.values()]


class Offering(models.Model):
    """Something that a router offers; values as `routers.offers` checks them."""

    router = models.ForeignKey(Router, on_delete=models.CASCADE, related_name="offerings")
    kind = models.CharField(max_length=12, choices=KINDS)
    key = models.CharField(max_length=20)
    values = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "key"]
        constraints = [models.UniqueConstraint(fields=["router", "key"], name="offering_key_once")]

    def __str__(self) -> str:
        return self.key


class SiteValues(models.Model):
    """What `{names}` in templates mean at a site; a router can say otherwise for itself."""

    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="+")
    values = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.site_id}"
