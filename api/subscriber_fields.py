"""How subscribers are written and read in this API; the views are in `api.subscribers` and `api.subscriber_parts`."""

from typing import Any

from rest_framework import serializers

from api.fields import Flag, Id, Moment, Named, Number, PageQuery, Strict, Text
from kmikro.lib.languages import LANGUAGES
from kmikro.lib.refusal import Refusal
from subscribers import states
from subscribers.models import CustomField, Service, Site, Subscriber


class ServiceOut(serializers.Serializer[Service]):
    """What lets a subscriber connect."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Service.Kind.choices)
    label = serializers.CharField()  # type: ignore[assignment]  # a name that Field has too
    plan = Named()
    status = serializers.ChoiceField(Service.Status.choices)
    held = serializers.CharField(
        help_text="The state of the subscriber that suspended it; empty: a person did, or nobody."
    )
    first_used_at = Moment(allow_null=True)
    expires_at = Moment(allow_null=True)
    upload_bytes = serializers.IntegerField()
    download_bytes = serializers.IntegerField()
    seconds_used = serializers.IntegerField()


class PhoneOut(serializers.Serializer[Any]):
    number = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    is_primary = serializers.BooleanField()
    digits = serializers.CharField(help_text="With the country's code, without a plus.")


class EmailOut(serializers.Serializer[Any]):
    address = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    is_primary = serializers.BooleanField()


class SubscriberOut(serializers.Serializer[Subscriber]):
    """A person or company with an account."""

    id = serializers.IntegerField()
    account_number = serializers.CharField(help_text="Short and unique; the reference of payments.")
    kind = serializers.ChoiceField(Subscriber.Kind.choices)
    name = serializers.CharField()
    legal_name = serializers.CharField()
    tax_number = serializers.CharField()
    state = serializers.ChoiceField(Subscriber.State.choices)
    is_billed = serializers.SerializerMethodField(help_text="Blocked is billed, inactive is not.")
    phone = serializers.CharField(help_text="The primary one.")
    email = serializers.CharField(help_text="The primary one.")
    phones = PhoneOut(many=True)
    emails = EmailOut(many=True)
    language = serializers.CharField(help_text="In which they are answered; empty: the ISP's.")
    address = serializers.CharField(help_text="Lines as on an envelope.")
    latitude = serializers.DecimalField(max_digits=9, decimal_places=6, allow_null=True)
    longitude = serializers.DecimalField(max_digits=9, decimal_places=6, allow_null=True)
    site = Named(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    custom = serializers.DictField(help_text="Values by id of a custom field.")
    made_at = Moment()
    services = ServiceOut(many=True)

    def get_is_billed(self, subscriber: Subscriber) -> bool:
        return states.SUBSCRIBER[subscriber.state].is_billed


class PhoneIn(Strict):
    number = Text(
        max_length=24, help_text="With + and the country, or as it is dialled in the ISP's country."
    )
    label = Text(max_length=30, required=False, allow_blank=True)  # type: ignore[assignment]
    is_primary = Flag(required=False)


class EmailIn(Strict):
    address = Text(max_length=254)
    label = Text(max_length=30, required=False, allow_blank=True)  # type: ignore[assignment]
    is_primary = Flag(required=False)


class SubscriberChange(Strict):
    """What is given is changed; lists are given whole."""

    kind = serializers.ChoiceField(Subscriber.Kind.choices, required=False)
    name = Text(max_length=120, required=False)
    legal_name = Text(max_length=160, required=False, allow_blank=True)
    tax_number = Text(max_length=40, required=False, allow_blank=True)
    language = Text(
        max_length=2,
        required=False,
        allow_blank=True,
        help_text=f"One of {', '.join(LANGUAGES)}; empty: the ISP's.",
    )
    phones = PhoneIn(many=True, required=False)
    emails = EmailIn(many=True, required=False)
    address = Text(max_length=500, required=False, allow_blank=True)
    latitude = Text(max_length=20, required=False, allow_blank=True, help_text="Decimal degrees as text.")
    longitude = Text(max_length=20, required=False, allow_blank=True, help_text="Decimal degrees as text.")
    site = Number(min_value=1, required=False, allow_null=True, help_text="Id of a site; null: none.")
    tags = serializers.ListField(child=Text(max_length=40), required=False, max_length=40)
    custom = serializers.DictField(
        required=False, help_text="Values by id of a custom field; null empties one."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Give what is to be changed.")
        return attrs


class SubscriberNew(SubscriberChange):
    name = Text(max_length=120)
    state = serializers.ChoiceField(
        ["lead", "pending", "active"], required=False, default="active", help_text="With which they begin."
    )


def with_site(given: dict[str, Any]) -> dict[str, Any]:
    """The body with the row of its site. Raises Refusal."""
    number = given.get("site")
    if number is None:
        return given
    site = Site.objects.filter(pk=number).first()
    if site is None:
        raise Refusal("unknown_site", "There is no site with this id.", field="site")
    return {**given, "site": site}


class SubscriberQuery(PageQuery):
    search = serializers.CharField(
        required=False,
        max_length=100,
        help_text="Part of a name, phone, email or user name; an account number; a listed device's MAC.",
    )
    state = serializers.ChoiceField(Subscriber.State.choices, required=False)
    tag = serializers.CharField(required=False, max_length=30)
    site = Id(help_text="Id of a site.")
    plan = Id(help_text="Id of a plan of one of their services.")


class ActIn(Strict):
    why = Text(max_length=300, required=False, allow_blank=True, help_text="Stands in the journal.")


class NoteOut(serializers.Serializer[Any]):
    """Something that was written down."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    text = serializers.CharField()
    by = serializers.CharField()
    at = Moment()
    is_pinned = serializers.BooleanField()


class NoteIn(Strict):
    text = Text(max_length=2000)
    kind = serializers.ChoiceField(["office", "installer"], required=False, default="office")
    is_pinned = Flag(required=False, default=False)


class ConsentOut(serializers.Serializer[Any]):
    """What a subscriber agreed to."""

    id = serializers.IntegerField()
    what = serializers.CharField()
    version = serializers.CharField()
    how = serializers.CharField()
    given_at = Moment()
    by = serializers.CharField()
    withdrawn_at = Moment(allow_null=True)
    withdrawn_by = serializers.CharField()


class ConsentIn(Strict):
    what = Text(max_length=80)
    version = Text(max_length=40, required=False, default="", allow_blank=True)
    how = Text(max_length=80, required=False, default="", allow_blank=True, help_text="On paper, by phone …")


class FileOut(serializers.Serializer[Any]):
    """A file without its content."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    by = serializers.CharField()
    at = Moment()


class FileWhole(FileOut):
    content = serializers.SerializerMethodField(help_text="In base64.")

    def get_content(self, _file: Any) -> str:
        return str(self.context["content"])


class FileIn(Strict):
    name = Text(
        max_length=120, help_text="Its ending says what it is: pdf, png, jpg, webp, txt, csv, docx, xlsx."
    )
    content = Text(
        max_length=1_000_000,
        help_text="In base64; a body of this API has at most 1 MB, larger files go by the dashboard.",
    )


class CustomFieldOut(serializers.Serializer[CustomField]):
    """Something that this ISP wants to know of its subscribers."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(CustomField.Kind.choices)
    options = serializers.ListField(child=serializers.CharField())
    is_required = serializers.BooleanField()
    is_archived = serializers.BooleanField()


class CustomFieldIn(Strict):
    name = Text(max_length=60)
    kind = serializers.ChoiceField(CustomField.Kind.choices)
    options = serializers.ListField(child=Text(max_length=80), required=False, default=list, max_length=50)
    is_required = Flag(required=False, default=False)
