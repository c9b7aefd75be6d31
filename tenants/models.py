"""In public only: which ISP, under which names, and how an outside thing finds it."""

from django.db import models
from django.db.models.functions import Lower
from django_tenants.models import DomainMixin, TenantMixin

from kmikro.lib.secrets import EncryptedTextField
from tenants.tunnel_models import TunnelHub as TunnelHub
from tenants.tunnel_models import TunnelKind as TunnelKind
from tenants.tunnel_models import TunnelPeer as TunnelPeer


class Isp(TenantMixin):
    """An ISP: schema_name is generated (t_ and 12 random characters), slug is its host name."""

    class State(models.TextChoices):
        WAITING = "waiting"
        MAKING = "making"
        ACTIVE = "active"
        FAILED = "failed"

    auto_create_schema = False
    auto_drop_schema = False

    name = models.CharField(max_length=120)
    slug = models.CharField(max_length=40)
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    time_zone = models.CharField(max_length=64)
    language = models.CharField(max_length=2, default="en")  # in which its customers are answered
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    state_text = models.CharField(max_length=200, blank=True)
    progress = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    trial_ends_at = models.DateTimeField()
    # By the platform's staff, for abuse or closing; never for being past due (tenants.suspending).
    suspended_at = models.DateTimeField(null=True)
    suspended_for = models.CharField(max_length=200, blank=True, default="", db_default="")
    # What onboarding needs until the owner exists in the schema; emptied then.
    owner_name = models.CharField(max_length=120, blank=True)
    owner_email = models.EmailField(blank=True)
    owner_password = models.CharField(max_length=200, blank=True)  # a hash
    ticket_digest = models.CharField(max_length=64, blank=True)
    # Which Terms the ISP has accepted (legal.Acceptance is the record; this saves a query per page).
    terms_version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("slug"), name="isp_slug_unique")]

    def __str__(self) -> str:
        return self.name


class Domain(DomainMixin):
    """An exact host name (without port) of an ISP."""

    def __str__(self) -> str:
        return str(self.domain)


class NasRoute(models.Model):
    """Source address of RADIUS packets → tenant, router and secret."""

    address = models.GenericIPAddressField()
    listen_port = models.PositiveIntegerField(null=True)  # of ours; null: the port of everybody
    schema = models.CharField(max_length=63)
    router_id = models.BigIntegerField()
    secret = EncryptedTextField()
    secret_digest = models.CharField(max_length=64, unique=True)
    previous_secret = EncryptedTextField(blank=True)  # good beside the present one until previous_until
    previous_until = models.DateTimeField(null=True)
    require_message_auth = models.BooleanField(default=True)
    exception_until = models.DateTimeField(null=True)
    coa_port = models.PositiveIntegerField(default=3799)
    allow_mschap1 = models.BooleanField(default=False)  # broken since 1999; for old equipment only
    mac_auth_password = EncryptedTextField(blank=True)  # of the hotspot profile; empty: none
    allow_eap = models.BooleanField(default=False)  # Wi-Fi with 802.1X
    admit_unknown = models.BooleanField(
        default=False
    )  # to the ISP's walled garden, where it has one for them
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schema", "router_id"], name="nas_route_per_router"),
            models.UniqueConstraint(
                fields=["address"], condition=models.Q(listen_port=None), name="nas_route_address"
            ),
            models.UniqueConstraint(fields=["address", "listen_port"], name="nas_route_address_port"),
        ]

    def __str__(self) -> str:
        return str(self.address)


class SecretMismatch(models.Model):
    """Packets of a known router whose signature is wrong: almost always another secret is set on it."""

    schema = models.CharField(max_length=63)
    router_id = models.BigIntegerField()
    count = models.BigIntegerField()  # since first_at; counted anew after a quiet while
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schema", "router_id"], name="secret_mismatch_per_router")
        ]

    def __str__(self) -> str:
        return f"{self.schema}/{self.router_id}: {self.count}"


class TraceRoute(models.Model):
    """A packet trace that runs at an ISP. What it follows stands there alone, not here."""

    schema = models.CharField(max_length=63)
    trace_id = models.BigIntegerField()
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schema", "trace_id"], name="trace_route_once")]

    def __str__(self) -> str:
        return f"{self.schema}/{self.trace_id}"


class Authority(models.Model):
    """The root that signs RadSec certificates; there is one for the platform."""

    ONLY = 1

    number = models.PositiveSmallIntegerField(unique=True, default=ONLY)
    certificate = models.TextField()
    key = EncryptedTextField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(number=1), name="authority_only_one")]

    def __str__(self) -> str:
        return f"authority of {self.made_at:%Y-%m-%d}"


class WifiServer(models.Model):
    """The certificate that devices see when they sign in to Wi-Fi; lasting, since some remember it by heart."""

    ONLY = 1

    number = models.PositiveSmallIntegerField(unique=True, default=ONLY)
    certificate = models.TextField()
    key = EncryptedTextField()
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(number=1), name="wifi_server_only_one")]

    def __str__(self) -> str:
        return f"Wi-Fi certificate until {self.ends_at:%Y-%m-%d}"


class RadsecClient(models.Model):
    """A certificate that a router was given; what it proves is this row and nothing that is written in it."""

    schema = models.CharField(max_length=63)
    router_id = models.BigIntegerField()
    serial = models.CharField(max_length=40, unique=True)
    fingerprint = models.CharField(max_length=64, unique=True)  # SHA-256 of the DER, in hex
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["schema", "router_id"], name="radsec_client_of_router")]

    def __str__(self) -> str:
        return f"{self.schema}/{self.router_id} {self.serial[:12]}"


class TenantKey(models.Model):
    """A data key of one tenant, wrapped by the service's key. The newest one seals; every one opens."""

    schema = models.CharField(max_length=63)
    number = models.PositiveIntegerField()
    wrapped = models.TextField()
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)  # when no row was left that needs it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schema", "number"], name="tenant_key_numbered")]

    def __str__(self) -> str:
        return f"{self.schema} {self.number}"


class EnrolmentRoute(models.Model):
    """Digest of an enrolment token → tenant and router: the router calls before anything else is known."""

    digest = models.CharField(max_length=64, unique=True)
    schema = models.CharField(max_length=63)
    router_id = models.BigIntegerField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.schema}/{self.router_id}"


class RadiusRecord(models.Model):
    """Journal of what routers reported: written by COPY, folded into tenants' tables, then deleted."""

    class Kind(models.TextChoices):
        ACCOUNTING = "acct"

    schema = models.CharField(max_length=63)
    kind = models.CharField(max_length=4, choices=Kind.choices)
    at = models.DateTimeField()
    body = models.TextField()  # JSON; an accounting row holds a batch of records (radius.reports)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class LoginBatch(models.Model):
    """Login attempts of one ISP as lines for its login log: written by a RADIUS worker, moved there, then deleted."""

    schema = models.CharField(max_length=63)
    body = models.TextField()  # radius.login_line

    def __str__(self) -> str:
        return f"{self.schema} {self.pk}"


class SchemaTemplate(models.Model):
    """The dump of the template schema, by the fingerprint of the migrations it was made from."""

    fingerprint = models.CharField(max_length=64, unique=True)
    ddl = models.TextField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.fingerprint[:12]
