"""What we have read on a router, and rows of others that we took over."""

from django.db import models

from routers.models.router import Router


class Inventory(models.Model):
    """All that a router last said of itself; secrets are left out."""

    router = models.OneToOneField(Router, on_delete=models.CASCADE, related_name="inventory")
    version = models.CharField(max_length=40, blank=True)
    serial = models.CharField(max_length=40, blank=True)
    tables = models.JSONField(default=dict)  # menu to rows
    is_whole = models.BooleanField(default=False)  # every menu that we write, not only those that were needed
    read_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.router_id}"


class Taken(models.Model):
    """A row that was somebody else's: as it was, and as it should be. Its secrets are never kept, and never touched.

    Of a menu with one row, only the values that we write are kept.
    """

    router = models.ForeignKey(Router, on_delete=models.CASCADE, related_name="taken")
    path = models.CharField(max_length=60)
    key = models.CharField(max_length=60, blank=True)  # empty: a menu with one row
    name = models.CharField(max_length=80)  # as people know it
    original = models.JSONField(default=dict)
    wanted = models.JSONField(default=dict)
    marked_at = models.DateTimeField(null=True)  # our mark was seen on it
    leaving_at = models.DateTimeField(null=True)  # to be given back
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["path", "name"]
        constraints = [models.UniqueConstraint(fields=["router", "path", "key"], name="taken_once")]

    def __str__(self) -> str:
        return self.name
