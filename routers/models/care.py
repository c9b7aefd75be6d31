"""Work on one or many routers that a person asked for, with what became of it on each."""

from django.db import models

from routers.models.router import Router


class CareRun(models.Model):
    """One order: the same work on each of some routers."""

    class Kind(models.TextChoices):
        BACKUP = "backup", "Back up"
        CHECK = "check", "Check now"
        SYNC = "sync", "Compare with what they should be"
        FIRMWARE = "firmware", "Look for a new RouterOS"
        UPGRADE = "upgrade", "Upgrade RouterOS"
        REBOOT = "reboot", "Restart"
        SITE = "site", "Move to another site"
        RESTORE = "restore", "Restore"

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"  # guarded work stopped at its first failure
        STOPPED = "stopped"  # by a person

    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    by = models.CharField(max_length=140)
    by_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True)  # the window opens
    not_after = models.DateTimeField(null=True)  # nothing is begun any more
    ended_at = models.DateTimeField(null=True)
    details = models.JSONField(default=dict)  # ids and digests only

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.made_at:%Y-%m-%d %H:%M}"


class CareItem(models.Model):
    """The work on one router."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        SKIPPED = "skipped"

    run = models.ForeignKey(CareRun, on_delete=models.CASCADE, related_name="items")
    router = models.ForeignKey(Router, on_delete=models.CASCADE, related_name="care_items")
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    phase = models.CharField(max_length=12, blank=True)  # restarting or busy: what is waited for
    before = models.CharField(max_length=40, blank=True)  # the version before an upgrade
    tries = models.PositiveSmallIntegerField(default=0)
    steps = models.JSONField(default=list)  # [{"state": "ok|bad", "title", "text"}]
    trouble = models.CharField(max_length=600, blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["run", "router"], name="care_once_a_router")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.router_id} {self.state}"
