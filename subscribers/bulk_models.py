"""One act for many accounts or subscribers: what it is, for whom, and what became of each."""

from django.db import models

from accounts.models import User
from subscribers.person_models import Subscriber


class BulkAct(models.Model):
    """What is to be done, looked at before it is begun, and how far it is."""

    class Act(models.TextChoices):
        PLAN = "plan", "Change the plan"
        SUSPEND = "suspend", "Pause"
        RESUME = "resume", "Resume"
        EXTEND = "extend", "Extend the end"
        ADD_TAG = "add_tag", "Add a tag"
        REMOVE_TAG = "remove_tag", "Remove a tag"
        SITE = "site", "Set the site"

    class Of(models.TextChoices):
        ACCOUNTS = "accounts", "Accounts"
        PEOPLE = "people", "People"

    class State(models.TextChoices):
        CHECKED = "checked", "To be begun"
        RUNNING = "running", "Running"
        STOPPED = "stopped", "Stopped"
        DONE = "done", "Done"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"
        FAILED = "failed", "Failed"

    act = models.CharField(max_length=10, choices=Act.choices)
    of = models.CharField(max_length=8, choices=Of.choices)
    value = models.JSONField(default=dict)  # plan, days, tag or site, and how it is called
    items = models.PositiveIntegerField(default=0)
    will = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)  # of those that will, in the stage that runs
    state = models.CharField(max_length=8, choices=State.choices, default=State.CHECKED)
    stage = models.CharField(max_length=8, choices=State.choices, blank=True, default="")
    state_text = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=140, blank=True)
    made_at = models.DateTimeField()
    progress_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        called = self.value.get("called")
        return f"{self.get_act_display()}: {called}" if called else self.get_act_display()


class BulkItem(models.Model):
    """One account or subscriber of a bulk act; `kept` is what an undo needs."""

    class Result(models.TextChoices):
        WILL = "will", "Will change"
        WONT = "wont", "Will not change"
        DONE = "done", "Changed"
        REFUSED = "refused", "Not changed"
        UNDONE = "undone", "Undone"
        KEPT = "kept", "Stays changed"

    bulk = models.ForeignKey(BulkAct, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    service = models.ForeignKey("subscribers.Service", on_delete=models.SET_NULL, null=True, related_name="+")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.SET_NULL, null=True, related_name="+")
    who = models.CharField(max_length=200, blank=True)
    result = models.CharField(max_length=7, choices=Result.choices)
    note = models.CharField(max_length=300, blank=True)
    kept = models.JSONField(default=dict)
    at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["bulk_id", "number"]
        constraints = [models.UniqueConstraint(fields=["bulk", "number"], name="bulk_item_once")]
        indexes = [models.Index(fields=["bulk", "result", "number"], name="bulk_item_result")]

    def __str__(self) -> str:
        return self.who
