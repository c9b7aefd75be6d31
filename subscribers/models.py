"""The nouns that every trade shares: site, plan, subscriber, service, usage."""

from django.db import models

from kmikro.lib.secrets import EncryptedTextField


class Site(models.Model):
    """A place with routers."""

    name = models.CharField(max_length=80, unique=True)
    note = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Plan(models.Model):
    """A hotspot plan; rates in bits per second (0 = unlimited), limits null where there is none."""

    name = models.CharField(max_length=60)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    download_bps = models.BigIntegerField()
    upload_bps = models.BigIntegerField()
    validity_seconds = models.BigIntegerField(null=True)  # from first use
    data_limit_bytes = models.BigIntegerField(null=True)  # up and down together
    time_limit_seconds = models.BigIntegerField(null=True)  # online time
    devices = models.PositiveSmallIntegerField(default=1)
    is_archived = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["is_archived", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(is_archived=False), name="plan_name_unique"
            ),
            models.CheckConstraint(condition=models.Q(price_minor__gte=0), name="plan_price_not_negative"),
            models.CheckConstraint(
                condition=models.Q(download_bps__gte=0, upload_bps__gte=0), name="plan_rate_sane"
            ),
            models.CheckConstraint(condition=models.Q(devices__gte=1), name="plan_one_device"),
        ]

    def __str__(self) -> str:
        return self.name


class Subscriber(models.Model):
    """A person or company with an account; voucher users have none."""

    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=24, blank=True)
    email = models.EmailField(blank=True)
    note = models.TextField(blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["phone"], name="subscriber_phone")]

    def __str__(self) -> str:
        return self.name


class Service(models.Model):
    """What lets somebody connect: a voucher is a prepaid service whose clock starts at first use.

    lookup is the keyed digest of the user name or code (kmikro.lib.codes.lookup_digest); label is what people see.
    """

    class Kind(models.TextChoices):
        VOUCHER = "voucher"
        ACCOUNT = "account"

    class Status(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"
        ENDED = "ended"
        VOID = "void"

    class Access(models.TextChoices):
        ANY = "any"
        HOTSPOT = "hotspot"
        PPP = "ppp", "PPP"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    label = models.CharField(max_length=80)
    lookup = models.CharField(max_length=64, unique=True)
    secret = EncryptedTextField(blank=True, row="lookup")  # empty: the password is the code itself
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, null=True, related_name="services")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="services")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    access = models.CharField(max_length=8, choices=Access.choices, default=Access.ANY)
    made_at = models.DateTimeField()
    first_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    upload_bytes = models.BigIntegerField(default=0)
    download_bytes = models.BigIntegerField(default=0)
    seconds_used = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["status", "expires_at"], name="service_status_expiry"),
            models.Index(fields=["-made_at"], name="service_newest"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def bytes_used(self) -> int:
        return self.upload_bytes + self.download_bytes


class Device(models.Model):
    """A device that signs in by its MAC alone, because an operator put it on the list of this service."""

    mac = models.CharField(max_length=17, unique=True)  # as kmikro.lib.macs writes it
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="devices")
    label = models.CharField(max_length=80, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["mac"]

    def __str__(self) -> str:
        return self.label or self.mac


class Usage(models.Model):
    """Bytes and seconds of a service in one clock hour (UTC); a fold of accounting, never added twice."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE)
    hour = models.DateTimeField()
    upload_bytes = models.BigIntegerField(default=0)
    download_bytes = models.BigIntegerField(default=0)
    seconds = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "hour"], name="usage_once_per_hour")]

    def __str__(self) -> str:
        return f"{self.service_id} {self.hour:%Y-%m-%d %H}"
