"""One set of offers for many routers."""

from django.db import models


class Template(models.Model):
    """Offers with `{names}` in their values: a list of kind, key and values."""

    name = models.CharField(max_length=60, unique=True)
    note = models.CharField(max_length=200, blank=True)
    offers = models.JSONField(default=list)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
