"""Changes of routers that a person plans, and rollouts of them over many routers."""

from django.db import models

from kmikro.lib.secrets import EncryptedTextField
from routers.models.router import Router


class ChangeRules(models.Model):
    """What the ISP wants of changes; one row, made when it is first written."""

    second_person = models.BooleanField(default=False)  # who planned a change may not approve it

    def __str__(self) -> str:
        return "second person" if self.second_person else "one person"


class Rollout(models.Model):
    """One change for many routers: one first, then a twentieth, then all; the first failure stops it."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        STOPPED = "stopped", "Stopped"
        DONE = "done", "Done"

    name = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    wave = models.PositiveSmallIntegerField(default=0)  # 0 the canary, 1 five percent, 2 all
    trouble = models.CharField(max_length=300, blank=True)  # why it stopped
    not_before = models.DateTimeField(null=True)  # until then no router is planned
    not_after = models.DateTimeField(null=True)  # after it no router begins
    made_by = models.CharField(max_length=140)
    made_by_id_then = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class Change(models.Model):
    """A plan for one router, who wanted it, what became of it, and every step on the way."""

    class State(models.TextChoices):
        ASKED = "asked", "Being planned"
        PLANNED = "planned", "Planned"
        WAITING = "waiting", "Waiting"
        APPLYING = "applying", "Being applied"
        PROVING = "proving", "Applied, not yet kept"
        KEPT = "kept", "Kept"
        TAKEN_BACK = "taken_back", "Taken back"
        UNKNOWN = "unknown", "Unknown"
        FAILED = "failed", "Failed"
        DROPPED = "dropped", "Dropped"

    OVER = frozenset({"kept", "taken_back", "failed", "dropped"})

    router = models.ForeignKey(Router, on_delete=models.CASCADE, related_name="changes")
    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, null=True, related_name="changes")
    place = models.PositiveIntegerField(default=0)  # in its rollout
    key = models.CharField(max_length=16, unique=True)  # what its sealed rows are bound to
    reason = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    waits_for = models.CharField(max_length=10, blank=True)  # approval, window, holder or timer
    trouble = models.CharField(max_length=300, blank=True)
    by_hand = models.BooleanField(default=False)  # a person keeps it; else our proof does
    not_before = models.DateTimeField(null=True)
    not_after = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=140)
    made_by_id_then = models.BigIntegerField(null=True)  # people who leave stay in the record
    approved_by = models.CharField(max_length=140, blank=True)
    accepted_by = models.CharField(max_length=140, blank=True)  # who said yes to its risks
    made_at = models.DateTimeField()
    started_at = models.DateTimeField(
        null=True
    )  # when a worker was asked last, to apply it or to plan it in a rollout
    armed_until = models.DateTimeField(null=True)  # then the router goes back by itself
    ended_at = models.DateTimeField(null=True)
    steps = models.JSONField(default=list)  # [{"do", "path", "what", "line", "done"}]
    risks = models.JSONField(default=list)  # [{"code", "level", "text"}]
    trail = models.JSONField(default=list)  # [{"at", "who", "what", "ok"}]
    fingerprint = models.CharField(max_length=64, blank=True)  # of the plan that was agreed to
    sealed_rows = EncryptedTextField(blank=True, row="key")  # the rows as they were, with their secrets

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "not_before"])]

    def __str__(self) -> str:
        return f"{self.router}: {self.reason}"

    @property
    def is_over(self) -> bool:
        return self.state in self.OVER

    @property
    def is_risky(self) -> bool:
        return any(risk.get("level") == "high" for risk in self.risks)
