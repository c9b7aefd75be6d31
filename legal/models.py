"""Documents with immutable, numbered versions, and who accepted which (append-only).

In both schemas: the platform's documents live in public, an ISP's own end-user terms in its schema.
"""

from django.db import models


class Document(models.Model):
    """Terms of Service, Privacy Policy."""

    class Kind(models.TextChoices):
        TERMS = "terms", "Terms of Service"
        PRIVACY = "privacy", "Privacy Policy"

    kind = models.CharField(max_length=16, choices=Kind.choices, unique=True)
    title = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.title


class Version(models.Model):
    """One text: sections [{"number", "title", "summary", "paragraphs": [..], "points": [..], "closing": [..]}]."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    dated = models.DateField()  # what 'Last updated' shows
    effective_at = models.DateTimeField()
    published_at = models.DateTimeField()
    changes = models.JSONField(default=list)  # summary of changes, one sentence each
    sections = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="version_number_unique")]

    def __str__(self) -> str:
        return f"{self.document} {self.number}"


class Acceptance(models.Model):
    """Append-only: nobody may change or delete it, by trigger."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="acceptances")
    version_digest = models.CharField(max_length=64)
    isp_id = models.BigIntegerField(null=True)
    isp = models.CharField(max_length=120, blank=True)
    person_id = models.BigIntegerField(null=True)
    person = models.CharField(max_length=120)
    email = models.EmailField()
    at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.person} accepted {self.version_id}"
