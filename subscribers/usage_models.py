"""What is arranged with one service for a time, and what corrects its counted usage: rows that are never changed,
only ended or countered."""

from django.db import models


class Arrangement(models.Model):
    """An extension, extra data, another speed, or a holiday of one service; what each means, `subscribers.arranged`."""

    class Kind(models.TextChoices):
        EXTENSION = "extension", "Extension"
        DATA = "data", "Extra data"
        SPEED = "speed", "Another speed"
        PAUSE = "pause", "Holiday"

    class Period(models.TextChoices):
        """On top of which count extra data lies."""

        TOTAL = "total", "The data of the plan"
        DAY = "day", "Today's data"
        WEEK = "week", "This week's data"
        MONTH = "month", "This month's data"

    service = models.ForeignKey("subscribers.Service", on_delete=models.CASCADE, related_name="arrangements")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)  # null: as long as the service goes on
    octets = models.BigIntegerField(default=0, db_default=0)  # of extra data
    period = models.CharField(
        max_length=5, choices=Period.choices, blank=True, default="", db_default=""
    )  # of extra data
    download_bps = models.BigIntegerField(default=0, db_default=0)  # of a speed; 0 = unlimited
    upload_bps = models.BigIntegerField(default=0, db_default=0)
    moved_seconds = models.BigIntegerField(default=0, db_default=0)  # by which it moved the service's end
    why = models.CharField(max_length=300, blank=True, default="", db_default="")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=140)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=140, blank=True, default="", db_default="")

    class Meta:
        ordering = ["-made_at", "-id"]
        indexes = [
            models.Index(
                fields=["service", "ends_at"],
                condition=models.Q(undone_at=None),
                name="arrangement_standing",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(("octets__gte", 0), ("download_bps__gte", 0), ("upload_bps__gte", 0)),
                name="arrangement_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gte=models.F("starts_at")),
                name="arrangement_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at:%Y-%m-%d %H:%M}"


class Correction(models.Model):
    """Bytes and seconds added to what accounting counted in an hour (UTC), or taken off; countered, never changed."""

    service = models.ForeignKey("subscribers.Service", on_delete=models.CASCADE, related_name="corrections")
    hour = models.DateTimeField()
    upload_bytes = models.BigIntegerField(default=0, db_default=0)
    download_bytes = models.BigIntegerField(default=0, db_default=0)
    seconds = models.BigIntegerField(default=0, db_default=0)
    why = models.CharField(max_length=300)
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=140)

    class Meta:
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["service", "hour"], name="correction_of_hour")]

    def __str__(self) -> str:
        return f"{self.service_id} {self.hour:%Y-%m-%d %H}"


class UsageNotice(models.Model):
    """A mark of a limit that was reached: one row for each service, limit, period and mark, for ever."""

    class Mail(models.TextChoices):
        NONE = "", "Not mailed"  # switched off, or a higher mark was mailed in its stead
        WANTED = "wanted", "Being mailed"
        SENT = "sent", "Mailed"
        NO_ADDRESS = "nobody", "No address"

    service = models.ForeignKey("subscribers.Service", on_delete=models.CASCADE, related_name="notices")
    what = models.CharField(max_length=8)  # of radius.quotas
    period = models.CharField(max_length=5)
    number = models.PositiveSmallIntegerField(default=0, db_default=0)  # of a stage of fair use
    begins_at = models.DateTimeField(null=True)  # of the period; null: of the whole service
    most = models.BigIntegerField()  # the limit, in bytes or seconds
    used = models.BigIntegerField()
    mark = models.PositiveSmallIntegerField()  # percent
    at = models.DateTimeField()
    mail = models.CharField(max_length=7, choices=Mail.choices, blank=True, default="", db_default="")
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["-at", "-id"], name="usage_notice_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "what", "period", "number", "begins_at", "most", "mark"],
                name="usage_notice_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.mark} % {self.what} {self.period}"


class NoticeRule(models.Model):
    """One row: whether customers are mailed, and up to when the sweep has looked."""

    mails = models.BooleanField(default=False, db_default=False)
    swept_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return "mailed" if self.mails else "not mailed"
