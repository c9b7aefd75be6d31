"""The nightly comparison of router, accounting and database, with what each difference costs."""

from django.db import models


class LeakAudit(models.Model):
    """One night's comparison of all routers."""

    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    routers = models.PositiveIntegerField(default=0)  # that were looked at
    silent = models.PositiveIntegerField(default=0)  # that did not answer, so that nothing is said about them
    online = models.PositiveIntegerField(default=0)  # rows on the routers

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d}"


class Leak(models.Model):
    """One difference; who it is about is told by numbers of rows, as another trade keeps them."""

    class Kind(models.TextChoices):
        UNPAID = "unpaid", "Online without a paid service"
        UNCOUNTED = "uncounted", "Online, but not in accounting"
        GHOST = "ghost", "In accounting, but not online"

    audit = models.ForeignKey(LeakAudit, on_delete=models.CASCADE, related_name="leaks")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    router_id = models.BigIntegerField()
    service_id = models.BigIntegerField(null=True)
    session_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=128, blank=True)
    mac = models.CharField(max_length=40, blank=True)
    address = models.GenericIPAddressField(null=True)
    way = models.CharField(max_length=8)  # hotspot | ppp
    minor = models.BigIntegerField(default=0)  # the share of the plan's price that is at stake, for a day
    currency = models.CharField(max_length=3, blank=True)
    text = models.CharField(max_length=300)

    class Meta:
        ordering = ["-minor", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.username}"
