"""Agents, what they pay for a plan, and their ledger: a row is written once and never changed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from subscribers.models import Plan


class Agent(models.Model):
    """Who sells vouchers for the ISP; the balance is what the ISP owes (float) or, below zero, is owed.

    `balance_minor`, `entries` and `closed_until` are written by `billing.agent_ledger` and `agent_days` alone,
    under a lock of this row.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="agent"
    )  # the login; an agent without one is served by the ISP's people
    name = models.CharField(max_length=80)
    phone = models.CharField(max_length=32, blank=True)
    currency = models.CharField(max_length=3)
    limit_minor = models.BigIntegerField(default=0)  # credit; 0: prepaid
    commission = models.PositiveIntegerField(default=0)  # hundredths of a percent of the price
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="subagents")
    per_hour = models.PositiveIntegerField(null=True)  # vouchers sold; null: no limit
    per_day = models.PositiveIntegerField(null=True)
    per_day_minor = models.BigIntegerField(null=True)
    is_active = models.BooleanField(default=True)
    balance_minor = models.BigIntegerField(default=0)
    entries = models.PositiveIntegerField(default=0)  # the number of the newest row of the ledger
    closed_until = models.DateField(
        null=True
    )  # the last day that is closed: nothing is booked on it any more
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(limit_minor__gte=0), name="agent_limit_not_negative"),
            models.CheckConstraint(condition=Q(commission__lte=10_000), name="agent_commission_sane"),
            models.CheckConstraint(condition=Q(per_day_minor__gte=0), name="agent_day_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_prepaid(self) -> bool:
        return self.limit_minor == 0

    @property
    def can_spend_minor(self) -> int:
        """The float, with what the limit allows beside it."""
        return max(0, self.balance_minor + self.limit_minor)


class AgentPrice(models.Model):
    """What a plan costs with an agent, where it is not the plan's price and the agent's commission."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="prices")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    sells_for_minor = models.BigIntegerField(null=True)  # to the customer; null: the price of the voucher
    pays_minor = models.BigIntegerField(null=True)  # to the ISP; the rest is the commission
    commission = models.PositiveIntegerField(null=True)  # hundredths of a percent; null: the agent's

    class Meta:
        ordering = ["plan__name"]
        constraints = [
            models.UniqueConstraint(fields=["agent", "plan"], name="agent_price_once"),
            models.CheckConstraint(condition=Q(sells_for_minor__gte=0), name="agent_price_not_negative"),
            models.CheckConstraint(condition=Q(pays_minor__gte=0), name="agent_cost_not_negative"),
            models.CheckConstraint(condition=Q(commission__lte=10_000), name="agent_price_commission_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}"


class AgentEntry(models.Model):
    """One row of an agent's ledger; the database refuses to change or delete it.

    The balance is the sum of the amounts up to here. A row that takes something away never leads below the limit
    that held when it was written.
    """

    class Kind(models.TextChoices):
        TOP_UP = "top_up", "Float bought"
        COMMISSION = "commission", "Commission"
        SALE = "sale", "Sale"
        SALE_BACK = "sale_back", "Sale taken back"
        COMMISSION_BACK = "commission_back", "Commission taken back"
        SENT = "sent", "Sent to a sub-agent"
        RECEIVED = "received", "Received from the agent above"
        CORRECTION = "correction", "Correction"
        STOCK_RETURN = "stock_return", "Unsold stock returned"
        HAND_OVER = "hand_over", "Cash handed over"

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="ledger")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    day = models.DateField()  # of the ISP's calendar, or the next one where that is closed
    kind = models.CharField(max_length=16, choices=Kind.choices)
    amount_minor = models.BigIntegerField()
    balance_minor = models.BigIntegerField()  # after it
    limit_minor = models.BigIntegerField()  # of credit, at that time
    other = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="+")
    sale = models.ForeignKey("billing.Sale", on_delete=models.PROTECT, null=True, related_name="entries")
    text = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=140)
    key = models.CharField(max_length=40, blank=True)  # what was sent twice is booked once

    class Meta:
        ordering = ["agent_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["agent", "number"], name="agent_entry_once"),
            models.UniqueConstraint(
                fields=["agent", "key"], condition=~Q(key=""), name="agent_entry_key_once"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0) | Q(balance_minor__gte=0 - F("limit_minor")),
                name="agent_entry_within_limit",
            ),
        ]
        indexes = [models.Index(fields=["agent", "day"], name="agent_entry_day")]

    def __str__(self) -> str:
        return f"{self.number}"


class AgentDay(models.Model):
    """The days of an agent from `first` to `day`, closed with counted cash; the database refuses to change the row."""

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="days")
    first = models.DateField()
    day = models.DateField()
    opening_minor = models.BigIntegerField()
    top_ups_minor = models.BigIntegerField()
    sales_minor = models.BigIntegerField()  # with the signs of the ledger
    commissions_minor = models.BigIntegerField()
    returns_minor = models.BigIntegerField()
    transfers_minor = models.BigIntegerField()
    corrections_minor = models.BigIntegerField()
    handed_over_minor = models.BigIntegerField()  # before this closing
    closing_minor = models.BigIntegerField()  # before the counted cash
    due_minor = models.BigIntegerField()
    counted_minor = models.BigIntegerField()
    difference_minor = models.BigIntegerField()  # counted less due
    written_off_minor = models.BigIntegerField()  # of what was missing; the rest stays owed
    balance_minor = models.BigIntegerField()  # after it
    why = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField()
    closed_by = models.CharField(max_length=140)

    class Meta:
        ordering = ["agent_id", "-day"]
        constraints = [models.UniqueConstraint(fields=["agent", "day"], name="agent_day_once")]

    def __str__(self) -> str:
        return f"{self.day}"
