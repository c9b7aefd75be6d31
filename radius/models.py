"""Sessions and login attempts of one ISP. Nothing here can hold what people looked at."""

from django.db import models

from accounts.models import User
from kmikro.lib.secrets import EncryptedTextField
from radius.fields import JsonText
from radius.retention_models import RetentionReport as RetentionReport
from subscribers.models import Service

SPELLED = 1012  # radius.octets: 253 octets, up to four characters each


class Session(models.Model):
    """A fold over its accounting records; router_id is a plain number because routers is another trade.

    generation tells apart sessions that reuse an Acct-Session-Id on the same router (it is not unique over time).
    """

    router_id = models.BigIntegerField(db_index=True)
    acct_session_id = models.CharField(max_length=SPELLED)
    username = models.CharField(max_length=SPELLED)
    generation = models.PositiveIntegerField(default=0)
    service = models.ForeignKey(Service, on_delete=models.SET_NULL, null=True, related_name="sessions")
    mac = models.CharField(max_length=SPELLED, blank=True)
    framed_ip = models.GenericIPAddressField(null=True)
    called = models.CharField(max_length=SPELLED, blank=True)
    port = models.CharField(max_length=SPELLED, blank=True)
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)  # the last report by our own clock
    begun_at = models.DateTimeField(
        null=True
    )  # its begin by our own clock, to set it before or after restarts
    ended_at = models.DateTimeField(null=True)
    end_cause = models.CharField(max_length=40, blank=True)
    upload_bytes = models.BigIntegerField(default=0)
    download_bytes = models.BigIntegerField(default=0)
    seconds = models.BigIntegerField(default=0)
    fold = models.JSONField(default=dict)  # radius.memo: what folding needs beyond the columns
    flags = models.CharField(
        max_length=200, blank=True, default="", db_default=""
    )  # what was odd about its records, by comma
    disconnect_state = models.CharField(
        max_length=12, blank=True
    )  # asked | acked | back | removing | refused | silent | ended
    disconnect_text = models.CharField(max_length=200, blank=True)
    disconnect_at = models.DateTimeField(null=True)
    disconnect_tries = models.PositiveSmallIntegerField(default=0)  # in a row
    change_state = models.CharField(max_length=12, blank=True)  # changing | changed | refused | silent
    change_text = models.CharField(max_length=200, blank=True)
    change_at = models.DateTimeField(null=True)
    change_tries = models.PositiveSmallIntegerField(default=0, db_default=0)  # in a row
    told = models.CharField(
        max_length=12, blank=True, default="", db_default=""
    )  # what the router was told last: a level of radius.standing
    told_bytes = models.BigIntegerField(null=True)  # downloaded by then, and after how many seconds
    told_seconds = models.BigIntegerField(null=True)
    due_at = models.DateTimeField(null=True)  # when the clock alone changes what it may

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["router_id", "acct_session_id", "username", "generation"], name="session_identity"
            )
        ]
        indexes = [
            models.Index(fields=["-started_at"], condition=models.Q(ended_at=None), name="session_live"),
            models.Index(fields=["service", "-started_at"], name="session_of_service"),
            models.Index(fields=["service"], condition=models.Q(ended_at=None), name="session_up"),
            models.Index(fields=["-started_at"], name="session_newest"),
            # Searches begin with a device (or the start of its MAC) or an address.
            models.Index(
                fields=["mac", "-started_at"],
                opclasses=["varchar_pattern_ops", "timestamptz_ops"],
                name="session_by_mac",
            ),
            models.Index(fields=["framed_ip", "-started_at"], name="session_by_address"),
            models.Index(
                fields=["-ended_at"], condition=models.Q(ended_at__isnull=False), name="session_ended"
            ),
            models.Index(
                fields=["due_at"], condition=models.Q(ended_at=None, due_at__isnull=False), name="session_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.acct_session_id}"


class NasRestart(models.Model):
    """An Accounting-On or -Off of a router: sessions that began before it have ended."""

    router_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["router_id", "at"], name="restart_once")]

    def __str__(self) -> str:
        return f"{self.router_id} {self.at}"


class NasGigawords(models.Model):
    """A router that has sent Gigawords at some time: its counters do not wrap, so a fall is no wrap."""

    router_id = models.BigIntegerField(primary_key=True)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.router_id} {self.since}"


class AuthAttempt(models.Model):
    """One answered Access-Request with the rules that were tried: [[code, ok, what it says]], `sentences.shown`."""

    record_id = models.BigIntegerField(
        unique=True
    )  # drawn with the attempt, so that folding twice is folding once
    at = models.DateTimeField()
    router_id = models.BigIntegerField(db_index=True)
    service = models.ForeignKey(
        Service, on_delete=models.SET_NULL, null=True, related_name="attempts", db_constraint=False
    )  # the log follows the services, it does not hold them
    username = models.CharField(max_length=SPELLED)
    mac = models.CharField(max_length=SPELLED, blank=True)
    framed_ip = models.GenericIPAddressField(null=True)
    accepted = models.BooleanField()
    code = models.CharField(max_length=32)
    sentence = models.CharField(max_length=300)
    trace = JsonText(default=list)
    sent = JsonText(default=dict)  # reply attributes by name
    microseconds = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at"], name="attempt_newest"),
            models.Index(fields=["-at"], condition=models.Q(accepted=False), name="attempt_refused"),
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.code}"


class RouterAccount(models.Model):
    """Somebody who may log in to routers themselves (`/user aaa`). Never a subscriber, and no operator of ours."""

    class Group(models.TextChoices):
        READ = "read"
        WRITE = "write"
        FULL = "full"

    name = models.CharField(max_length=64)
    lookup = models.CharField(max_length=64, unique=True)
    secret = EncryptedTextField(row="lookup")
    group = models.CharField(max_length=5, choices=Group.choices, default=Group.READ)
    routers = models.JSONField(default=list)  # ids; empty: all
    is_active = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PacketTrace(models.Model):
    """Packets of one name, device or router, kept while an operator looks for a fault. `radius.traces` makes it."""

    subject = models.CharField(
        max_length=SPELLED, blank=True
    )  # a name, code or MAC; empty: all of the router
    router_id = models.BigIntegerField(null=True)
    service = models.ForeignKey(Service, on_delete=models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField(db_index=True)
    started_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    by = models.CharField(max_length=140)
    kept = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)  # there was no room for

    class Meta:
        ordering = ["-started_at", "-id"]

    def __str__(self) -> str:
        return f"trace {self.pk}"


class TracedPacket(models.Model):
    """One packet in words (`radius.decoding`): no octet of it is kept, so no secret can be."""

    class Direction(models.TextChoices):
        IN = "in"
        OUT = "out"

    trace = models.ForeignKey(PacketTrace, on_delete=models.CASCADE, related_name="packets")
    at = models.DateTimeField()
    direction = models.CharField(max_length=3, choices=Direction.choices)
    code = models.CharField(max_length=40, blank=True)  # empty: there was no answer
    identifier = models.PositiveSmallIntegerField(default=0)
    router_id = models.BigIntegerField()
    peer = models.CharField(max_length=64)
    attributes = models.JSONField(default=list)  # [[name, value]]
    outcome = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.direction} {self.code} {self.identifier}"
