"""The nouns that every trade shares: site, plan, subscriber, service, usage."""

from django.db import models

from kmikro.lib import validity
from kmikro.lib.secrets import EncryptedTextField
from kmikro.lib.validity import Validity
from subscribers.bulk_models import BulkAct as BulkAct
from subscribers.bulk_models import BulkItem as BulkItem
from subscribers.import_models import ImportFile as ImportFile
from subscribers.import_models import ImportPart as ImportPart
from subscribers.import_models import ImportRow as ImportRow
from subscribers.period_models import Period as Period
from subscribers.person_models import Attachment as Attachment
from subscribers.person_models import Consent as Consent
from subscribers.person_models import CustomField as CustomField
from subscribers.person_models import Email as Email
from subscribers.person_models import Language as Language
from subscribers.person_models import Merger as Merger
from subscribers.person_models import Note as Note
from subscribers.person_models import Phone as Phone
from subscribers.person_models import SavedFilter as SavedFilter
from subscribers.person_models import Subscriber as Subscriber
from subscribers.plan_models import Fallback as Fallback
from subscribers.plan_models import PlanVersion as PlanVersion
from subscribers.prefixes import PrefixField
from subscribers.usage_models import Arrangement as Arrangement
from subscribers.usage_models import Correction as Correction
from subscribers.usage_models import NoticeRule as NoticeRule
from subscribers.usage_models import UsageNotice as UsageNotice

NONE = models.Value([], models.JSONField())


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
    """What is sold; rates in bits per second (0 = unlimited), limits null where there is none.

    windows, stages, sites and routers are lists that `subscribers.rules` reads and checks; empty means no limit.
    """

    class Begins(models.TextChoices):
        FIRST_USE = "first_use", "From the first use"
        START = "start", "From when it is sold"

    class Lock(models.TextChoices):
        NONE = "", "Any device"
        FIRST = "first", "The first device"
        LIST = "list", "Devices on the list"

    class SaleLimit(models.TextChoices):
        ANY = "", "As often as wanted"
        ONCE = "once", "Once, the first time only"
        DAY = "day", "Once a day"
        WEEK = "week", "Once a week"
        MONTH = "month", "Once a month"

    class Carry(models.TextChoices):
        NOTHING = "", "Nothing"
        EARLY = "early", "When it is renewed before its end"
        ALWAYS = "always", "Whenever it is renewed"

    name = models.CharField(max_length=60)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    download_bps = models.BigIntegerField()
    upload_bps = models.BigIntegerField()
    validity_seconds = models.BigIntegerField(null=True)  # elapsed; or
    validity_days = models.PositiveIntegerField(null=True)  # of the ISP's calendar; or
    validity_months = models.PositiveSmallIntegerField(null=True)  # of it; all empty: no end
    validity_begins = models.CharField(
        max_length=9, choices=Begins.choices, default=Begins.FIRST_USE, db_default="first_use"
    )
    data_limit_bytes = models.BigIntegerField(null=True)  # up and down together
    time_limit_seconds = models.BigIntegerField(null=True)  # online time
    devices = models.PositiveSmallIntegerField(default=1)
    grace_seconds = models.PositiveIntegerField(default=0)  # after the end, with a word about it
    daily_data_bytes = models.BigIntegerField(null=True)  # from midnight to midnight of the ISP
    daily_seconds = models.PositiveIntegerField(null=True)
    download_limit_bytes = models.BigIntegerField(null=True)  # one direction alone
    upload_limit_bytes = models.BigIntegerField(null=True)
    windows = models.JSONField(default=list)  # kmikro.lib.timetable
    stages = models.JSONField(default=list)  # FUP: from how many bytes a day, week or month which speed
    speeds = models.JSONField(default=list, db_default=NONE)  # by the hour: subscribers.speeds
    free_windows = models.JSONField(
        default=list, db_default=NONE
    )  # kmikro.lib.timetable: hours whose data counts for nothing
    end_plan = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+"
    )  # whose speed, list and pool are given after the end
    quota_plan = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+"
    )  # and after data or online time are used up
    lock = models.CharField(max_length=5, choices=Lock.choices, blank=True, default=Lock.NONE)
    moves_a_day = models.PositiveSmallIntegerField(
        default=3, db_default=3
    )  # of a pass to another device, by who has the code
    sale_limit = models.CharField(
        max_length=5, choices=SaleLimit.choices, blank=True, default="", db_default=""
    )  # to one subscriber
    sale_windows = models.JSONField(default=list, db_default=NONE)  # kmikro.lib.timetable: when it is sold
    carry = models.CharField(
        max_length=6, choices=Carry.choices, blank=True, default=Carry.EARLY, db_default="early"
    )  # of the data that is left, into the next period
    carry_limit_bytes = models.BigIntegerField(null=True)
    sites = models.JSONField(default=list)  # ids
    routers = models.JSONField(default=list)  # ids
    burst_download_bps = models.BigIntegerField(default=0)
    burst_upload_bps = models.BigIntegerField(default=0)
    burst_threshold_download_bps = models.BigIntegerField(default=0)  # 0: the speed itself
    burst_threshold_upload_bps = models.BigIntegerField(default=0)
    burst_seconds = models.PositiveSmallIntegerField(default=0)
    priority = models.PositiveSmallIntegerField(default=8)  # of the queue; 1 goes first
    guaranteed_download_bps = models.BigIntegerField(default=0)
    guaranteed_upload_bps = models.BigIntegerField(default=0)
    idle_seconds = models.PositiveIntegerField(null=True)
    address_list = models.CharField(max_length=63, blank=True)  # on the router
    pool = models.CharField(max_length=63, blank=True)  # on the router
    version = models.PositiveIntegerField(default=1, db_default=1)
    frozen_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="frozen"
    )  # older terms that somebody keeps: subscribers.versions
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
            models.CheckConstraint(
                condition=models.Q(validity_days=None, validity_months=None)
                | models.Q(validity_seconds=None, validity_months=None)
                | models.Q(validity_seconds=None, validity_days=None),
                name="plan_one_validity",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    *(("burst_download_bps__gte", 0), ("burst_upload_bps__gte", 0)),
                    *(("burst_threshold_download_bps__gte", 0), ("burst_threshold_upload_bps__gte", 0)),
                    *(("guaranteed_download_bps__gte", 0), ("guaranteed_upload_bps__gte", 0)),
                    *(("priority__gte", 1), ("priority__lte", 8)),
                ),
                name="plan_queue_sane",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def validity(self) -> Validity | None:
        """How long it is valid; None: no end."""
        return validity.of(self.validity_months, self.validity_days, self.validity_seconds)


class Service(models.Model):
    """What lets somebody connect: a voucher is a prepaid service whose clock starts at first use.

    lookup is the keyed digest of the user name or code (kmikro.lib.codes.lookup_digest); label is what people see.
    """

    class Kind(models.TextChoices):
        VOUCHER = "voucher"
        ACCOUNT = "account"

    class Status(models.TextChoices):
        PENDING = "pending"  # agreed, not yet switched on
        ACTIVE = "active"
        SUSPENDED = "suspended"
        ENDED = "ended"
        VOID = "void"

    class Access(models.TextChoices):
        ANY = "any"
        HOTSPOT = "hotspot"
        PPP = "ppp", "PPP"
        DHCP = "dhcp", "DHCP"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    label = models.CharField(max_length=80)
    lookup = models.CharField(max_length=64, unique=True)
    secret = EncryptedTextField(blank=True, row="lookup")  # empty: the password is the code itself
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, null=True, related_name="services")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="services")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    held = models.CharField(
        max_length=8, blank=True, default="", db_default=""
    )  # the state of the subscriber that suspended it: blocked or inactive; empty: a person did
    access = models.CharField(max_length=8, choices=Access.choices, default=Access.ANY)
    made_at = models.DateTimeField()
    first_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    grace_seconds = models.PositiveIntegerField(null=True)  # null: the plan's
    bound_mac = models.CharField(
        max_length=17, blank=True, default="", db_default=""
    )  # of the first device, where the plan locks to it
    sites = models.JSONField(default=list, db_default=NONE)  # beside the plan's: both must allow a router
    routers = models.JSONField(default=list, db_default=NONE)
    framed_ip = models.GenericIPAddressField(protocol="IPv4", null=True)
    framed_ipv6_prefix = PrefixField(null=True)
    delegated_ipv6_prefix = PrefixField(null=True)
    upload_bytes = models.BigIntegerField(default=0)
    download_bytes = models.BigIntegerField(default=0)
    seconds_used = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["status", "expires_at"], name="service_status_expiry"),
            models.Index(fields=["-made_at"], name="service_newest"),
            # Accounts are few beside vouchers: their list must not walk through all of those.
            models.Index(fields=["label"], condition=models.Q(kind="account"), name="service_accounts"),
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
    is_free = models.BooleanField(default=False, db_default=False)  # of data: it counts for no limit

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "hour"], name="usage_once_per_hour")]

    def __str__(self) -> str:
        return f"{self.service_id} {self.hour:%Y-%m-%d %H}"
