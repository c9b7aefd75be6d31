"""What monitoring knows of each MikroTik: when to ask next, what it told last, and samples over time."""

from django.db import models

from routers.models.router import Router


class Watch(models.Model):
    """The state of monitoring of one router."""

    router = models.OneToOneField(Router, on_delete=models.CASCADE, primary_key=True, related_name="watch")
    due_at = models.DateTimeField(db_index=True)  # the next question
    compare_at = models.DateTimeField()  # the next comparison with what it should be
    asked_at = models.DateTimeField(null=True)  # a worker was asked to visit it and has not ended yet
    # The circuit breaker (routers.breaker)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True)  # the newest, with its fix
    failure_kind = models.CharField(
        max_length=10, blank=True
    )  # silent | full | refused | other | garbage | no
    missed_since = models.DateTimeField(null=True)  # the first of the failures in a row
    changed_at = models.DateTimeField(null=True)  # went up or down, or was written to
    # The newest answer
    temperature = models.SmallIntegerField(null=True)  # tenths of a degree
    voltage = models.SmallIntegerField(null=True)  # tenths of a volt
    ppp = models.PositiveIntegerField(null=True)
    hotspot = models.PositiveIntegerField(null=True)
    leases = models.PositiveIntegerField(null=True)
    queues = models.PositiveIntegerField(null=True)
    counted_at = models.DateTimeField(null=True)  # when the counters below were read
    names = models.JSONField(default=list)  # of interfaces; the place of a name is its number in samples
    counters = models.JSONField(default=dict)  # name → [received, sent] as text, 64 bits each
    interfaces = models.JSONField(default=list)  # as the page shows them
    radius = models.JSONField(default=dict)  # what the router counts of its requests to us
    neighbours = models.JSONField(default=list)
    extras_at = models.DateTimeField(null=True)  # neighbours and log were read
    # What differs from what it should be (routers.drift)
    drift = models.JSONField(default=list)  # [{"do", "path", "what"}]
    drift_since = models.DateTimeField(null=True)
    compared_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"watch of {self.router_id}"


class Sample(models.Model):
    """What a router told in a minute, or the average and the sums of an hour or a day."""

    class Span(models.IntegerChoices):
        MINUTE = 60
        HOUR = 3600
        DAY = 86400

    router = models.ForeignKey(Router, on_delete=models.CASCADE, related_name="samples", db_index=False)
    span = models.IntegerField(choices=Span.choices)
    at = models.DateTimeField()  # its begin
    seconds = models.PositiveIntegerField()  # that its traffic stands for
    cpu = models.SmallIntegerField(null=True)
    cpu_peak = models.SmallIntegerField(null=True)
    memory = models.SmallIntegerField(null=True)  # percent used
    temperature = models.SmallIntegerField(null=True)
    voltage = models.SmallIntegerField(null=True)
    voltage_low = models.SmallIntegerField(null=True)
    ppp = models.PositiveIntegerField(null=True)
    hotspot = models.PositiveIntegerField(null=True)
    leases = models.PositiveIntegerField(null=True)
    queues = models.PositiveIntegerField(null=True)
    radius_requests = models.PositiveIntegerField(default=0)
    radius_timeouts = models.PositiveIntegerField(default=0)
    radius_bad = models.PositiveIntegerField(default=0)
    traffic = models.BinaryField(default=bytes)  # routers.packing

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["router", "span", "at"], name="sample_once")]

    def __str__(self) -> str:
        return f"{self.router_id} {self.at:%Y-%m-%d %H:%M}"


class LogLine(models.Model):
    """A line of a router's log that is about the router itself, never about people or what they looked at."""

    router = models.ForeignKey(Router, on_delete=models.CASCADE, related_name="lines")
    seen_at = models.DateTimeField()
    told = models.CharField(max_length=30, blank=True)  # the router's own time
    topics = models.CharField(max_length=80)
    text = models.CharField(max_length=200)
    digest = models.CharField(max_length=24)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["router", "digest"], name="log_line_once")]

    def __str__(self) -> str:
        return self.text
