"""Beside plans: the terms that each had at a time, and what an ISP gives instead of a refusal."""

from django.db import models


class PlanVersion(models.Model):
    """A plan's terms from `made_at` until the next version; the database refuses to change or delete a row."""

    class Reach(models.TextChoices):
        EVERYBODY = "everybody", "Everybody on the plan"
        NEW = "new", "Only what is sold from then on"

    plan = models.ForeignKey("subscribers.Plan", on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    terms = models.JSONField()  # column of the plan → its value
    reach = models.CharField(max_length=9, choices=Reach.choices)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=140)

    class Meta:
        ordering = ["plan_id", "-number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="plan_version_once")]

    def __str__(self) -> str:
        return f"version {self.number}"


class Fallback(models.Model):
    """What the ISP gives instead of a refusal: a walled garden, a slow line, or the plan of another.

    Without a row for a reason it stays a refusal. With a plan, speed, list and pool are the plan's where they are
    not given here.
    """

    class Reason(models.TextChoices):
        ENDED = "ended", "The service has ended"
        SUSPENDED = "suspended", "The service is suspended"
        TIME = "time_spent", "The online time is used up"
        DATA = "data_spent", "The data is used up"
        DEVICE = "locked_device", "Another device than the service is bound to"
        UNKNOWN = "unknown_user", "Nobody of that name"
        TRIAL = "trial", "A device that asks for a trial"

    reason = models.CharField(max_length=16, choices=Reason.choices, unique=True)
    plan = models.ForeignKey("subscribers.Plan", on_delete=models.PROTECT, null=True, related_name="+")
    download_bps = models.BigIntegerField(default=0)
    upload_bps = models.BigIntegerField(default=0)
    address_list = models.CharField(max_length=63, blank=True)
    pool = models.CharField(max_length=63, blank=True)
    seconds = models.PositiveIntegerField(default=900)  # then the router asks again
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["reason"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(seconds__gte=60, seconds__lte=86_400), name="fallback_seconds_sane"
            ),
            models.CheckConstraint(
                condition=models.Q(download_bps__gte=0, upload_bps__gte=0), name="fallback_rate_sane"
            ),
        ]

    def __str__(self) -> str:
        return self.reason
