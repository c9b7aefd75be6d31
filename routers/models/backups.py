"""Versions of a router's configuration, sealed, and what it said of its RouterOS version."""

from django.db import models

from kmikro.lib.secrets import EncryptedTextField
from routers.models.router import Router


class RouterBackup(models.Model):
    """One version of a configuration: it was so from taken_at, and was seen so again at seen_at."""

    router = models.ForeignKey(Router, on_delete=models.CASCADE, related_name="backups")
    key = models.CharField(max_length=16, unique=True)
    reason = models.CharField(max_length=60)
    taken_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    version = models.CharField(max_length=40, blank=True)
    digest = models.CharField(max_length=64)  # of the text
    lines = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)  # lines, against the version before
    removed = models.PositiveIntegerField(default=0)
    text = EncryptedTextField(row="key")
    menus = EncryptedTextField(row="key")  # the same rows as JSON, for a restore
    copy = EncryptedTextField(blank=True, row="key")  # the router's own backup file, base64
    copy_password = EncryptedTextField(blank=True, row="key")
    copy_size = models.PositiveIntegerField(default=0)
    copy_note = models.CharField(max_length=400, blank=True)  # why there is no such file here

    class Meta:
        ordering = ["-taken_at", "-id"]
        indexes = [models.Index(fields=["router", "-taken_at"], name="backup_of_router")]

    def __str__(self) -> str:
        return f"{self.router_id} {self.taken_at:%Y-%m-%d %H:%M}"


class RouterFirmware(models.Model):
    """What a router's update channel offers it, as it told at checked_at."""

    router = models.OneToOneField(Router, on_delete=models.CASCADE, related_name="firmware")
    channel = models.CharField(max_length=20, blank=True)
    installed = models.CharField(max_length=40, blank=True)
    latest = models.CharField(max_length=40, blank=True)
    is_behind = models.BooleanField(default=False)
    status = models.CharField(max_length=120, blank=True)
    board_firmware = models.CharField(max_length=40, blank=True)
    board_upgrade = models.CharField(max_length=40, blank=True)
    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.router_id} {self.installed}"
