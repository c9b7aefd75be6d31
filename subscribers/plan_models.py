"""The terms that a plan had at each time; a row is written once and never changed."""

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
