"""Vouchers, the batches they are made in, and what they look like on paper."""

from django.conf import settings
from django.db import models

from billing import papers
from billing.agent_models import Agent as Agent
from billing.agent_models import AgentDay as AgentDay
from billing.agent_models import AgentEntry as AgentEntry
from billing.agent_models import AgentPrice as AgentPrice
from billing.stock_models import Consignment as Consignment
from billing.stock_models import Sale as Sale
from kmikro.lib import codes
from kmikro.lib.secrets import EncryptedTextField
from subscribers.models import Plan, Service


class Batch(models.Model):
    """Vouchers made together; the price is frozen when the batch is asked for."""

    class State(models.TextChoices):
        WAITING = "waiting"
        MAKING = "making"
        READY = "ready"
        FAILED = "failed"

    class Alphabet(models.TextChoices):
        MIXED = "mixed", "Letters and digits"
        DIGITS = "digits", "Digits"
        LETTERS = "letters", "Letters"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="batches")
    count = models.PositiveIntegerField()
    made = models.PositiveIntegerField(default=0)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    note = models.CharField(max_length=120, blank=True)
    prefix = models.CharField(max_length=3, blank=True, default="", db_default="")  # kmikro.lib.codes.Shape
    alphabet = models.CharField(
        max_length=7, choices=Alphabet.choices, default=Alphabet.MIXED, db_default="mixed"
    )
    length = models.PositiveSmallIntegerField(
        default=codes.RANDOM_LENGTH, db_default=codes.RANDOM_LENGTH
    )  # of the random part
    use_by = models.DateTimeField(null=True)  # what is not used then is ended: billing.expiry
    open_until = models.DateTimeField(null=True)  # then its codes are covered: billing.handover
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    state_text = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField()
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="batches")
    received_at = models.DateTimeField(null=True)  # by the agent; until then its codes do not connect

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["use_by"], condition=models.Q(use_by__isnull=False), name="batch_use_by")
        ]

    def __str__(self) -> str:
        return f"Batch {self.pk}"

    @property
    def shape(self) -> codes.Shape:
        """What its codes look like."""
        return codes.Shape(self.prefix, self.alphabet, self.length)


class Design(models.Model):
    """An ISP's own voucher: HTML that billing.slip_html has cleaned, with fields in it, for one kind of paper."""

    name = models.CharField(max_length=60, unique=True)
    paper = models.CharField(max_length=8, choices=papers.CHOICES, default="a4")
    html = models.TextField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class VoucherRules(models.Model):
    """What the ISP wants of all its vouchers; one row, made when it is first written."""

    class TopUp(models.TextChoices):
        NOW = "now", "At once"
        AFTER = "after", "After the end that the account has now"

    paper = models.CharField(max_length=8, choices=papers.CHOICES, default="a4", db_default="a4")
    design = models.ForeignKey(Design, on_delete=models.SET_NULL, null=True, related_name="+")
    top_up = models.CharField(max_length=5, choices=TopUp.choices, default=TopUp.NOW, db_default="now")

    def __str__(self) -> str:
        return f"printed on {self.paper}"


class Voucher(models.Model):
    """One code of a batch; its state lives in its service, its code is sealed for reprinting."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="vouchers")
    serial = models.PositiveIntegerField()
    service = models.OneToOneField(Service, on_delete=models.PROTECT, related_name="voucher")
    code = EncryptedTextField(row="service_id")
    tail = models.CharField(max_length=4)
    redeemed_for = models.ForeignKey(
        Service, on_delete=models.SET_NULL, null=True, related_name="top_ups"
    )  # the account that it topped up: billing.redeeming
    redeemed_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    voided_at = models.DateTimeField(null=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["batch_id", "serial"]
        constraints = [models.UniqueConstraint(fields=["batch", "serial"], name="voucher_serial_unique")]

    def __str__(self) -> str:
        return f"{self.batch_id}-{self.serial:04d}"
