"""What each night's forgetting did, as signed reports that nobody changes."""

from django.db import models


class RetentionReport(models.Model):
    """`text` is the report as it was signed, octet for octet; `public_key` proves it without any secret of ours."""

    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    deleted = models.BigIntegerField()  # rows of all kinds
    is_complete = models.BooleanField(default=True, db_default=True)
    text = models.TextField()
    signature = models.CharField(max_length=128)
    public_key = models.CharField(max_length=64)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.ended_at:%Y-%m-%d %H:%M}"
