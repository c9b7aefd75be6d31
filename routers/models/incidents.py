"""What went wrong with MikroTiks: outages that credits will be drawn from, incidents, and who is told."""

from django.db import models

from kmikro.lib.secrets import EncryptedTextField
from routers.models.router import Router


class Outage(models.Model):
    """A router did not answer from its first missed answer until it answered again; stays when the router goes."""

    router = models.ForeignKey(Router, on_delete=models.SET_NULL, null=True, related_name="outages")
    name = models.CharField(max_length=60)  # of the router then
    started_at = models.DateTimeField()  # its last answer or its first missed one
    noticed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    sessions = models.PositiveIntegerField(
        default=0
    )  # online there when it was lost, as the router told last
    cause = models.CharField(max_length=300)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["router"], condition=models.Q(ended_at=None), name="one_outage_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.started_at:%Y-%m-%d %H:%M}"


class Incident(models.Model):
    """Something that a person should know; opened once, however often it is seen, and closed once."""

    class Kind(models.TextChoices):
        DOWN = "down", "Not answering"
        FULL = "full", "API connections refused"
        SIGN_IN = "sign_in", "Our API user is refused"
        OTHER = "other", "Another router answers"
        DRIFT = "drift", "Differs from what it should be"
        HOT = "hot", "Too hot"
        CPU = "cpu", "Processor at its limit"
        MEMORY = "memory", "Memory nearly used up"
        VOLTAGE = "voltage", "Supply voltage too low"
        RADIUS = "radius", "RADIUS answers are lost or refused"
        STUCK = "stuck", "Work on it fails again and again"
        STRAYS = "strays", "Sends through its tunnel where it may not"

    router = models.ForeignKey(Router, on_delete=models.CASCADE, related_name="incidents")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    text = models.CharField(max_length=300)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=140, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["router", "kind"], condition=models.Q(closed_at=None), name="incident_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.router}"


class AlertRule(models.Model):
    """Who is told of which incidents, and when not."""

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        WEBHOOK = "webhook", "Webhook"
        SMS = "sms", "SMS"

    name = models.CharField(max_length=60, unique=True)
    key = models.CharField(max_length=16, unique=True)  # binds the secret to its row
    kinds = models.JSONField(default=list)  # of Incident; empty: all
    site = models.ForeignKey(
        "subscribers.Site", on_delete=models.CASCADE, null=True, related_name="alert_rules"
    )  # null: all
    channel = models.CharField(max_length=8, choices=Channel.choices)
    target = models.CharField(max_length=300)  # an e-mail address, an https address or a phone number
    secret = EncryptedTextField(blank=True, row="key")  # signs webhooks
    quiet_from = models.TimeField(null=True)  # in the ISP's time; told when the quiet ends
    quiet_until = models.TimeField(null=True)
    is_on = models.BooleanField(default=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Notice(models.Model):
    """One message about an incident by one rule; the constraint is why nobody is told twice."""

    class What(models.TextChoices):
        OPENED = "opened", "Begun"
        CLOSED = "closed", "Over"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        FAILED = "failed", "Not sent"
        NEEDLESS = "needless", "Not needed"

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="notices")
    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="notices")
    what = models.CharField(max_length=6, choices=What.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["incident", "rule", "what"], name="notice_once")]

    def __str__(self) -> str:
        return f"{self.what} of {self.incident_id} by {self.rule_id}"
