"""A file of subscribers, its rows sealed part by part, and what became of each row."""

from django.db import models

from accounts.models import User
from kmikro.lib.secrets import EncryptedTextField
from subscribers.person_models import Subscriber


class ImportFile(models.Model):
    """A file that somebody wants to import: its columns, how they are read, and how far it is."""

    class State(models.TextChoices):
        RECEIVING = "receiving"  # over the API, in several pieces
        NEW = "new"  # its columns are not settled
        CHECKING = "checking"
        CHECKED = "checked"
        RUNNING = "running"
        STOPPED = "stopped"
        DONE = "done"
        UNDOING = "undoing"
        UNDONE = "undone"
        FAILED = "failed"

    name = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    country = models.CharField(max_length=2, blank=True)  # of numbers without a plus
    header = models.JSONField(default=list)
    header_digest = models.CharField(max_length=64, blank=True)
    columns = models.JSONField(default=list)  # for each of the header what it is: subscribers.import_columns
    rules = models.JSONField(default=dict)
    rows = models.PositiveIntegerField(default=0)
    parts = models.PositiveIntegerField(default=0)
    parts_done = models.PositiveIntegerField(default=0)  # of the stage that runs
    attempt = models.PositiveIntegerField(default=0)  # a dry run of older columns ends by itself
    state = models.CharField(max_length=9, choices=State.choices, default=State.NEW)
    stage = models.CharField(
        max_length=9, choices=State.choices, blank=True, default=""
    )  # the state in which it stopped or failed
    state_text = models.CharField(max_length=200, blank=True)
    counts = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=140, blank=True)
    made_at = models.DateTimeField()
    progress_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    secrets_at = models.DateTimeField(null=True)  # when the made passwords were taken, once
    secrets_by = models.CharField(max_length=140, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="running"), name="import_one_running"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rows_done(self) -> int:
        """Rows of the stage that runs, as far as whole parts tell."""
        return self.rows if not self.parts else min(self.rows, self.rows * self.parts_done // self.parts)


class ImportPart(models.Model):
    """Some rows of a file as JSON [[number, cells]], sealed: a file has passwords in it. Negative: not read yet."""

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="pieces")
    number = models.IntegerField()
    key = models.CharField(max_length=40, unique=True)  # file and number, which the seal is bound to
    content = EncryptedTextField(row="key")

    class Meta:
        ordering = ["file_id", "number"]

    def __str__(self) -> str:
        return self.key


class ImportRow(models.Model):
    """What a row is, or became; `changes` says what an undo gives back."""

    class Kind(models.TextChoices):
        NEW = "new"
        MERGE = "merge"
        THERE = "there"
        SKIP = "skip"
        ERROR = "error"

    class Undone(models.TextChoices):
        NO = ""
        UNDONE = "undone"
        KEPT = "kept"

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()  # in the file
    part = models.PositiveIntegerField()
    kind = models.CharField(max_length=5, choices=Kind.choices)
    who = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=300, blank=True)
    problems = models.JSONField(default=list)  # [[column, text]]
    digest = models.CharField(max_length=32, blank=True)  # of what the row says, keyed
    subscriber = models.ForeignKey(Subscriber, on_delete=models.SET_NULL, null=True, related_name="+")
    service = models.ForeignKey("subscribers.Service", on_delete=models.SET_NULL, null=True, related_name="+")
    changes = models.JSONField(default=dict)
    is_done = models.BooleanField(default=False)  # it made or changed something
    has_made_secret = models.BooleanField(default=False)
    undone = models.CharField(max_length=6, choices=Undone.choices, blank=True, default="")

    class Meta:
        ordering = ["file_id", "number"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="import_row_once")]
        indexes = [
            models.Index(fields=["file", "kind", "number"], name="import_row_kind"),
            models.Index(fields=["digest"], condition=models.Q(is_done=True), name="import_row_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}, row {self.number}"
