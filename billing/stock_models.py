"""Vouchers in the hands of agents: batches that were given and received, and what was sold of them."""

from django.db import models
from django.db.models import Q

from billing.agent_models import Agent
from subscribers.models import Plan


class Consignment(models.Model):
    """A batch on its way to an agent, with them, coming back, or back; until it is received its codes do not connect."""

    batch = models.ForeignKey("billing.Batch", on_delete=models.PROTECT, related_name="consignments")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="consignments")
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=140)
    received_at = models.DateTimeField(null=True)
    received_by = models.CharField(max_length=140, blank=True)
    returned_at = models.DateTimeField(null=True)
    returned_by = models.CharField(max_length=140, blank=True)
    unsold = models.PositiveIntegerField(null=True)  # how many codes came back
    stocked_at = models.DateTimeField(null=True)  # taken into the ISP's own stock, where they work again
    stocked_by = models.CharField(max_length=140, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["batch"], condition=Q(returned_at=None), name="consignment_once")
        ]

    def __str__(self) -> str:
        return f"Batch {self.batch_id}"

    @property
    def state(self) -> str:
        if self.stocked_at:
            return "stocked"
        if self.returned_at:
            return "returned"
        return "held" if self.received_at else "sent"


class Sale(models.Model):
    """One voucher sold by an agent; what was taken back stays, with when and why."""

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="sales")
    voucher = models.ForeignKey("billing.Voucher", on_delete=models.PROTECT, related_name="sales")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    day = models.DateField()
    price_minor = models.BigIntegerField()
    commission_minor = models.BigIntegerField()
    balance_minor = models.BigIntegerField()  # the float after it
    by = models.CharField(max_length=140)
    key = models.CharField(max_length=40, blank=True)  # of the tap: what was sent twice is sold once
    line = models.PositiveSmallIntegerField(default=0)  # of one tap
    is_spot = models.BooleanField(default=False)  # made for this sale
    is_found = models.BooleanField(default=False)  # was used before anybody said that it was sold
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=140, blank=True)
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["voucher"], condition=Q(undone_at=None), name="sale_once"),
            models.UniqueConstraint(
                fields=["agent", "key", "line"], condition=~Q(key=""), name="sale_key_once"
            ),
        ]
        indexes = [models.Index(fields=["agent", "at"], name="sale_of_agent")]

    def __str__(self) -> str:
        return f"Sale {self.pk}"
