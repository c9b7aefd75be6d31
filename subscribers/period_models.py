"""The periods for which a service was renewed; a row is written once, and can only be undone."""

from django.db import models


class Period(models.Model):
    """One renewal: from when to when, for how much, and what the service had used in the period before it."""

    service = models.ForeignKey("subscribers.Service", on_delete=models.CASCADE, related_name="periods")
    plan = models.ForeignKey("subscribers.Plan", on_delete=models.PROTECT, related_name="+")
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    ended_before = models.DateTimeField(null=True)  # the end of the service before the renewal
    anchor_at = models.DateTimeField()  # of the first period in a row
    nth = models.PositiveIntegerField()  # in that row
    upload_bytes = models.BigIntegerField()  # used in the period before, and counted from nothing since
    download_bytes = models.BigIntegerField()
    seconds_used = models.BigIntegerField()
    carry = models.OneToOneField(
        "subscribers.Arrangement", on_delete=models.SET_NULL, null=True, related_name="+"
    )  # of what came along
    closed = models.JSONField(default=list)  # extra data that went with the period before: [id, its end]
    carried_bytes = models.BigIntegerField(default=0, db_default=0)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=140)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=140, blank=True, default="", db_default="")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["service", "-id"], name="period_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gt=models.F("begins_at")),
                name="period_in_order",
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.begins_at:%Y-%m-%d} to {self.ends_at:%Y-%m-%d}"
            if self.ends_at
            else f"{self.begins_at:%Y-%m-%d}"
        )
