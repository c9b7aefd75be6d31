"""Addresses that we were asked to call for the first time, kept for an hour."""

from django.db import models


class Newcomer(models.Model):
    """One address, counted once."""

    address = models.GenericIPAddressField(unique=True)
    counted_at = models.DateTimeField()

    class Meta:
        ordering = ["counted_at"]

    def __str__(self) -> str:
        return str(self.address)
