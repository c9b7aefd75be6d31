"""A subscriber and what is known of one: phones, emails, notes, consents, files, own fields, mergers."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Cast, Lower

from accounts.models import User

NONE = models.Value([], models.JSONField())
EMPTY = models.Value({}, models.JSONField())
NEXT_NUMBER = Cast(
    models.Func(
        models.Value("subscribers_account_number"), function="nextval", output_field=models.BigIntegerField()
    ),
    models.CharField(max_length=20),
)


class Language(models.TextChoices):
    """In which customers are answered; blank: the ISP's."""

    ENGLISH = "en"
    SWAHILI = "sw"
    FRENCH = "fr"
    SPANISH = "es"
    PORTUGUESE = "pt"
    INDONESIAN = "id"


class Subscriber(models.Model):
    """A person or company with an account; voucher users have none. `subscribers.states` says what a state means."""

    class Kind(models.TextChoices):
        PERSON = "person", "Person"
        COMPANY = "company", "Company"

    class State(models.TextChoices):
        LEAD = "lead", "Lead"
        PENDING = "pending", "Pending"
        ACTIVE = "active", "Active"
        BLOCKED = "blocked", "Blocked"
        INACTIVE = "inactive", "Inactive"
        ENDED = "ended", "Ended"

    # Short, for the telephone and as the reference of a payment; drawn from a sequence, so gaps happen.
    account_number = models.CharField(max_length=20, unique=True, db_default=NEXT_NUMBER)
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.PERSON, db_default=Kind.PERSON)
    name = models.CharField(max_length=120)
    legal_name = models.CharField(max_length=160, blank=True, default="", db_default="")
    tax_number = models.CharField(max_length=40, blank=True, default="", db_default="")
    state = models.CharField(
        max_length=8, choices=State.choices, default=State.ACTIVE, db_default=State.ACTIVE
    )
    language = models.CharField(max_length=2, choices=Language.choices, blank=True)
    address = models.TextField(blank=True, default="", db_default="")  # lines as on an envelope
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    site = models.ForeignKey("subscribers.Site", on_delete=models.SET_NULL, null=True, related_name="+")
    tags = models.JSONField(default=list, db_default=NONE)
    custom = models.JSONField(default=dict, db_default=EMPTY)  # by id of a CustomField
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["name", "id"], name="subscriber_by_name"),
            GinIndex(fields=["tags"], name="subscriber_tags"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(latitude=None, longitude=None)
                | models.Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="subscriber_on_earth",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def phone(self) -> str:
        """The number to call first; lists prefetch phones."""
        first = next(iter(self.phones.all()), None)
        return first.number if first else ""

    @property
    def email(self) -> str:
        first = next(iter(self.emails.all()), None)
        return first.address if first else ""


class Phone(models.Model):
    """A telephone number as it was written, and its digits with the country's code for searching."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="phones")
    label = models.CharField(max_length=30, blank=True)
    number = models.CharField(max_length=24)
    digits = models.CharField(max_length=24)  # kmikro.lib.phones
    is_primary = models.BooleanField(default=False)

    class Meta:
        ordering = ["-is_primary", "id"]
        indexes = [models.Index(fields=["digits"], name="phone_digits")]
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber"], condition=models.Q(is_primary=True), name="phone_one_primary"
            ),
            models.UniqueConstraint(fields=["subscriber", "digits"], name="phone_once"),
        ]

    def __str__(self) -> str:
        return self.number


class Email(models.Model):
    """An email address of a subscriber."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="emails")
    label = models.CharField(max_length=30, blank=True)
    address = models.EmailField()
    is_primary = models.BooleanField(default=False)

    class Meta:
        ordering = ["-is_primary", "id"]
        indexes = [models.Index(Lower("address"), name="email_lower")]
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber"], condition=models.Q(is_primary=True), name="email_one_primary"
            ),
            models.UniqueConstraint(models.F("subscriber"), Lower("address"), name="email_once"),
        ]

    def __str__(self) -> str:
        return self.address


class Note(models.Model):
    """What somebody wrote down about a subscriber."""

    class Kind(models.TextChoices):
        OFFICE = "office", "Office"
        INSTALLER = "installer", "Installer"

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=9, choices=Kind.choices, default=Kind.OFFICE)
    text = models.TextField()
    by = models.CharField(max_length=140, blank=True)
    at = models.DateTimeField()
    is_pinned = models.BooleanField(default=False)

    class Meta:
        ordering = ["-is_pinned", "-at", "-id"]
        indexes = [models.Index(fields=["subscriber", "-at"], name="note_newest")]

    def __str__(self) -> str:
        return self.text[:60]


class Consent(models.Model):
    """That a subscriber agreed to something: what, in which version, when, how, and who wrote it down."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="consents")
    what = models.CharField(max_length=80)
    version = models.CharField(max_length=40, blank=True)
    how = models.CharField(max_length=80, blank=True)
    given_at = models.DateTimeField()
    by = models.CharField(max_length=140, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=140, blank=True)

    class Meta:
        ordering = ["-given_at", "-id"]

    def __str__(self) -> str:
        return self.what


class Attachment(models.Model):
    """A file about a subscriber, kept in the ISP's own schema."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    by = models.CharField(max_length=140, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.name


class CustomField(models.Model):
    """Something that this ISP wants to know of its subscribers; values stand in Subscriber.custom under the id."""

    class Kind(models.TextChoices):
        TEXT = "text", "Text"
        NUMBER = "number", "Number"
        DATE = "date", "Date"
        CHOICE = "choice", "One of a list"
        YES_NO = "yes_no", "Yes or no"

    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.TEXT)
    options = models.JSONField(default=list)  # of a choice
    is_required = models.BooleanField(default=False)
    is_archived = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["is_archived", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), condition=models.Q(is_archived=False), name="custom_field_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class SavedFilter(models.Model):
    """A choice of filters of the subscribers' list under a name, for oneself or for everybody."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    chosen = models.JSONField(default=dict)  # names and values of the filters
    is_shared = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_filter_once")]

    def __str__(self) -> str:
        return self.name


class Merger(models.Model):
    """Two records of one subscriber made one; `moved` says what, so that it can be undone for a while."""

    kept = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="mergers")
    gone = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="+")
    moved = models.JSONField(default=dict)
    by = models.CharField(max_length=140, blank=True)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"
